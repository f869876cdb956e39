import type { Collector } from './collector.js'

/** Under which the calling thread's collector stands on the global object, for other copies of the package as well. */
const collectorKey = Symbol.for('allocscope.profile.collector')

type GlobalWithCollector = typeof globalThis & { [collectorKey]?: Collector }

/** The calling thread's collector; undefined before its lines are counted. */
export function currentCollector(): Collector | undefined {
  return (globalThis as GlobalWithCollector)[collectorKey]
}

export function setCollector(collector: Collector): void {
  Object.defineProperty(globalThis, collectorKey, { value: collector })
}
