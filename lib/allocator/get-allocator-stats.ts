import { performance } from 'node:perf_hooks'

import { binding, bindingLoadError } from '../binding/index.js'
import type { NativeAllocator } from '../binding/index.js'
import { checkBoolean, checkNumber, checkOneOf, readOptions } from '../errors/index.js'
import { lazily } from '../loading/index.js'
import type { ProcessMemory } from '../process/index.js'
import type { AllocatorDetail } from './allocator-snapshot.js'
import { AllocatorSource } from './allocator-source.js'
import type { AllocatorStats, AllocatorStatsOptions } from './allocator-stats.js'

// A process has one allocator: the readers of the others are never loaded.
const glibc = lazily(() => require('./glibc/glibc-reader.js') as typeof import('./glibc/glibc-reader.js'))
const jemalloc = lazily(() => require('./jemalloc/jemalloc-reader.js') as typeof import('./jemalloc/jemalloc-reader.js'))
const mimalloc = lazily(() => require('./mimalloc/mimalloc-reader.js') as typeof import('./mimalloc/mimalloc-reader.js'))
const tcmalloc = lazily(() => require('./tcmalloc/tcmalloc-reader.js') as typeof import('./tcmalloc/tcmalloc-reader.js'))
const tbbmalloc = lazily(() => require('./tbbmalloc/tbbmalloc-reader.js') as typeof import('./tbbmalloc/tbbmalloc-reader.js'))
const rpmalloc = lazily(() => require('./rpmalloc/rpmalloc-reader.js') as typeof import('./rpmalloc/rpmalloc-reader.js'))
const scudo = lazily(() => require('./scudo/scudo-reader.js') as typeof import('./scudo/scudo-reader.js'))
const unknown = lazily(() => require('./unknown/unknown-reader.js') as typeof import('./unknown/unknown-reader.js'))

const details = ['footprint', 'usage', 'arenas'] as const
const defaultBudgetMs = 1000

interface AllocatorReader {
  read(detail: AllocatorDetail, budgetMs: number): AllocatorStats
}

let source: AllocatorSource | undefined

function createReader(): AllocatorReader {
  if (binding === undefined) {
    const reason = bindingLoadError?.message ?? ''
    return new (unknown().UnknownReader)({ library: '', version: undefined, proof: 'no addon to look with' }, reason, () => [])
  }
  source = new AllocatorSource(binding, binding.describeAllocator())
  return readerOf(source)
}

function readerOf(source: AllocatorSource, readProcess?: () => ProcessMemory): AllocatorReader {
  switch (source.allocator) {
    case 'glibc':
      return new (glibc().GlibcReader)(source)
    case 'jemalloc':
      return new (jemalloc().JemallocReader)(source)
    case 'mimalloc':
      return new (mimalloc().MimallocReader)(source)
    case 'tcmalloc':
      return new (tcmalloc().TcmallocReader)(source)
    case 'tbbmalloc':
      return new (tbbmalloc().TbbmallocReader)(source)
    case 'rpmalloc':
      return new (rpmalloc().RpmallocReader)(source)
    case 'scudo':
      return new (scudo().ScudoReader)(source)
    case 'unknown':
      return new (unknown().UnknownReader)(source.provenance, source.limitation, () => source.findOthers(), readProcess)
  }
}

/** Readers look for other allocators with every detail but the first, unless their source doesn't. */
function readWithOthers(from: AllocatorReader, detail: AllocatorDetail, budgetMs: number, others: boolean): AllocatorStats {
  if (source !== undefined) source.looksForOthers = others
  const stats = from.read(detail, budgetMs)
  if (!others) return { ...stats, others: undefined }
  if (detail !== 'footprint') return stats
  const start = performance.now()
  const found = source?.findOthers() ?? []
  return { ...stats, others: found, costMicros: stats.costMicros + (performance.now() - start) * 1000 }
}

let reader: AllocatorReader | undefined

/** Public: described where it is exported, in lib/index.ts. */
export function getAllocatorStats(options?: AllocatorStatsOptions): AllocatorStats {
  reader ??= createReader()
  if (options === undefined) return reader.read('footprint', defaultBudgetMs)
  const given = readOptions(options, ['detail', 'budgetMs', 'others'])
  const detail = checkOneOf('options.detail', given.detail, details, 'footprint')
  const budgetMs = checkNumber('options.budgetMs', given.budgetMs, 0, defaultBudgetMs)
  return readWithOthers(reader, detail, budgetMs, checkBoolean('options.others', given.others, detail !== 'footprint'))
}

/** An allocator in another process. */
export interface AllocatorElsewhere {
  /** What answers in that process. */
  readonly calls: NativeAllocator
  /** Its folder in /proc. */
  readonly procFolder: string
  readonly readProcess: () => ProcessMemory
}

/** Reads the allocator of another process. Allocators within its libraries aren't looked for, so `others` is undefined. */
export function readAllocatorElsewhere(elsewhere: AllocatorElsewhere, detail: AllocatorDetail): AllocatorStats {
  const { calls, procFolder, readProcess } = elsewhere
  const reader = readerOf(new AllocatorSource(calls, calls.describeAllocator(), procFolder), readProcess)
  return { ...reader.read(detail, defaultBudgetMs), others: undefined }
}
