import { binding, bindingLoadError } from '../binding/index.js'
import { checkNumber, checkOneOf, readOptions } from '../errors/index.js'
import type { AllocatorDetail } from './allocator-snapshot.js'
import { AllocatorSource } from './allocator-source.js'
import type { AllocatorStats, AllocatorStatsOptions } from './allocator-stats.js'
import { GlibcReader } from './glibc/glibc-reader.js'
import { JemallocReader } from './jemalloc/jemalloc-reader.js'
import { MimallocReader } from './mimalloc/mimalloc-reader.js'
import { TcmallocReader } from './tcmalloc/tcmalloc-reader.js'
import { UnknownReader } from './unknown/unknown-reader.js'

const details = ['footprint', 'usage', 'arenas'] as const
const defaultBudgetMs = 1000

interface AllocatorReader {
  read(detail: AllocatorDetail, budgetMs: number): AllocatorStats
}

function createReader(): AllocatorReader {
  if (binding === undefined) {
    const reason = bindingLoadError?.message ?? ''
    return new UnknownReader({ library: '', version: undefined, proof: 'no addon to look with' }, reason, () => [])
  }
  const description = binding.describeAllocator()
  const source = new AllocatorSource(binding, description)
  switch (description.allocator) {
    case 'glibc':
      return new GlibcReader(source)
    case 'jemalloc':
      return new JemallocReader(source)
    case 'mimalloc':
      return new MimallocReader(source)
    case 'tcmalloc':
      return new TcmallocReader(source)
    case 'unknown':
      return new UnknownReader(source.provenance, source.limitation, () => source.findOthers())
  }
}

let reader: AllocatorReader | undefined

/**
 * What the live allocator of this process holds. Every thread of a process has the same allocator.
 *
 * Cost: the default, `'footprint'`, takes about 2 µs under glibc whatever the heap, walks nothing and takes no lock; under jemalloc it advances
 * the statistics' epoch (about 20 µs), under tcmalloc it takes the page heap's lock a few times. On glibc `'usage'` and `'arenas'` walk every free
 * list with its arena locked: microseconds on a fresh heap, hundreds of milliseconds with a million free chunks; hence `budgetMs`. The first
 * call in a process also finds out which allocator it is, by looking and by a proof: about 0.3 ms.
 *
 * @example
 * const stats = getAllocatorStats({ detail: 'arenas' })
 * if (stats.allocator === 'glibc') for (const arena of stats.arenas) console.log(arena.index, arena.retainedBytes)
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_ALLOCATOR_CALL` when the allocator's
 * own call failed, `ERR_ALLOCSCOPE_MALFORMED_REPORT` when its report has an unknown form, `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted.
 */
export function getAllocatorStats(options?: AllocatorStatsOptions): AllocatorStats {
  reader ??= createReader()
  if (options === undefined) return reader.read('footprint', defaultBudgetMs)
  const { detail, budgetMs } = readOptions(options, ['detail', 'budgetMs'])
  return reader.read(
    checkOneOf('options.detail', detail, details, 'footprint'),
    checkNumber('options.budgetMs', budgetMs, 0, defaultBudgetMs),
  )
}
