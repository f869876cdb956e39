import { binding } from '../binding/index.js'
import { arenasByNumber } from './footprint.js'

let listed = new Float64Array(64)

/**
 * What each arena has from the system, bytes, by number: 0 is the main arena. The words that `malloc_info` prints as `<system type="current">`, read
 * without a lock; about 1 µs. Empty where the allocator doesn't tell its arenas apart at that price.
 */
export function readArenaBytes(): readonly number[] {
  if (binding === undefined) return []
  let count = binding.readArenaFootprints(listed)
  while (count > listed.length) {
    listed = new Float64Array(2 * count)
    count = binding.readArenaFootprints(listed)
  }
  return arenasByNumber(count, listed) as readonly number[]
}
