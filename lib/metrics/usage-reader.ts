import path from 'node:path'

import { getAllocatorStats } from '../allocator/index.js'
import type { AllocatorStats, OtherAllocator } from '../allocator/index.js'
import { isAllocscopeError } from '../errors/index.js'
import type { Reading, Sample } from './reading.js'

/** So many libraries with an allocator have series of their own. */
const mostLibraries = 16

/** By allocator and name of the library: copies in files of one name are one series. */
function sumByLibrary(others: readonly OtherAllocator[], figure: 'residentBytes' | 'allocatedBytes'): readonly Sample[] {
  const sums = new Map<string, Sample>()
  for (const { allocator, libraries, [figure]: bytes } of others) {
    if (bytes === undefined) continue
    const own = libraries.map((library) => path.basename(library)).join(' ')
    const library = sums.has(`${allocator} ${own}`) || sums.size < mostLibraries ? own : 'other'
    const key = `${allocator} ${library}`
    sums.set(key, { labels: { allocator, library }, value: (sums.get(key)?.value ?? 0) + bytes })
  }
  return [...sums.values()]
}

/** Reads what no scrape may: what is in use where that takes a walk, and embedded allocators. On a timer that keeps no process alive. */
export class UsageReader {
  readonly #budgetMs: number
  readonly #timer: NodeJS.Timeout
  #last: { readonly timeMs: number; readonly stats: AllocatorStats } | undefined

  constructor(everyMs: number, budgetMs: number) {
    this.#budgetMs = budgetMs
    this.#read()
    this.#timer = setInterval(() => {
      this.#read()
    }, everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  addTo(reading: Reading): void {
    if (this.#last === undefined) return
    const { timeMs, stats } = this.#last
    const { allocator, allocatedBytes, retainedBytes, others = [] } = stats
    reading.add('usageTime', timeMs / 1000)
    // What the scrape itself knows is newer.
    if (reading.of('allocatedBytes').length === 0) reading.add('allocatedBytes', allocatedBytes, { allocator })
    if (reading.of('retainedBytes').length === 0) reading.add('retainedBytes', retainedBytes, { allocator })
    for (const { labels, value } of sumByLibrary(others, 'residentBytes')) reading.add('embeddedResidentBytes', value, labels)
    for (const { labels, value } of sumByLibrary(others, 'allocatedBytes')) reading.add('embeddedAllocatedBytes', value, labels)
  }

  #read(): void {
    try {
      this.#last = { timeMs: Date.now(), stats: getAllocatorStats({ detail: 'usage', budgetMs: this.#budgetMs, others: true }) }
    } catch (error) {
      if (!isAllocscopeError(error)) throw error
      this.#last = undefined
    }
  }
}
