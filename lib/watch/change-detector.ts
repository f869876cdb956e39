import type { ArenaChange } from './watch-events.js'
import type { WatchOptions } from './watch-options.js'

type Filter = Pick<Required<WatchOptions>, 'minBytes' | 'minGrowth' | 'consecutiveSamples'>

/** A change without its trend. */
export type BareChange = Omit<ArenaChange, 'trend'>

/**
 * Tells when one figure has moved by more than the filter allows. The figure is compared with its value at the last event. So slow growth adds up to
 * an event, and small swings make none.
 */
export class ChangeDetector {
  readonly #subject: ArenaChange['subject']
  readonly #arena: number | undefined
  readonly #filter: Filter
  #anchor: { readonly bytes: number; readonly timeMs: number } | undefined
  #direction = 0
  #inARow = 0

  constructor(subject: ArenaChange['subject'], arena: number | undefined, filter: Filter) {
    this.#subject = subject
    this.#arena = arena
    this.#filter = filter
  }

  /** The change that this value completes; undefined when it completes none. */
  add(timeMs: number, bytes: number): BareChange | undefined {
    this.#anchor ??= { bytes, timeMs }
    const from = this.#anchor
    const direction = this.#directionOf(bytes - from.bytes, from.bytes)
    this.#inARow = direction === this.#direction ? this.#inARow + 1 : 1
    this.#direction = direction
    if (direction === 0 || this.#inARow < this.#filter.consecutiveSamples) return undefined
    this.#anchor = { bytes, timeMs }
    this.#direction = 0
    return {
      subject: this.#subject,
      arena: this.#arena,
      fromBytes: from.bytes,
      toBytes: bytes,
      fromTimeMs: from.timeMs,
      timeMs,
    }
  }

  #directionOf(change: number, fromBytes: number): number {
    const needed = Math.max(this.#filter.minBytes, fromBytes * this.#filter.minGrowth)
    return Math.abs(change) >= needed ? Math.sign(change) : 0
  }
}
