import { isFailure, toError } from '../binding/index.js'
import type { FailureRecord } from '../binding/index.js'
import type { WatchSummary } from './sampling-summary.js'

/** Places in the header that a drain writes. DrainField of native/convert/sampler.cc. */
export const drainPlace = { drained: 0, samples: 1, missed: 2, lost: 3, cpuMs: 4, elapsedMs: 5, intervalMs: 6, length: 7 } as const

/** Several times the longest row of any allocator. */
const bufferWords = 8192

/** `drainSampler` or `drainRing`, of one sampler. */
type Drain = (buffer: Float64Array) => undefined | FailureRecord

/** The last watch's buffer, kept for the next one. V8 frees buffers late: many short watches would raise the memory that they measure. */
let spare: Float64Array | undefined

function takeWords(): Float64Array {
  const words = spare ?? new Float64Array(bufferWords)
  spare = undefined
  words.fill(0, 0, drainPlace.length)
  return words
}

/** A sampler's rows, in order. A row is removed as it is taken: if its receiver throws, no row is given twice and none is lost. */
export class RowBuffer {
  readonly #drainInto: Drain
  #words = takeWords()
  /** The header without rows, for when there are rows that weren't taken yet. */
  readonly #header = new Float64Array(drainPlace.length)
  #at: number = drainPlace.length
  #taken = 0
  #open = true

  constructor(drainInto: Drain) {
    this.#drainInto = drainInto
  }

  /** The oldest row that wasn't taken yet, valid until the next call; undefined when there is none. */
  take(): Float64Array | undefined {
    if (!this.#hasBuffered()) this.#drain()
    if (!this.#hasBuffered()) return undefined
    const start = this.#at
    this.#at += this.#words[start] as number
    this.#taken += 1
    return this.#words.subarray(start, this.#at)
  }

  /** The counters as of now, or as of the end. */
  summary(): WatchSummary {
    if (this.#hasBuffered()) this.#readCounters()
    else this.#drain()
    const at = (place: number): number => this.#words[place] as number
    const [samples, lostSamples] = [at(drainPlace.samples), at(drainPlace.lost)]
    const [cpuMs, durationMs] = [at(drainPlace.cpuMs), at(drainPlace.elapsedMs)]
    return {
      samples,
      missedSamples: at(drainPlace.missed),
      lostSamples,
      waitingSamples: Math.max(0, samples - lostSamples - this.#taken),
      durationMs,
      cpuMs,
      cpuShare: durationMs > 0 ? cpuMs / durationMs : 0,
      intervalMs: at(drainPlace.intervalMs),
    }
  }

  /** Nothing is drained from now on: the sampler is gone. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    if (this.#hasBuffered()) return
    spare = this.#words
    this.#words = this.#words.slice(0, drainPlace.length)
    this.#words[drainPlace.drained] = 0
    this.#at = drainPlace.length
  }

  #hasBuffered(): boolean {
    return this.#at < drainPlace.length + (this.#words[drainPlace.drained] as number)
  }

  #readCounters(): void {
    if (!this.#open) return
    const answer = this.#drainInto(this.#header)
    if (isFailure(answer)) throw toError(answer)
    this.#words.set(this.#header.subarray(drainPlace.samples), drainPlace.samples)
  }

  #drain(): void {
    if (!this.#open) return
    this.#at = drainPlace.length
    this.#words[drainPlace.drained] = 0
    const answer = this.#drainInto(this.#words)
    if (isFailure(answer)) throw toError(answer)
  }
}
