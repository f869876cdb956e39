import { formatBytes } from '../figures/index.js'
import type { EmbeddedGrowth } from './embedded-moment.js'

/** Growth below this isn't worth a piece of advice of its own. */
const notableBytes = 256 * 1024

function nameOf({ allocator, libraries }: EmbeddedGrowth): string {
  return `the ${allocator} within ${libraries.join(', ')}`
}

function namesOf(copies: readonly EmbeddedGrowth[]): string {
  return copies.map(nameOf).join(' and ')
}

function remedyOf(copies: readonly EmbeddedGrowth[]): string {
  const settings = [...new Set(copies.flatMap(({ setting }) => setting ?? []))]
  return settings.length === 0 ? '' : ` ${settings.join(' ')} in the environment gives free memory back at once.`
}

/**
 * What else gives memory of DuckDB's jemalloc back, as measured (docs/release.md). `background_thread:true` in the environment, `allocator_flush_threshold`,
 * `allocator_bulk_deallocation_flush_threshold` and `memory_limit` made no difference beyond noise.
 */
function remedyOfDuckDb(copies: readonly EmbeddedGrowth[]): string {
  if (!copies.some(({ setting }) => setting?.startsWith('DUCKDB_JE_MALLOC_CONF=') === true)) return ''
  return " DuckDB's own SET allocator_background_threads = true does it within seconds; being SQL, it is untried here."
}

/** On memory that copies count as in use. `amount` says how much, and how it grew. */
export function adviseOnEmbeddedLive(embedded: readonly EmbeddedGrowth[], amount: string): string {
  const counting = embedded.filter(({ allocatedBytes }) => (allocatedBytes ?? 0) > notableBytes)
  return (
    `${amount} were not freed in ${namesOf(counting)}, by its own count. That allocator serves no other library: look for what the program keeps ` +
    'of it (connections, tables, results), or for a leak within it.'
  )
}

/** On memory that copies keep free: releasable, as tried. */
export function adviseOnEmbeddedFree(embedded: readonly EmbeddedGrowth[], releasableBytes: number): string[] {
  if (releasableBytes < notableBytes) return []
  const counting = embedded.filter(({ residencyFrom }) => residencyFrom === 'statistics')
  const tried = `releaseMemory() gives ${formatBytes(releasableBytes)} of ${namesOf(counting)} back now (tried in a forked child).`
  return [`${tried}${remedyOf(counting)}${remedyOfDuckDb(counting)}`]
}

/** On mappings of copies that don't tell what of them is in use. */
export function adviseOnEmbeddedMapped(embedded: readonly EmbeddedGrowth[]): string[] {
  return embedded
    .filter(({ residencyFrom, residentBytes }) => residencyFrom !== 'statistics' && (residentBytes ?? 0) > notableBytes)
    .map((copy) => {
      const grown = `${nameOf(copy)} has ${formatBytes(copy.residentBytes)} more resident, Buffers that it made included. It doesn't tell what is in use.`
      const remedy =
        copy.setting === undefined
          ? ''
          : ` With ${copy.setting} in the environment it gives free memory back at once: what stays then is in use.`
      return grown + remedy
    })
}
