import type { HeapBytes } from '../reading/index.js'
import type { ArenaSample, RingSample, RowLayout } from '../sampling/index.js'

/** How often the main thread publishes its heap's figures when its event loop turns, milliseconds. */
export const publishEveryMs = 100

/** An event loop that is late by more than this is blocked, not just busy. */
const patienceMs = 150

/** How many figures are published: their time, and the four of {@link HeapFigures}. */
export const publishedFigures = 5

/** V8's heap of the main thread, as that thread last published it. */
export interface HeapFigures extends HeapBytes {
  /** When it was published, milliseconds on the sample's clock. Only a turn of the event loop publishes. */
  readonly timeMs: number
}

/** A sample of a program that is watched from outside. Times count from when the watch began in the program. */
export interface WatchedSample extends ArenaSample {
  /** Undefined before the main thread published for the first time. */
  readonly heap: HeapFigures | undefined
  /** Time since the event loop last turned, milliseconds; 0 while it turns as it should. */
  readonly blockedMs: number
}

function heapIn(published: RingSample['published'], { clockOffsetMs }: RowLayout): HeapFigures | undefined {
  const [time, usedBytes, committedBytes, externalBytes, arrayBufferBytes] = published
  if (time === undefined || usedBytes === undefined || committedBytes === undefined) return undefined
  if (externalBytes === undefined || arrayBufferBytes === undefined) return undefined
  return { timeMs: time + clockOffsetMs, usedBytes, committedBytes, externalBytes, arrayBufferBytes }
}

/**
 * The ring's sample, with its published figures by name. `runningSinceMs` is when the whole process last began to run: while it was stopped, its
 * event loop wasn't blocked.
 */
export function toWatchedSample({ sample, published }: RingSample, layout: RowLayout, runningSinceMs: number): WatchedSample {
  const heap = heapIn(published, layout)
  const silentMs = heap === undefined ? 0 : sample.timeMs - Math.max(heap.timeMs, runningSinceMs)
  return { ...sample, heap, blockedMs: silentMs > publishEveryMs + patienceMs ? silentMs : 0 }
}
