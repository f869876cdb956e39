export { getHeapStats } from './heap-stats.js'
export type { HeapSpaceStats, HeapStats } from './heap-stats.js'
