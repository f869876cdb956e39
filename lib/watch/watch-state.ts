import type { MemorySample } from '../reading/index.js'
import { Course } from './course.js'
import type { Rise } from './trend.js'
import type { FigureTrack, FigureTracks, WatchedFigure } from './figure-tracks.js'
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

/** A time during which the event loop was blocked, now over. */
export interface LoopBlock {
  /** When the event loop last turned before the block. */
  readonly fromTimeMs: number
  /** When the event loop was seen to turn again. */
  readonly timeMs: number
  readonly durationMs: number
}

/** A shorter block is no event: they are frequent in a program that parses large files. */
const notableBlockMs = 500

/** One entry of a course stands for at least this much time, milliseconds. */
const shortestSpanMs = 500

/** A figure that is at rest for so long is at rest at the end, milliseconds. */
const restMs = 1000

/** A figure that rises by less in {@link restMs} is at rest: half of the slowest rise that is worth a word, 8 MiB in 10 s. */
const restBytes = 0.4 * 1024 ** 2

/** A watched program's state from its samples. The comparison of samples feeds the tracks; the rest is kept here. */
export class WatchState {
  readonly #tracks: FigureTracks
  readonly #courses = new Map<FigureTrack, Course>()
  readonly #spanMs: number
  #last: WatchedSample | undefined
  #blocked: BlockedTime = { times: 0, longestMs: 0, totalMs: 0 }

  /** `tracks` are those that the comparison of samples feeds. */
  constructor(intervalMs: number, tracks: FigureTracks) {
    this.#spanMs = Math.max(shortestSpanMs, intervalMs)
    this.#tracks = tracks
  }

  get last(): WatchedSample | undefined {
    return this.#last
  }

  get blocked(): BlockedTime {
    return this.#blocked
  }

  /** Adds a sample that was already compared. Answers with the block that it ends, if that was a long one. */
  add(sample: WatchedSample): LoopBlock | undefined {
    const previous = this.#last
    this.#last = sample
    const { timeMs, mappedBytes, allocatedBytes, heap } = sample
    this.#tracks.add('allocated', timeMs, allocatedBytes)
    this.#tracks.add('free', timeMs, freeBytes(mappedBytes, allocatedBytes))
    if (heap !== undefined && heap.timeMs !== previous?.heap?.timeMs) this.#addHeap(heap.timeMs, heap)
    this.#drawOn()
    return this.#endOfBlock(previous, sample)
  }

  /** Adds the reading that the program made when it exited. */
  addExit({ elapsedMs, rssBytes, mappedBytes, allocatedBytes, heap }: MemorySample): void {
    this.#tracks.add('rss', elapsedMs, rssBytes)
    this.#tracks.add('mapped', elapsedMs, mappedBytes)
    // When samples don't know what is in use, the walk at exit does. A single value is no course, so it is left out.
    if (this.#tracks.has('allocated')) this.#tracks.add('allocated', elapsedMs, allocatedBytes)
    if (this.#tracks.has('free')) this.#tracks.add('free', elapsedMs, freeBytes(mappedBytes, allocatedBytes))
    this.#addHeap(elapsedMs, heap)
    this.#drawOn()
  }

  /** The rise in which RSS ended; undefined when it was at rest. */
  rssRise(): Rise | undefined {
    return this.#tracks
      .all()
      .find(({ subject }) => subject === 'rss')
      ?.riseAtEnd(restMs, restBytes)
  }

  figures(): readonly WatchedFigure[] {
    return inOrder(this.#tracks).map(({ figure }) => figure)
  }

  drawnFigures(): readonly DrawnFigure[] {
    const untilMs = this.#last?.timeMs ?? 0
    return inOrder(this.#tracks).map((track) => ({ ...track.figure, course: this.#courses.get(track)?.until(untilMs) ?? [] }))
  }

  #addHeap(timeMs: number, { usedBytes, committedBytes, externalBytes, arrayBufferBytes }: MemorySample['heap']): void {
    this.#tracks.add('heap.used', timeMs, usedBytes)
    this.#tracks.add('heap.committed', timeMs, committedBytes)
    this.#tracks.add('external', timeMs, externalBytes)
    this.#tracks.add('arrayBuffers', timeMs, arrayBufferBytes)
  }

  #drawOn(): void {
    for (const track of this.#tracks.all()) {
      const course = this.#courses.get(track) ?? this.#beginCourse(track)
      course.add(track.last.timeMs, track.last.bytes)
    }
  }

  #beginCourse(track: FigureTrack): Course {
    const course = new Course(this.#spanMs)
    course.add(track.first.timeMs, track.first.bytes)
    this.#courses.set(track, course)
    return course
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

/** What the allocator has from the system and the program doesn't hold, by the counts that cost no walk. */
function freeBytes(mappedBytes: number | undefined, allocatedBytes: number | undefined): number | undefined {
  return mappedBytes === undefined || allocatedBytes === undefined ? undefined : Math.max(0, mappedBytes - allocatedBytes)
}

const order: readonly WatchedFigure['subject'][] = ['rss', 'mapped', 'allocated', 'free', 'mmapped', 'arena', 'heap.used', 'heap.committed']

/** Figures in their order: the allocator's, then V8's. Arenas stand in the order in which they were made. */
function inOrder(tracks: FigureTracks): readonly FigureTrack[] {
  const place = ({ subject }: FigureTrack): number => (order.includes(subject) ? order.indexOf(subject) : order.length)
  return tracks.all().toSorted((one, other) => place(one) - place(other))
}
