import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** One arena. `stats.arenas.<i>.*`. */
export interface JemallocArena {
  readonly index: number
  /** Threads assigned to the arena. `nthreads`. */
  readonly threads: number
  /** Milliseconds since the arena was made. `uptime`, which jemalloc keeps in nanoseconds. */
  readonly uptimeMs: number
  /** Bytes in active, dirty and muzzy pages. `pactive`, `pdirty`, `pmuzzy`, times the page size. */
  readonly activeBytes: number
  readonly dirtyBytes: number
  readonly muzzyBytes: number
  /** `mapped`, `retained`, `resident`, `base`, `internal`, bytes. */
  readonly mappedBytes: number
  readonly retainedBytes: number
  readonly residentBytes: number
  readonly baseBytes: number
  readonly internalBytes: number
  /** Bytes in thread caches of the arena. `tcache_bytes`. */
  readonly tcacheBytes: number
  /** `small.allocated`, `large.allocated`, bytes. */
  readonly smallAllocatedBytes: number
  readonly largeAllocatedBytes: number
  /** Decay times; -1 in jemalloc means never, which is `undefined` here. `arena.<i>.dirty_decay_ms`, `arena.<i>.muzzy_decay_ms`. */
  readonly dirtyDecayMs: number | undefined
  readonly muzzyDecayMs: number | undefined
}

/** One size class served from slabs, all arenas together. `stats.arenas.<all>.bins.<j>.*`, `arenas.bin.<j>.*`. */
export interface JemallocBin {
  readonly sizeBytes: number
  /** Regions a slab, and the slab's bytes. `nregs`, `slab_size`. */
  readonly regionsPerSlab: number
  readonly slabBytes: number
  /** Regions in use, slabs now, and slabs neither full nor empty. `curregs`, `curslabs`, `nonfull_slabs`. */
  readonly regions: number
  readonly slabs: number
  readonly nonfullSlabs: number
  /** Allocations and deallocations since the process began. `nmalloc`, `ndalloc`. */
  readonly allocations: number
  readonly deallocations: number
  /** Share of the slabs' regions that are in use, 0 to 1; undefined when there is no slab. */
  readonly utilization: number | undefined
}

/** Free extents of one size class, all arenas together. `stats.arenas.<all>.extents.<j>.*`. */
export interface JemallocExtentClass {
  readonly index: number
  readonly dirtyExtents: number
  readonly muzzyExtents: number
  readonly retainedExtents: number
  readonly dirtyBytes: number
  readonly muzzyBytes: number
  readonly retainedBytes: number
}

/** `stats.*`, as of the epoch that this reading advanced. */
export interface JemallocCounters {
  /** `stats.allocated`: bytes allocated by the program, {@link JemallocCounters.tcacheBytes} included. */
  readonly allocatedBytes: number
  /** `stats.active`: bytes in active pages, a multiple of the page size. */
  readonly activeBytes: number
  /** `stats.metadata`: bytes for jemalloc's own structures. */
  readonly metadataBytes: number
  /** `stats.resident`: the most bytes that can be resident, in metadata, active and dirty pages. Includes metadata that was never touched. */
  readonly residentBytes: number
  /** `stats.mapped`: bytes in active extents, retained ones left out. */
  readonly mappedBytes: number
  /** `stats.retained`: address space kept for reuse instead of unmapped, bytes. Not resident, and not {@link AllocatorSnapshot.retainedBytes}. */
  readonly retainedBytes: number
  /** `stats.arenas.<all>.pdirty` and `pmuzzy`, bytes: unused pages that may still be resident. */
  readonly dirtyBytes: number
  readonly muzzyBytes: number
  /** `stats.arenas.<all>.tcache_bytes`: freed blocks in threads' caches, bytes. */
  readonly tcacheBytes: number
}

/** Settings in force. */
export interface JemallocSettings {
  /** `background_thread`: whether jemalloc purges from threads of its own. */
  readonly backgroundThread: boolean | undefined
  /** `opt.dirty_decay_ms`, `opt.muzzy_decay_ms`: time until unused pages are purged; -1 means never. */
  readonly dirtyDecayMs: number | undefined
  readonly muzzyDecayMs: number | undefined
  /** `arenas.page`, bytes. */
  readonly pageBytes: number | undefined
  /** `arenas.narenas`: arenas that exist or may. */
  readonly arenaLimit: number | undefined
  /** `opt.*` and `config.*` by their upstream names. */
  readonly options: Readonly<Record<string, number | boolean | string>>
  readonly config: Readonly<Record<string, number | boolean | string>>
}

/** A reading of jemalloc. Statistics are stale until the epoch is advanced: each reading does that first. */
export interface JemallocStats extends AllocatorSnapshot {
  readonly allocator: 'jemalloc'
  /** `stats.mapped`. */
  readonly mappedBytes: number | undefined
  /** `stats.allocated` less freed blocks in threads' caches, `tcache_bytes`. */
  readonly allocatedBytes: number | undefined
  /** Free memory in jemalloc's hands that may be resident: `stats.active` less what is allocated, and the dirty and muzzy pages. */
  readonly retainedBytes: number | undefined
  /** Undefined when jemalloc was built without statistics. */
  readonly counters: JemallocCounters | undefined
  /** In an `'arenas'` reading; otherwise empty. */
  readonly arenas: readonly JemallocArena[]
  readonly bins: readonly JemallocBin[]
  readonly extents: readonly JemallocExtentClass[]
  /** From `'usage'` up. */
  readonly settings: JemallocSettings | undefined
}
