import { getAllocatorStats } from '../../lib/allocator/index.js'
import type { AllocatorStats, AllocatorStatsOptions } from '../../lib/allocator/index.js'

/** The allocator that this test process was started under. */
export const live = (process.env['ALLOCSCOPE_EXPECT_ALLOCATOR'] ?? 'glibc') as AllocatorStats['allocator']

/** A reading of the live allocator, as the member of the union that it must be. */
export function readLive<Name extends AllocatorStats['allocator']>(
  name: Name,
  options?: AllocatorStatsOptions,
): Extract<AllocatorStats, { allocator: Name }> {
  const stats = getAllocatorStats(options)
  if (stats.allocator !== name) throw new Error(`expected ${name} to be live, found ${stats.allocator}`)
  return stats as Extract<AllocatorStats, { allocator: Name }>
}

export const mebibyte = 2 ** 20
