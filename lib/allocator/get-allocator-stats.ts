import { binding, bindingLoadError } from '../binding/index.js'
import { checkNumber, checkOneOf, readOptions } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import type { AllocatorDetail } from './allocator-snapshot.js'
import { AllocatorSource } from './allocator-source.js'
import type { AllocatorStats, AllocatorStatsOptions } from './allocator-stats.js'

// A process has one allocator: the readers of the others are never loaded.
const glibc = lazily(() => require('./glibc/glibc-reader.js') as typeof import('./glibc/glibc-reader.js'))
const jemalloc = lazily(() => require('./jemalloc/jemalloc-reader.js') as typeof import('./jemalloc/jemalloc-reader.js'))
const mimalloc = lazily(() => require('./mimalloc/mimalloc-reader.js') as typeof import('./mimalloc/mimalloc-reader.js'))
const tcmalloc = lazily(() => require('./tcmalloc/tcmalloc-reader.js') as typeof import('./tcmalloc/tcmalloc-reader.js'))
const unknown = lazily(() => require('./unknown/unknown-reader.js') as typeof import('./unknown/unknown-reader.js'))

const details = ['footprint', 'usage', 'arenas'] as const
const defaultBudgetMs = 1000

interface AllocatorReader {
  read(detail: AllocatorDetail, budgetMs: number): AllocatorStats
}

function createReader(): AllocatorReader {
  if (binding === undefined) {
    const reason = bindingLoadError?.message ?? ''
    return new (unknown().UnknownReader)({ library: '', version: undefined, proof: 'no addon to look with' }, reason, () => [])
  }
  const description = binding.describeAllocator()
  const source = new AllocatorSource(binding, description)
  switch (description.allocator) {
    case 'glibc':
      return new (glibc().GlibcReader)(source)
    case 'jemalloc':
      return new (jemalloc().JemallocReader)(source)
    case 'mimalloc':
      return new (mimalloc().MimallocReader)(source)
    case 'tcmalloc':
      return new (tcmalloc().TcmallocReader)(source)
    case 'unknown':
      return new (unknown().UnknownReader)(source.provenance, source.limitation, () => source.findOthers())
  }
}

let reader: AllocatorReader | undefined

/** Public: described where it is exported, in lib/index.ts. */
export function getAllocatorStats(options?: AllocatorStatsOptions): AllocatorStats {
  reader ??= createReader()
  if (options === undefined) return reader.read('footprint', defaultBudgetMs)
  const { detail, budgetMs } = readOptions(options, ['detail', 'budgetMs'])
  return reader.read(
    checkOneOf('options.detail', detail, details, 'footprint'),
    checkNumber('options.budgetMs', budgetMs, 0, defaultBudgetMs),
  )
}
