import type { Collector } from './collector.js'

/** The key of the calling thread's collector on the global object. All copies of the package share it. */
const collectorKey = Symbol.for('allocscope.profile.collector')

type GlobalWithCollector = typeof globalThis & { [collectorKey]?: Collector }

/** The calling thread's collector; undefined before its lines are counted. */
export function currentCollector(): Collector | undefined {
  return (globalThis as GlobalWithCollector)[collectorKey]
}

export function setCollector(collector: Collector): void {
  Object.defineProperty(globalThis, collectorKey, { value: collector })
}
