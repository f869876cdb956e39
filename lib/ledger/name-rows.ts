import type { HeapSpaceStats } from '../heap/heap-stats.js'
import type { NativeOwner, NativeRow } from './native-rows.js'
import type { LedgerEntry, LedgerEvidence, LedgerOwner } from './rss-ledger.js'

/** What is known beside the rows, for their names. */
export interface Surroundings {
  readonly pid: number
  readonly threadName: (tid: number) => string
  /** The thread of each isolate, 0 when it isn't known. The first is the calling thread's. */
  readonly isolates: readonly number[]
  readonly spaces: readonly HeapSpaceStats[]
  /** The name of the live allocator; undefined for another process. */
  readonly allocator: string | undefined
  /** Names of embedded allocators' copies, in their order. */
  readonly copies: readonly string[]
  /** Whether glibc's own records say where all of its memory is. */
  readonly knowsArenas: boolean
  /** Whether all mapped chunks were found, by glibc's own count. */
  readonly knowsChunks: boolean
  /** Whether glibc's free lists were walked: otherwise blocks of its arenas may be free. */
  readonly knowsFree: boolean
}

type Naming = readonly [owner: LedgerOwner, detail: string, evidence: LedgerEvidence]

function threadOf(tid: number, { pid, threadName }: Surroundings): string {
  if (tid === pid) return 'main'
  const name = threadName(tid)
  return name === '' ? `thread ${tid}` : `${name} (thread ${tid})`
}

function nameSpace({ group, part }: NativeRow, around: Surroundings): Naming {
  if (part < 0) return ['v8-heap', 'pages whose isolate and space could not be proved', 'inferred']
  const tid = around.isolates[group] ?? 0
  const isolate = tid === 0 ? `isolate ${group}` : threadOf(tid, around)
  return ['v8-heap', `${isolate}: ${around.spaces[part]?.name ?? `space ${part}`}`, 'counted']
}

function nameStack({ group, part }: NativeRow, around: Surroundings): Naming {
  return ['thread-stack', group === 0 ? 'unknown thread' : threadOf(group, around), part === 0 ? 'inferred' : 'counted']
}

/** What nothing claims may be the allocator's, where that doesn't tell where its memory is. */
function nameRest(detail: string, { allocator, knowsArenas }: Surroundings): Naming {
  if (allocator === undefined)
    return ['unexplained', 'anonymous memory: V8, malloc and others are not told apart from outside', 'by-elimination']
  if (knowsArenas || allocator === 'unknown') return ['unexplained', detail, 'by-elimination']
  return ['malloc', allocator, 'by-elimination']
}

const namings: Readonly<Record<NativeOwner, (row: NativeRow, around: Surroundings) => Naming>> = {
  v8Space: nameSpace,
  v8ReadOnly: () => ['v8-read-only', 'shared by all isolates', 'counted'],
  v8CodeRange: () => ['v8-code-range', 'beside the pages of code spaces', 'counted'],
  v8Pool: ({ part }) =>
    part === 0 ? ['v8-page-pool', 'pages of ended isolates', 'counted'] : ['v8-page-pool', 'pages that V8 keeps for later', 'inferred'],
  v8Table: () => ['v8-tables', 'entry points of functions', 'inferred'],
  arena: ({ group }, { knowsFree }) => [knowsFree ? 'malloc-in-use' : 'malloc', group === 0 ? 'main arena' : `arena ${group}`, 'counted'],
  arenaTop: ({ group }) => ['malloc-free', group === 0 ? 'main arena: top' : `arena ${group}: top`, 'counted'],
  mappedChunk: (_, { knowsChunks }) => ['malloc-in-use', 'blocks with a mapping of their own', knowsChunks ? 'counted' : 'inferred'],
  embedded: ({ group }, { copies }) => ['embedded-allocator', copies[group] ?? `copy ${group}`, 'counted'],
  stack: nameStack,
  endedStack: () => ['thread-stack', 'kept for the next thread', 'counted'],
  file: ({ name }) => ['file', name, 'counted'],
  writtenFile: ({ name }) => ['file', `${name} (private copies of written pages)`, 'counted'],
  sharedMemory: ({ name }) => ['shared-memory', name === '' ? 'anonymous' : name, 'counted'],
  wasm: () => ['wasm-memory', 'memories with 8 GiB reserved for each', 'inferred'],
  kernel: ({ name }) => ['kernel', name, 'counted'],
  loader: ({ name }) => ['runtime', name === '' ? 'thread-local variables of the main thread' : `zeroed data of ${name}`, 'inferred'],
  abseil: () => ['runtime', 'abseil', 'counted'],
  named: ({ name }) => ['runtime', `memory named ${name}`, 'counted'],
  break: (_, around) =>
    around.allocator === undefined ? ['malloc', 'the break', 'inferred'] : nameRest('beyond malloc on the break', around),
  lazyFree: () => ['lazy-free', 'given up by its owner', 'counted'],
  reserved: () => ['runtime', 'reserved addresses', 'counted'],
  anonymous: (_, around) => nameRest('anonymous memory', around),
}

/** An entry for each owner that a row names. */
export function nameRows(rows: readonly NativeRow[], around: Surroundings): readonly LedgerEntry[] {
  const entries = new Map<string, LedgerEntry>()
  for (const row of rows) {
    const [owner, detail, evidence] = namings[row.owner](row, around)
    const key = `${owner}\n${detail}`
    const before = entries.get(key)
    const isOwnSpace = row.owner === 'v8Space' && row.part >= 0 && row.group === 0
    entries.set(key, {
      owner,
      detail,
      residentBytes: row.residentBytes + (before?.residentBytes ?? 0),
      committedBytes: row.committedBytes + (before?.committedBytes ?? 0),
      virtualBytes: row.virtualBytes + (before?.virtualBytes ?? 0),
      swappedBytes: row.swappedBytes + (before?.swappedBytes ?? 0),
      usedBytes: isOwnSpace ? around.spaces[row.part]?.usedBytes : undefined,
      evidence,
    })
  }
  return [...entries.values()]
}
