import { performance } from 'node:perf_hooks'
import v8 from 'node:v8'

import { readArenaBytes } from '../allocator/arena-bytes.js'
import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats } from '../allocator/index.js'
import { checkNumber, isAllocscopeError, readOptions } from '../errors/index.js'
import { ContainerReader } from '../process/container/container-figures.js'
import { getProcessMemory } from '../process/index.js'
import type { ProcessMemory } from '../process/index.js'
import { Reading } from './reading.js'
import { UsageReader } from './usage-reader.js'

/** What is read beside that which a scrape may cost. */
export interface MetricsOptions {
  /**
   * How often what a scrape never reads is read, on a timer, milliseconds from 1,000 up; never by default. What is in use and what is retained, for which
   * glibc walks its free lists, and allocators within loaded libraries. The first time is within the registration: looking through the libraries takes some
   * 15 to 60 ms where addons are large; later readings take the walk, and up to some ms where a library has a mimalloc.
   */
  readonly usageEveryMs?: number
  /**
   * The most milliseconds that such a walk may be expected to take; 100 by default. The first is expected at its worst, 5 ms for each MB of the arenas, later
   * ones as the last was. Where one would take longer, the figures that it gives are absent.
   */
  readonly budgetMs?: number
}

/** The metrics that were registered. */
export interface MetricsRegistration {
  /** Takes them out again, and ends the timer of {@link MetricsOptions.usageEveryMs}. A second call does nothing. */
  stop(): void
}

/** So many arenas have series of their own. */
const mostArenas = 64

function addArenas(reading: Reading, allocator: string, mmappedBytes: number | undefined): void {
  const arenas = readArenaBytes()
  arenas.slice(0, mostArenas).forEach((bytes, number) => {
    reading.add('mappedBytes', bytes, { allocator, arena: String(number) })
  })
  const others = arenas.slice(mostArenas)
  if (others.length > 0) {
    const bytes = others.reduce((sum, one) => sum + one, 0)
    reading.add('mappedBytes', bytes, { allocator, arena: 'other' })
  }
  reading.add('mappedBytes', mmappedBytes, { allocator, arena: 'mmapped' })
}

/** All but what is mapped, which is told by arena where that is known. */
export function addAllocatorFigures(reading: Reading, stats: AllocatorStats): void {
  const { allocator, provenance, allocatedBytes, retainedBytes } = stats
  reading.add('allocatorInfo', 1, { allocator, version: provenance.version ?? '' })
  if (stats.allocator === 'glibc') {
    reading.add('arenas', stats.arenaCount, { allocator })
    reading.add('mmapThresholdBytes', stats.mmapThresholdBytes, { allocator })
  }
  reading.add('allocatedBytes', allocatedBytes, { allocator })
  reading.add('retainedBytes', retainedBytes, { allocator })
}

function addAllocator(reading: Reading, stats: AllocatorStats): void {
  const { allocator, mappedBytes } = stats
  if (stats.allocator !== 'glibc') reading.add('mappedBytes', mappedBytes, { allocator })
  else if (mappedBytes !== undefined) addArenas(reading, allocator, stats.mmappedBytes)
  addAllocatorFigures(reading, stats)
}

export function addMemory(
  reading: Reading,
  { rssBytes, residentSharedBytes, peakRssBytes, minorFaults, majorFaults }: ProcessMemory,
): void {
  if (residentSharedBytes !== undefined) {
    reading.add('residentBytes', rssBytes - residentSharedBytes, { backing: 'anonymous' })
    reading.add('residentBytes', residentSharedBytes, { backing: 'file' })
  }
  reading.add('peakResidentBytes', peakRssBytes)
  reading.add('pageFaults', minorFaults, { type: 'minor' })
  reading.add('pageFaults', majorFaults, { type: 'major' })
}

function addV8(reading: Reading): void {
  const heap = v8.getHeapStatistics()
  reading.add('heapCommittedBytes', heap.total_heap_size)
  reading.add('heapLimitBytes', heap.heap_size_limit)
  reading.add('externalBytes', heap.external_memory)
  reading.add('mallocedBytes', heap.malloced_memory)
  reading.add('detachedContexts', heap.number_of_detached_contexts)
}

/** A source that can't be read leaves its figures out; the others are there. */
function unlessUnreadable(read: () => void): void {
  try {
    read()
  } catch (error) {
    if (!isAllocscopeError(error)) throw error
  }
}

/** Reads every metric at once, for one registry or meter. */
export class MetricsReader {
  readonly #container: ContainerReader
  readonly #usage: UsageReader | undefined

  constructor(options: MetricsOptions | undefined) {
    const given = readOptions(options, ['usageEveryMs', 'budgetMs'])
    const everyMs = checkNumber('options.usageEveryMs', given.usageEveryMs, 1000, Infinity, 2 ** 31 - 1)
    const budgetMs = checkNumber('options.budgetMs', given.budgetMs, 0, 100)
    // Nothing of the container is read for options that are refused.
    this.#container = new ContainerReader()
    if (everyMs !== Infinity) this.#usage = new UsageReader(everyMs, budgetMs)
  }

  read(): Reading {
    const start = performance.now()
    const reading = new Reading()
    unlessUnreadable(() => {
      addAllocator(reading, getAllocatorStats())
    })
    unlessUnreadable(() => {
      addMemory(reading, getProcessMemory())
    })
    addV8(reading)
    const container = this.#container.read()
    reading.add('containerLimitBytes', container?.limitBytes)
    reading.add('containerUsageBytes', container?.usageBytes)
    reading.add('containerWorkingSetBytes', container?.workingSetBytes)
    reading.add('containerHeadroomBytes', container?.headroomBytes)
    this.#usage?.addTo(reading)
    reading.add('readingSeconds', (performance.now() - start) / 1000)
    return reading
  }

  stop(): void {
    this.#usage?.stop()
  }
}
