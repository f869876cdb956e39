import { formatBytes } from '../figures/index.js'
import type { MemoryMoment } from './memory-moment.js'
import type { CheckedBytes, LiveMemory } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'
import { wasTried } from './what-if.js'

/** What advice is made of. */
export interface Findings {
  readonly verdict: ReleaseVerdict
  readonly bytes: CheckedBytes
  readonly live: readonly LiveMemory[]
  readonly before: MemoryMoment
  readonly after: MemoryMoment
  readonly allocator: 'glibc' | 'jemalloc' | 'mimalloc' | 'tcmalloc' | 'unknown'
}

/** glibc's default. Its dynamic threshold is never below. */
const defaultMmapThreshold = 128 * 1024

function adviseOnThreshold({ before, after }: Findings): string[] {
  const [from, to] = [before.mmapThresholdBytes, after.mmapThresholdBytes]
  if (to === undefined || to <= defaultMmapThreshold) return []
  const rose =
    from === undefined || to <= from
      ? `glibc's mmap threshold stands at ${formatBytes(to)}, raised when a block of that size was freed earlier`
      : `glibc raised its mmap threshold from ${formatBytes(from)} to ${formatBytes(to)} when a block of that size was freed`
  return [
    `${rose}: smaller blocks now come from arenas and stay there when freed. ` +
      'MALLOC_MMAP_THRESHOLD_=131072 in the environment (M_MMAP_THRESHOLD) keeps the threshold where it is, and each large block goes back when freed.',
  ]
}

function adviseOnArenas({ after }: Findings): string[] {
  const { arenaCount } = after
  if (arenaCount === undefined || arenaCount <= 2) return []
  return [`glibc made ${arenaCount} arenas, each of which keeps free memory of its own: MALLOC_ARENA_MAX=2 has threads share two.`]
}

const adviceByAllocator: Readonly<Record<Findings['allocator'], (findings: Findings) => string[]>> = {
  glibc: (findings) => [
    ...adviseOnThreshold(findings),
    ...adviseOnArenas(findings),
    'Compare another allocator: allocscope check --allocator jemalloc.',
  ],
  jemalloc: () => [
    'jemalloc gives pages back by age, but looks at their age only when the program allocates: MALLOC_CONF=background_thread:true has a thread ' +
      'of its own do it, MALLOC_CONF=dirty_decay_ms:1000,muzzy_decay_ms:0 does it sooner.',
  ],
  mimalloc: () => ['mimalloc gives pages back lazily: MIMALLOC_PURGE_DELAY=0 (MIMALLOC_RESET_DELAY in version 2.0) does it at once.'],
  tcmalloc: () => [
    'tcmalloc gives spans back slowly: TCMALLOC_RELEASE_RATE=10 does it sooner, TCMALLOC_AGGRESSIVE_DECOMMIT=t at once, at a cost.',
  ],
  unknown: () => [
    'The allocator that serves malloc is not one whose calls are known: its own documentation says how it gives memory back.',
  ],
}

function adviseOnHeldByAllocator(findings: Findings): string[] {
  const { releasableBytes } = findings.bytes.held
  const tried =
    releasableBytes === undefined
      ? []
      : [
          `releaseMemory() gives ${formatBytes(releasableBytes)} of it back now (tried in a forked child). ` +
            'It is not a leak: the program uses it again before it takes more.',
        ]
  return [...tried, ...adviceByAllocator[findings.allocator](findings)]
}

function adviseOnFragmented(findings: Findings): string[] {
  const pinned = findings.bytes.held.pinnedBytes
  const evidence = pinned === undefined ? 'Free memory' : `${formatBytes(pinned)} of free memory`
  return [
    `${evidence} shares its pages with blocks still in use, so that no purge returns it. Allocate what lives long before, or apart from, what ` +
      'lives short; or keep the survivors in one larger block.',
    ...(findings.allocator === 'glibc'
      ? ['jemalloc keeps blocks of one size together, which often fragments less: allocscope check --allocator jemalloc.']
      : []),
  ]
}

function adviseOnPlace({ where, bytes, grows, bytesPerCall }: LiveMemory): string {
  const amount = grows ? `${formatBytes(bytesPerCall)} a call` : `${formatBytes(bytes)}, kept once,`
  switch (where) {
    case 'javascript-heap':
      return `${amount} of JavaScript objects are reachable: compare two heap snapshots, or ask deepSizeOf about what may hold them (caches, closures, listeners).`
    case 'external':
      return `${amount} outside of V8's heap are kept by JavaScript objects (array buffers, Buffers, what addons declare): look for who keeps the Buffers.`
    case 'native':
      return `${amount} of native memory were never freed, and no JavaScript object accounts for them: an addon, or a library under it. heaptrack or valgrind name the place.`
  }
}

function adviseOnV8({ bytes }: Findings): string[] {
  return [
    `V8 keeps ${formatBytes(bytes.held.v8FreeBytes)} of pages without live objects, for it expects to need them: releaseMemory({ purge: false }) ` +
      'returns most. --max-semi-space-size bounds the young generation, --optimize-for-size the whole.',
  ]
}

function adviseOnInconclusive({ bytes, after }: Findings): string[] {
  const untried = wasTried(after.purge)
    ? []
    : [`No purge was tried in a forked child (${after.purge.reason}), so that the split is coarse.`]
  return [
    ...untried,
    `${formatBytes(bytes.held.unexplainedBytes)} are held by nothing that is counted here: other threads' V8 heaps, compiled code, or mappings of native code.`,
  ]
}

/** What to do about the verdict, each piece with its evidence. */
export function advise(findings: Findings): string[] {
  switch (findings.verdict) {
    case 'returned':
      return []
    case 'held-by-v8':
      return adviseOnV8(findings)
    case 'held-by-allocator':
      return adviseOnHeldByAllocator(findings)
    case 'fragmented':
      return adviseOnFragmented(findings)
    case 'inconclusive':
      return adviseOnInconclusive(findings)
    case 'still-live':
      return findings.live.map(adviseOnPlace)
  }
}
