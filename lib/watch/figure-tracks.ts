import { Trend } from './trend.js'
import type { Rise } from './trend.js'
import type { ArenaTrend } from './watch-events.js'

/** The figures of a watched program. `'free'` is what is mapped and not allocated. `'arena'` is one of glibc's. V8's figures are the main thread's. */
export type WatchedSubject =
  'rss' | 'mapped' | 'allocated' | 'free' | 'mmapped' | 'arena' | 'heap.used' | 'heap.committed' | 'external' | 'arrayBuffers'

/** One figure's course since the watch began. */
export interface WatchedFigure {
  readonly subject: WatchedSubject
  /** The arena's number; undefined unless the subject is `'arena'`. */
  readonly arena: number | undefined
  /** Its first value; 0 for an arena that was made during the watch. */
  readonly startBytes: number
  readonly peakBytes: number
  readonly peakTimeMs: number
  /** Its last value, and the time of that. */
  readonly bytes: number
  readonly timeMs: number
  readonly trend: ArenaTrend
}

/** A figure at one moment. */
export interface Point {
  readonly bytes: number
  readonly timeMs: number
}

/** Follows one figure, and computes its trend. */
export class FigureTrack {
  readonly subject: WatchedSubject
  readonly arena: number | undefined
  readonly #trend: Trend
  #first: Point | undefined
  #peak: Point = { bytes: -1, timeMs: 0 }
  #last: Point = { bytes: 0, timeMs: 0 }

  constructor(subject: WatchedSubject, arena: number | undefined, trendWindowMs: number) {
    this.subject = subject
    this.arena = arena
    this.#trend = new Trend(trendWindowMs)
  }

  add(timeMs: number, bytes: number): void {
    const point = { bytes, timeMs }
    this.#first ??= point
    if (bytes > this.#peak.bytes) this.#peak = point
    this.#last = point
    this.#trend.add(timeMs, bytes)
  }

  get first(): Point {
    return this.#first ?? this.#last
  }

  get last(): Point {
    return this.#last
  }

  /** The trend up to the last value. */
  get trend(): ArenaTrend {
    return this.#trend.at(this.#last.timeMs, this.#last.bytes)
  }

  /** {@link Trend.riseAtEnd}. */
  riseAtEnd(restMs: number, restBytes: number): Rise | undefined {
    return this.#trend.riseAtEnd(restMs, restBytes)
  }

  get figure(): WatchedFigure {
    return {
      subject: this.subject,
      arena: this.arena,
      startBytes: this.first.bytes,
      peakBytes: this.#peak.bytes,
      peakTimeMs: this.#peak.timeMs,
      ...this.#last,
      trend: this.trend,
    }
  }
}

function keyOf(subject: WatchedSubject, arena: number | undefined): string {
  return arena === undefined ? subject : `${subject} ${arena}`
}

/** All figures of a watch, each in the order in which it was first seen. */
export class FigureTracks {
  readonly #trendWindowMs: number
  readonly #tracks = new Map<string, FigureTrack>()

  constructor(trendWindowMs: number) {
    this.#trendWindowMs = trendWindowMs
  }

  has(subject: WatchedSubject): boolean {
    return this.#tracks.has(keyOf(subject, undefined))
  }

  /**
   * Adds a figure's value; undefined when it isn't known at the moment. An arena that is new in a sample was made since the sample before: it grew
   * from 0. `previousMs` is that sample's time.
   */
  add(subject: WatchedSubject, timeMs: number, bytes: number | undefined, arena?: number, previousMs?: number): FigureTrack | undefined {
    if (bytes === undefined) return undefined
    const key = keyOf(subject, arena)
    let track = this.#tracks.get(key)
    if (track === undefined) {
      track = new FigureTrack(subject, arena, this.#trendWindowMs)
      this.#tracks.set(key, track)
      if (previousMs !== undefined) track.add(previousMs, 0)
    }
    track.add(timeMs, bytes)
    return track
  }

  all(): readonly FigureTrack[] {
    return [...this.#tracks.values()]
  }
}
