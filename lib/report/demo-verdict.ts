import type { AllocatorStats, GlibcArena } from '../allocator/index.js'
import type { DemoRun } from '../demo/index.js'
import type { MemoryReading } from '../reading/index.js'
import { formatBytes } from '../figures/index.js'
import { formatDuration } from './duration-format.js'

/** A smaller difference of RSS says nothing: code that ran for the first time and V8's own bookkeeping add as much. */
const noiseBytes = 8 * 1024 ** 2
/** "It came back" is true while at most this share of the rise stays. */
const cameBackShare = 0.1
/** An arena counts when it holds at least this much free. */
const notableBytes = 1024 ** 2

function nameOf({ allocator }: AllocatorStats): string {
  return allocator === 'unknown' ? 'the allocator' : allocator
}

function glibcArenas(stats: AllocatorStats): readonly GlibcArena[] {
  return stats.allocator === 'glibc' ? stats.arenas : []
}

/** Arenas that grew by the peak and had given back less than a tenth of that growth at the end. */
export function arenasThatStayed(run: DemoRun<MemoryReading>): { readonly grew: number; readonly stayed: number } {
  const [before, peak, after] = [run.baseline, run.peak, run.after].map(
    ({ allocator }) => new Map(glibcArenas(allocator).map((arena) => [arena.index, arena.systemBytes])),
  ) as [Map<number, number>, Map<number, number>, Map<number, number>]
  const grown = [...peak].filter(([index, bytes]) => bytes - (before.get(index) ?? 0) >= notableBytes)
  const stayed = grown.filter(([index, bytes]) => {
    const base = before.get(index) ?? 0
    return (after.get(index) ?? 0) - base >= (bytes - base) * (1 - cameBackShare)
  })
  return { grew: grown.length, stayed: stayed.length }
}

function movement(baseline: number, peak: number, after: number): string {
  const rise = `RSS rose from ${formatBytes(baseline)} to ${formatBytes(peak)}`
  const given = peak - after
  if (given < noiseBytes) return `${rise} and stayed at ${formatBytes(after)} although everything was dropped and collected`
  return `${rise} and came down to ${formatBytes(after)} when everything was dropped and collected`
}

function inArenas(stats: AllocatorStats): string {
  const holders = glibcArenas(stats).filter(({ retainedBytes }) => retainedBytes >= notableBytes).length
  return holders === 0 ? '' : ` in ${holders} ${holders === 1 ? 'arena' : 'arenas'}`
}

/** jemalloc returns unused pages by age. It looks at their age only when the program allocates, or on a background thread. */
function decaying(stats: AllocatorStats): string {
  const settings = stats.allocator === 'jemalloc' ? stats.settings : undefined
  const { backgroundThread, dirtyDecayMs } = settings ?? {}
  if (dirtyDecayMs === undefined || dirtyDecayMs <= 0) return ''
  const when = backgroundThread === true ? 'from a thread of its own' : 'as the program goes on allocating'
  return `, and gives unused pages back over ${formatDuration(dirtyDecayMs)} ${when}`
}

function holding(run: DemoRun<MemoryReading>): string {
  const { allocator, heap } = run.after
  const name = nameOf(allocator)
  const v8 = `V8's heap is ${formatBytes(heap.committedBytes)}`
  if (allocator.retainedBytes !== undefined) {
    const free = `${formatBytes(allocator.retainedBytes)} free${inArenas(allocator)} (by its own count: not all of it need be resident)`
    return `${name} keeps ${free}${decaying(allocator)}; ${v8}`
  }
  if (allocator.mappedBytes !== undefined) {
    return `${name} has ${formatBytes(allocator.mappedBytes)} committed, without saying how much of it is free; ${v8}`
  }
  return `${v8}; what the allocator holds isn't known`
}

/** One sentence on what the demo saw, from its figures alone. */
export function summariseDemo(run: DemoRun<MemoryReading>): string {
  const [baseline, peak, after] = [run.baseline, run.peak, run.after].map(({ process }) => process.rssBytes) as [number, number, number]
  const stays = after - baseline
  const { grew, stayed } = arenasThatStayed(run)
  const arenas = stayed === 0 ? '' : `; ${stayed} of the ${grew} arenas that grew kept more than nine tenths of that`
  if (stays <= Math.max(noiseBytes, (peak - baseline) * cameBackShare)) {
    return `${movement(baseline, peak, after)}: nearly all of it went back to the system; ${holding(run)}${arenas}.`
  }
  return `${movement(baseline, peak, after)}, still ${formatBytes(stays)} above where it began: ${holding(run)}${arenas}.`
}
