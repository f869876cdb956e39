import type { FailureRecord } from './native-surface.js'

/** A loaded object and where it lies. The program itself has no path. */
export interface NativeTrackedObject {
  readonly path: string
  /** What is added to an address in the file. */
  readonly bias: number
  readonly begin: number
  readonly end: number
}

/** What a session sampled. */
export interface NativeTrackedData {
  /** Of each live sample its bytes, stack, code event, thread, and the last moment before it that was told of. */
  readonly samples: Float64Array
  /** Of each range that was mapped and isn't unmapped its address, bytes, those that are resident (-1: not known), stack, code event and thread. */
  readonly mappings: Float64Array
  /**
   * Of each stack its number, isolate, V8's state, code event, the estimated blocks and bytes that it allocated, how many frames of V8's and of native code
   * it has, and those.
   */
  readonly stacks: Float64Array
  /** The log of V8's code: lib/track/code-log.ts reads it. */
  readonly code: ArrayBuffer
  readonly objects: readonly NativeTrackedObject[]
  readonly figures: {
    readonly intervalBytes: number
    readonly samples: number
    /** Samples that there was no room for. */
    readonly unrecorded: number
    /** Sampled blocks whose free wasn't seen, found out when their addresses were given out again. */
    readonly missedFrees: number
    /** Calls that mapped or unmapped and couldn't be noted. */
    readonly lostMappings: number
    readonly lostCodeEvents: number
  }
}

/** The calls of `native/tracker/addon.cc`, a library of its own. */
export interface NativeTracker {
  start(intervalBytes: number): { readonly objects: number; readonly slots: number } | FailureRecord
  /** How many slots could not be put back. */
  stop(): number
  /** The calling thread's next block of exactly so many bytes is sampled, and nothing of this thread before it. */
  awaitBlock(bytes: number): void
  isSampled(buffer: ArrayBuffer): boolean
  /** Frees the buffer's memory at once. Whether it was sampled before and isn't after. */
  detach(buffer: ArrayBuffer): boolean
  read(): NativeTrackedData
  /** Where the record goes that is written when a watched signal ends the program, and the members of its JSON that only the caller knows. */
  prepareEndingRecord(descriptor: number, identity: string): void
  /**
   * Begins to tell another process, through a file and by a thread, what has been sampled at moments so far apart, in time ever farther: lib/track/moments.ts reads
   * them. `identity` as for the record. Once for a session; ends with it.
   */
  tellMoments(descriptor: number, identity: string, periodMs: number, longestMs: number): FailureRecord | undefined
  /** The signal is one at which the record is written, unless the program handles or ignores it. Again, when it has put its handler away. */
  watchSignal(number: number): void
  /** Every signal does again what it did. */
  leaveSignals(): void
  /** Names of C++ as they are written. Others stay as they are. */
  demangle(names: readonly string[]): readonly string[]
}
