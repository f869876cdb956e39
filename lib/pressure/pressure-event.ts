import type { MemoryEvents } from '../process/index.js'

/** What a threshold is on. */
export type PressureKind = 'headroomBytes' | 'headroomSeconds' | 'psi'

/** Pressure stall information of memory, per cent of the last ten seconds. `avg10` of `memory.pressure` or `/proc/pressure/memory`. */
export interface MemoryPsi {
  /** Version 1 of control groups tells only that of the whole machine. */
  readonly of: 'group' | 'machine'
  /** Some task waited for memory. */
  readonly someAvg10: number
  /** All tasks that weren't idle did. */
  readonly fullAvg10: number | undefined
}

/** How near the limits of this process's container are, at one moment. Bytes are of the group with the least room. */
export interface PressureFigures {
  /** The group with the least room. Undefined where no limit is known. */
  readonly group: string | undefined
  readonly limitBytes: number | undefined
  /** All that is charged, page cache included. */
  readonly usageBytes: number | undefined
  /** Usage less page cache that wasn't used lately, which the kernel takes back before it kills. */
  readonly workingSetBytes: number | undefined
  /** The limit less the working set, never below 0. */
  readonly headroomBytes: number | undefined
  /** How fast the working set of the group that is full first rose over the last one to two seconds. Undefined where none rose. */
  readonly bytesPerSecond: number | undefined
  /** When that group is full if it goes on like that. */
  readonly secondsToLimit: number | undefined
  readonly psi: MemoryPsi | undefined
  /** How often the group with the smallest limit met it. */
  readonly events: MemoryEvents
}

/** A threshold was crossed. Plain data: it can be written as JSON and posted to another thread. */
export interface MemoryPressureEvent extends PressureFigures {
  /** Which threshold. */
  readonly kind: PressureKind
  /** What that threshold is: bytes, seconds, or per cent. */
  readonly threshold: number
  /** When the sampling thread saw it, milliseconds since 1970. */
  readonly timeMs: number
  /** How much later the listener was called, milliseconds: long where the event loop was blocked. */
  readonly delayMs: number
}
