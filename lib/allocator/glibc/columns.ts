import type { GlibcCounters } from './glibc-stats.js'

/** kFootprintColumns of native/allocator/glibc/columns.h. */
export const glibcFootprintColumns = [
  'arenaBytes',
  'mainArenaBytes',
  'arenaCount',
  'mmappedBytes',
  'mmappedChunks',
  'mmapThresholdBytes',
  'trimThresholdBytes',
] as const

/** kCounterColumns of native/allocator/glibc/columns.h. */
export const glibcCounterColumns = [
  'arenaBytes',
  'freeChunks',
  'fastbinChunks',
  'mmappedChunks',
  'mmappedBytes',
  'fastbinBytes',
  'inUseBytes',
  'freeBytes',
  'trimmableTopBytes',
] as const satisfies readonly (keyof GlibcCounters)[]

/** kTunableColumns of native/allocator/glibc/columns.h. */
export const glibcTunableColumns = [
  'mmapThresholdBytes',
  'trimThresholdBytes',
  'topPadBytes',
  'arenaTest',
  'arenaMax',
  'mmapMax',
  'noDynamicThreshold',
  'tcacheCount',
  'tcacheMaxBytes',
] as const

/** kTopColumn of native/allocator/glibc/columns.h. */
export const glibcTopColumn = 'trimmableTopBytes'

/** kArenaTable of native/allocator/glibc/columns.h. */
export const glibcArenaTable = 'arenas'

/** kArenaColumns of native/allocator/glibc/columns.h. */
export const glibcArenaColumns = ['systemBytes', 'maxSystemBytes', 'attachedThreads'] as const

/** kMallocInfoText of native/allocator/glibc/columns.h. */
export const glibcMallocInfoText = 'mallocInfo'
