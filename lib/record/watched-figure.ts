import { Trend } from '../watch/index.js'
import type { ArenaTrend } from '../watch/index.js'

/** What a watched program's figures are of; `'arena'` is one of glibc's. V8's are the main thread's. */
export type WatchedSubject =
  'rss' | 'mapped' | 'allocated' | 'mmapped' | 'arena' | 'heapUsed' | 'heapCommitted' | 'external' | 'arrayBuffers'

/** How one figure has gone since the watch began. */
export interface WatchedFigure {
  readonly subject: WatchedSubject
  /** The arena's number; undefined unless the subject is `'arena'`. */
  readonly arena: number | undefined
  /** What it was when it was first seen: 0 for an arena that was made during the watch. */
  readonly startBytes: number
  readonly peakBytes: number
  readonly peakTimeMs: number
  /** What it was when it was last seen, and when that was. */
  readonly bytes: number
  readonly timeMs: number
  readonly trend: ArenaTrend
}

/** Spans of time that are kept of a figure's course: more than a screen is wide. */
const keptSpans = 240

const trendWindowMs = 10_000

/** Follows one figure. */
export class FigureTrack {
  readonly #subject: WatchedSubject
  readonly #arena: number | undefined
  readonly #spanMs: number
  readonly #trend = new Trend(trendWindowMs)
  readonly #course: (number | undefined)[] = []
  #span = 0
  #start: number | undefined
  #peak = { bytes: -1, timeMs: 0 }
  #last = { bytes: 0, timeMs: 0 }

  /** `spanMs` is the time that one entry of the course stands for. */
  constructor(subject: WatchedSubject, arena: number | undefined, spanMs: number) {
    this.#subject = subject
    this.#arena = arena
    this.#spanMs = spanMs
  }

  add(timeMs: number, bytes: number): void {
    this.#start ??= bytes
    if (bytes > this.#peak.bytes) this.#peak = { bytes, timeMs }
    this.#last = { bytes, timeMs }
    this.#trend.add(timeMs, bytes)
    this.#addToCourse(Math.floor(timeMs / this.#spanMs), bytes)
  }

  get figure(): WatchedFigure {
    const { bytes, timeMs } = this.#last
    return {
      subject: this.#subject,
      arena: this.#arena,
      startBytes: this.#start ?? 0,
      peakBytes: this.#peak.bytes,
      peakTimeMs: this.#peak.timeMs,
      bytes,
      timeMs,
      trend: this.#trend.at(timeMs, bytes),
    }
  }

  /** The highest value of each span up to `untilMs`, the latest last; undefined for a span in which it wasn't seen. */
  course(untilMs: number): readonly (number | undefined)[] {
    const missing = Math.floor(untilMs / this.#spanMs) - this.#span
    return missing > 0 ? [...this.#course, ...Array.from({ length: Math.min(missing, keptSpans) }, () => undefined)] : this.#course
  }

  #addToCourse(span: number, bytes: number): void {
    const course = this.#course
    if (course.length > 0 && span <= this.#span) {
      course[course.length - 1] = Math.max(course.at(-1) ?? 0, bytes)
      return
    }
    const skipped = course.length === 0 ? 0 : Math.min(span - this.#span - 1, keptSpans)
    for (let i = 0; i < skipped; i++) course.push(undefined)
    course.push(bytes)
    this.#span = span
    if (course.length > keptSpans) course.splice(0, course.length - keptSpans)
  }
}
