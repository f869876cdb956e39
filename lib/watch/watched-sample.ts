import type { HeapBytes } from '../reading/index.js'
import type { ArenaSample, RingSample, RowLayout } from '../sampling/index.js'

/** How often the main thread publishes its heap's figures when its event loop turns, milliseconds. */
export const publishEveryMs = 100

/** A turn that is later than this is a blocked event loop rather than a busy one. */
const patienceMs = 150

/** Their time, and the four figures of {@link HeapFigures}. */
export const publishedFigures = 5

/** V8's heap of the main thread, as it last said itself. */
export interface HeapFigures extends HeapBytes {
  /** When, milliseconds on the sample's clock: only a turn of the event loop makes a new one. */
  readonly timeMs: number
}

/** A sample of a program that is watched from outside; times count from when the watch began in it. */
export interface WatchedSample extends ArenaSample {
  /** Undefined before the main thread said anything. */
  readonly heap: HeapFigures | undefined
  /** How long the event loop hasn't turned, milliseconds; 0 while it turns as it should. */
  readonly blockedMs: number
}

function heapIn(published: RingSample['published'], { clockOffsetMs }: RowLayout): HeapFigures | undefined {
  const [time, usedBytes, committedBytes, externalBytes, arrayBufferBytes] = published
  if (time === undefined || usedBytes === undefined || committedBytes === undefined) return undefined
  if (externalBytes === undefined || arrayBufferBytes === undefined) return undefined
  return { timeMs: time + clockOffsetMs, usedBytes, committedBytes, externalBytes, arrayBufferBytes }
}

/**
 * The ring's sample with its published figures under their names. `runningSinceMs`: before it the process as a whole didn't run, for which its
 * event loop isn't to blame.
 */
export function toWatchedSample({ sample, published }: RingSample, layout: RowLayout, runningSinceMs: number): WatchedSample {
  const heap = heapIn(published, layout)
  const silentMs = heap === undefined ? 0 : sample.timeMs - Math.max(heap.timeMs, runningSinceMs)
  return { ...sample, heap, blockedMs: silentMs > publishEveryMs + patienceMs ? silentMs : 0 }
}
