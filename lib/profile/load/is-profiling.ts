import { currentCollector } from '../collect/current-collector.js'
import { probeNames } from '../probe-names.js'

/** Whether the calling thread's lines are counted. */
export function isProfiling(): boolean {
  return currentCollector() !== undefined
}

/** Whether the lines of `callable` are counted, in a thread that isn't profiled itself: there its text shows the probes. */
export function isInstrumented(callable: (...given: never[]) => unknown): boolean {
  return Function.prototype.toString.call(callable).includes(probeNames.enter)
}
