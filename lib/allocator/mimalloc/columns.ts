import type { MimallocBlockClass } from './mimalloc-stats.js'

/** kFootprintColumns of native/allocator/mimalloc/columns.h. */
export const mimallocFootprintColumns = ['committedBytes', 'peakCommittedBytes'] as const

/** kThreadHeapTable of native/allocator/mimalloc/columns.h. */
export const mimallocThreadHeapTable = 'threadHeap'

/** kThreadHeapColumns of native/allocator/mimalloc/columns.h. */
export const mimallocThreadHeapColumns = [
  'sizeBytes',
  'areas',
  'reservedBytes',
  'committedBytes',
  'usedBytes',
] as const satisfies readonly (keyof MimallocBlockClass)[]

/** kStatisticsText of native/allocator/mimalloc/columns.h. */
export const mimallocStatisticsText = 'statistics'

/** kJsonText of native/allocator/mimalloc/columns.h. */
export const mimallocJsonText = 'json'

/** kCommitFallsFlag of native/allocator/mimalloc/columns.h. */
export const mimallocCommitFallsFlag = 'commitFalls'
