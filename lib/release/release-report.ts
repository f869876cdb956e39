import type { HeapStats } from '../heap/index.js'

/** Options of {@link releaseMemory}. */
export interface ReleaseOptions {
  /** Whether V8 collects everything, and its young generation is shrunk: true by default. */
  readonly gc?: boolean
  /** Whether the allocator gives its free memory back: true by default. */
  readonly purge?: boolean
  /** The most milliseconds to wait, between the two, until RSS stands still: 1,000 by default; 0 doesn't wait. */
  readonly settleMs?: number
}

/** One thing that {@link releaseMemory} did. */
export interface ReleaseStep {
  readonly step: 'gc' | 'settle' | 'purge'
  /** The calls that did it, upstream's own names. */
  readonly calls: string
  /** False when this platform or allocator has no such call: nothing was done, and {@link ReleaseStep.reason} says why. */
  readonly supported: boolean
  readonly reason: string | undefined
  readonly durationMs: number
  /** The longest that this thread's event loop didn't turn meanwhile, milliseconds, to one or two. */
  readonly longestStallMs: number
  /** How much less RSS was after the step than before; negative when it grew. `/proc/self/smaps`, `Rss`. */
  readonly returnedBytes: number
  /** How much less anonymous memory was resident: what no file backs. `/proc/self/smaps`, `Anonymous`. */
  readonly returnedAnonymousBytes: number
  /** glibc's purge: arenas whose top was left alone, as somebody was using them. Undefined for other steps. */
  readonly arenasSkipped: number | undefined
  /** glibc's purge: the longest that an arena was kept locked to give its top back. Undefined for other steps. */
  readonly longestLockMs: number | undefined
}

/** What is resident at a moment. */
export interface ResidentMemory {
  /** `/proc/self/smaps`, the sum of `Rss`. */
  readonly rssBytes: number
  /** The sum of `Anonymous`. */
  readonly anonymousBytes: number
  readonly heap: Pick<HeapStats, 'usedBytes' | 'committedBytes' | 'externalBytes'>
  /** What the allocator has from the system; undefined when it isn't known. {@link AllocatorSnapshot.mappedBytes}. */
  readonly mappedBytes: number | undefined
}

/** What {@link releaseMemory} did, and what is left. */
export interface ReleaseReport {
  readonly before: ResidentMemory
  readonly after: ResidentMemory
  /** `before.rssBytes - after.rssBytes`. */
  readonly returnedBytes: number
  readonly steps: readonly ReleaseStep[]
  readonly durationMs: number
  /** The longest of the steps' stalls. */
  readonly longestStallMs: number
}
