import { lazily } from '../loading/index.js'
import type { Container, ContainerMemory, ContainerOptions, TimeToLimit } from './container/index.js'

export type {
  Container,
  ContainerMemory,
  ContainerOptions,
  LimitedGroup,
  MemoryEvents,
  NoContainerMemory,
  TimeToLimit,
} from './container/index.js'
export { watchFromOutside } from './other-process.js'
export type { KernelSighting } from './other-process.js'
export { getProcessMemory, getRss } from './process-memory.js'
export type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from './process-memory.js'
export { readResidency } from './residency.js'
export type { Residency } from './residency.js'

const container = lazily(() => require('./container/index.js') as typeof import('./container/index.js'))

/**
 * Reads the memory control group of a process: what the kernel charges to it, its limit and its ancestors', and what the charge is made of.
 * Control groups of version 1 and 2, found by `/proc/<pid>/cgroup` and `/proc/<pid>/mountinfo`. About 1 ms. A file that can't be read
 * leaves its figures undefined; where the group itself can't be found or read, `supported` is false and `reason` says why.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` for a `pid` that isn't a positive integer; AllocscopeError
 *   `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the process has ended.
 */
export function readContainer(options?: ContainerOptions): Container {
  return container().readContainer(options)
}

/**
 * When the first group is at its limit, if usage goes on as between two readings that were `elapsedMs` apart. Undefined when no group with
 * a limit rose. Usage has page cache in it, which rises up to the limit as files are read and is then taken back: being at the limit isn't
 * being killed.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, RangeError `ERR_OUT_OF_RANGE` for an `elapsedMs` that isn't a number above 0.
 */
export function timeToLimit(earlier: ContainerMemory, later: ContainerMemory, elapsedMs: number): TimeToLimit | undefined {
  return container().timeToLimit(earlier, later, elapsedMs)
}
