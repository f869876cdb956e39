import { binding } from '../binding/index.js'

/** The arenas by number. glibc inserts new arenas after the main one, so its list is the main arena, then newest to oldest. */
export function arenasByNumber(count: number, listed: Float64Array): readonly (number | undefined)[] {
  return Array.from({ length: count }, (_, number) => listed[number === 0 ? 0 : count - number])
}

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
