import { isFailure, requireBinding, toError } from '../binding/index.js'
import type { NativeBinding } from '../binding/index.js'
import { RowBuffer } from './row-buffer.js'
import type { WatchSummary } from './sampling-summary.js'

/** Places in a row. OutsideField of native/sampler/outside_sampler.h. */
export const outsidePlace = { length: 0, timeMs: 1, process: 2, rss: 3, shared: 4, fields: 5 } as const

/** What the kernel says of a process from outside. */
export interface OutsideSample {
  /** CLOCK_MONOTONIC. */
  readonly timeMs: number
  /** The number under which it is followed. */
  readonly process: number
  /** 0 in its last sample: it has ended. */
  readonly rssBytes: number
  /** The part of RSS that is pages of files or shared memory. */
  readonly sharedBytes: number
}

/** A reading that costs more than this share of a core comes less often: a thousand processes every millisecond would. */
const maxCpuShare = 0.25

/** A thread that samples other processes, whatever the event loop is doing, and its samples in order. */
export class OutsideSource {
  readonly #binding: NativeBinding
  readonly #id: number
  readonly #rows: RowBuffer

  /** Throws `ERR_ALLOCSCOPE_NO_ADDON`, `ERR_ALLOCSCOPE_PROC_UNREADABLE`. */
  constructor(intervalMs: number) {
    const binding = requireBinding()
    const id = binding.startOutsideSampler(intervalMs, maxCpuShare)
    if (isFailure(id)) throw toError(id)
    this.#binding = binding
    this.#id = id
    this.#rows = new RowBuffer((buffer) => binding.drainOutside(buffer, id))
  }

  /** Samples a process at once and at each moment from now on, until it ends. False when there is no such process. */
  follow(pid: number, number: number): boolean {
    const answer = this.#binding.followOutside(pid, number, this.#id)
    if (isFailure(answer)) throw toError(answer)
    return answer
  }

  /** The oldest unread sample; undefined when there is none. */
  next(): OutsideSample | undefined {
    const row = this.#rows.take()
    if (row === undefined) return undefined
    const at = (place: number): number => row[place] as number
    return {
      timeMs: at(outsidePlace.timeMs),
      process: at(outsidePlace.process),
      rssBytes: at(outsidePlace.rss),
      sharedBytes: at(outsidePlace.shared),
    }
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    return this.#rows.summary()
  }

  /** Ends the thread; what it sampled can still be read. */
  stop(): void {
    this.#binding.stopOutsideSampler(this.#id)
  }

  close(): void {
    this.#rows.close()
    this.#binding.closeOutsideSampler(this.#id)
  }
}
