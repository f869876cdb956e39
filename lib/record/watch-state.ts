import type { MemorySample } from './memory-sample.js'
import { FigureTrack } from './watched-figure.js'
import type { WatchedFigure, WatchedSubject } from './watched-figure.js'
import type { WatchedSample } from './watched-sample.js'

/** A figure with its course over the last spans of time, the latest last. */
export interface DrawnFigure extends WatchedFigure {
  readonly course: readonly (number | undefined)[]
}

/** Blocked event loops, as samples showed them. */
export interface BlockedTime {
  readonly times: number
  readonly longestMs: number
  readonly totalMs: number
}

/** An event loop that turned again. */
export interface LoopBlock {
  /** When it last turned before. */
  readonly fromTimeMs: number
  /** When it was seen to turn again. */
  readonly timeMs: number
  readonly durationMs: number
}

/** A shorter block is no event: a program that parses a large file has many. */
const notableBlockMs = 500

/** One entry of a course stands for at least this much time, milliseconds. */
const shortestSpanMs = 500

type Figures = Partial<Record<Exclude<WatchedSubject, 'arena'>, number | undefined>>

/** What is known of a watched program from its samples. */
export class WatchState {
  readonly #tracks = new Map<string, FigureTrack>()
  readonly #spanMs: number
  #last: WatchedSample | undefined
  #blocked: BlockedTime = { times: 0, longestMs: 0, totalMs: 0 }

  constructor(intervalMs: number) {
    this.#spanMs = Math.max(shortestSpanMs, intervalMs)
  }

  get last(): WatchedSample | undefined {
    return this.#last
  }

  get blocked(): BlockedTime {
    return this.#blocked
  }

  /** Takes in a sample; answers with the block that it shows to be over, if it was a long one. */
  add(sample: WatchedSample): LoopBlock | undefined {
    const previous = this.#last
    this.#last = sample
    const { timeMs, rssBytes: rss, mappedBytes: mapped, allocatedBytes: allocated, mmappedBytes: mmapped, heap } = sample
    this.#addFigures(timeMs, { rss, mapped, allocated, mmapped })
    sample.arenas.forEach((bytes, arena) => {
      this.#addArena(arena, timeMs, bytes, previous)
    })
    if (heap !== undefined && heap.timeMs !== previous?.heap?.timeMs) {
      const { usedBytes: heapUsed, committedBytes: heapCommitted, externalBytes: external, arrayBufferBytes: arrayBuffers } = heap
      this.#addFigures(heap.timeMs, { heapUsed, heapCommitted, external, arrayBuffers })
    }
    return this.#endOfBlock(previous, sample)
  }

  /** Takes in the reading that the program made when it exited. */
  addExit(exit: MemorySample): void {
    const { rssBytes: rss, mappedBytes: mapped, heapUsedBytes: heapUsed, heapCommittedBytes: heapCommitted } = exit
    const { externalBytes: external, arrayBufferBytes: arrayBuffers } = exit
    this.#addFigures(exit.elapsedMs, { rss, mapped, heapUsed, heapCommitted, external, arrayBuffers })
    // The walk at the exit knows what is in use where samples never do; it's no part of their course.
    if (this.#tracks.has('allocated')) this.#addFigures(exit.elapsedMs, { allocated: exit.allocatedBytes })
  }

  figures(): readonly WatchedFigure[] {
    return Array.from(this.#tracks.values(), (track) => track.figure)
  }

  drawnFigures(): readonly DrawnFigure[] {
    const untilMs = this.#last?.timeMs ?? 0
    return Array.from(this.#tracks.values(), (track) => ({ ...track.figure, course: track.course(untilMs) }))
  }

  #addFigures(timeMs: number, figures: Figures): void {
    for (const [subject, bytes] of Object.entries(figures) as [WatchedSubject, number | undefined][]) {
      if (bytes !== undefined) this.#trackOf(subject, undefined).add(timeMs, bytes)
    }
  }

  #addArena(arena: number, timeMs: number, bytes: number | undefined, previous: WatchedSample | undefined): void {
    if (bytes === undefined) return
    const isNew = !this.#tracks.has(`arena ${arena}`)
    const track = this.#trackOf('arena', arena)
    // An arena made during the watch grew from nothing.
    if (isNew && previous !== undefined) track.add(previous.timeMs, 0)
    track.add(timeMs, bytes)
  }

  #trackOf(subject: WatchedSubject, arena: number | undefined): FigureTrack {
    const key = arena === undefined ? subject : `${subject} ${arena}`
    const known = this.#tracks.get(key)
    if (known !== undefined) return known
    const track = new FigureTrack(subject, arena, this.#spanMs)
    this.#tracks.set(key, track)
    return track
  }

  #endOfBlock(previous: WatchedSample | undefined, sample: WatchedSample): LoopBlock | undefined {
    if (previous?.heap === undefined || sample.heap === undefined || previous.blockedMs === 0) return undefined
    if (sample.heap.timeMs === previous.heap.timeMs) return undefined
    const fromTimeMs = previous.timeMs - previous.blockedMs
    const durationMs = sample.heap.timeMs - fromTimeMs
    const { times, longestMs, totalMs } = this.#blocked
    this.#blocked = { times: times + 1, longestMs: Math.max(longestMs, durationMs), totalMs: totalMs + durationMs }
    if (durationMs < notableBlockMs) return undefined
    return { fromTimeMs, timeMs: sample.heap.timeMs, durationMs }
  }
}
