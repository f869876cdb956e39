import type { HeapStats } from '../heap/index.js'

/** Options of {@link releaseMemory}. */
export interface ReleaseOptions {
  /** Whether V8 collects everything and shrinks its young generation: true by default. */
  readonly gc?: boolean
  /** Whether the allocator, and those within loaded libraries that can be asked, give their free memory back: true by default. */
  readonly purge?: boolean
  /** The most milliseconds to wait between `gc` and `purge` until RSS stands still: 1,000 by default, 0 for no wait. */
  readonly settleMs?: number
}

/** One thing that {@link releaseMemory} did. */
export interface ReleaseStep {
  readonly step: 'gc' | 'settle' | 'purge' | 'purge-embedded'
  /** Of `'purge-embedded'`, the libraries whose own allocator was asked; undefined for other steps. */
  readonly libraries: readonly string[] | undefined
  /** The calls that did it, by their upstream names. */
  readonly calls: string
  /** False when nothing was done, as this platform or allocator has no such call. {@link ReleaseStep.reason} says which. */
  readonly supported: boolean
  readonly reason: string | undefined
  readonly durationMs: number
  /** The longest stall of this thread's event loop during the step, milliseconds, to one or two. */
  readonly longestStallMs: number
  /** By how much the step lowered RSS; negative when RSS grew. `/proc/self/smaps`, `Rss`. */
  readonly returnedBytes: number
  /** The same for anonymous memory, which no file backs. `/proc/self/smaps`, `Anonymous`. */
  readonly returnedAnonymousBytes: number
  /** glibc's purge: arenas that were in use, so their top was left alone. Undefined for other steps. */
  readonly arenasSkipped: number | undefined
  /** glibc's purge: the longest lock of an arena while its top was given back. Undefined for other steps. */
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
