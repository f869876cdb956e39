import type { AllocatorStats, MissingFigures } from '../allocator/index.js'
import { formatBytes } from '../figures/index.js'
import { adviseOnEmbeddedFree, adviseOnEmbeddedLive, adviseOnEmbeddedMapped } from './embedded-advice.js'
import type { Holder } from '../holders/index.js'
import type { EmbeddedGrowth } from './embedded-moment.js'
import { goesUnderPressure } from './live-places.js'
import type { MemoryMoment } from './memory-moment.js'
import type { CheckedBytes, LiveMemory } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'
import { decidingShare } from './verdict.js'
import { isHeldByCopies, untriedMark } from './remedies.js'
import { wasTried } from './what-if.js'

/** What advice is made of. */
export interface Findings {
  readonly verdict: ReleaseVerdict
  readonly bytes: CheckedBytes
  readonly live: readonly LiveMemory[]
  readonly before: MemoryMoment
  readonly after: MemoryMoment
  readonly missing: readonly MissingFigures[]
  readonly embedded: readonly EmbeddedGrowth[]
  readonly allocator: AllocatorStats['allocator']
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
      'MALLOC_MMAP_THRESHOLD_=131072 in the environment (M_MMAP_THRESHOLD) keeps the threshold where it is: larger blocks go back when freed, ' +
      `smaller ones stay.${untriedMark}`,
  ]
}

function adviseOnArenas({ after }: Findings): string[] {
  const { arenaCount } = after
  if (arenaCount === undefined || arenaCount <= 2) return []
  return [
    `glibc made ${arenaCount} arenas, each of which keeps free memory of its own: GLIBC_TUNABLES=glibc.malloc.arena_max=2 has threads share two.${untriedMark}`,
  ]
}

const adviceByAllocator: Readonly<Record<Findings['allocator'], (findings: Findings) => string[]>> = {
  glibc: (findings) => [
    ...adviseOnThreshold(findings),
    ...adviseOnArenas(findings),
    `Another allocator may keep less: allocscope check --try tries jemalloc, mimalloc and tcmalloc, and settings.${untriedMark}`,
  ],
  jemalloc: () => [
    'jemalloc gives pages back by age, but looks at their age only when the program allocates: MALLOC_CONF=background_thread:true has a thread ' +
      `of its own do it, MALLOC_CONF=dirty_decay_ms:1000,muzzy_decay_ms:0 does it sooner.${untriedMark}`,
  ],
  mimalloc: () => [
    `mimalloc gives pages back lazily: MIMALLOC_PURGE_DELAY=0 (MIMALLOC_RESET_DELAY in version 2.0) does it at once.${untriedMark}`,
  ],
  tcmalloc: () => [
    `tcmalloc gives spans back slowly: TCMALLOC_RELEASE_RATE=10 does it sooner, TCMALLOC_AGGRESSIVE_DECOMMIT=t at once, at a cost.${untriedMark}`,
  ],
  tbbmalloc: () => [
    "oneTBB's allocator keeps what it has for as long as the program runs: scalable_allocation_command(TBBMALLOC_CLEAN_ALL_BUFFERS, 0), which " +
      'releaseMemory() calls, empties its caches.',
  ],
  rpmalloc: () => ['rpmalloc keeps pages in caches of each thread, and has no call that empties them all.'],
  scudo: () => [`scudo gives pages back at most every 5 s: SCUDO_OPTIONS=release_to_os_interval_ms=0 does it at once.${untriedMark}`],
  unknown: () => [
    'The allocator that serves malloc is not one whose calls are known: its own documentation says how it gives memory back.',
  ],
}

function adviseOnHeldByAllocator(findings: Findings): string[] {
  const { held } = findings.bytes
  const embedded = adviseOnEmbeddedFree(findings.embedded, held.embeddedReleasableBytes ?? 0)
  return isHeldByCopies(held) ? embedded : [...adviseOnOwnFree(findings), ...embedded]
}

function adviseOnOwnFree(findings: Findings): string[] {
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

/** Objects of which some calls leave none aren't what each call leaves. */
const oneACall = 0.9
const mostNamed = 3

/**
 * Objects of JavaScript's own have no native memory behind them but that of array buffers, which are counted apart. Names in parentheses are V8's kinds of
 * such objects.
 */
const withoutNative =
  /^(?:\(.*|Object|Array|[fF]unction|(?:Weak)?(?:Map|Set)|WeakRef|Promise|Date|Symbol|(?:Shared)?ArrayBuffer|DataView|Buffer|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array)$/

/** Which lines and native functions asked for the blocks that each call leaves behind; empty when that isn't known. */
function describeRequests(holders: readonly Holder[]): string {
  const byLine = new Map<string, string[]>()
  for (const { allocatedBy, allocatedAt } of holders.filter((holder) => holder.allocatedBy !== undefined).slice(0, mostNamed)) {
    const { functionName = '', module = '' } = allocatedBy ?? {}
    const at = allocatedAt?.isExact === false ? 'in the function at ' : 'at '
    const line = allocatedAt === undefined ? '' : `${at}${allocatedAt.file}:${allocatedAt.line} `
    byLine.set(line, [...(byLine.get(line) ?? []), `${functionName === '' ? '(no symbol)' : functionName} [${module}]`])
  }
  const requests = [...byLine].map(([line, functions]) => `${line}by ${functions.join(', ')}`)
  return requests.length === 0 ? '' : ` It was asked for ${requests.join('; ')}.`
}

/** Only where nothing else can have it is it an addon's. */
function adviseOnNative(
  amount: string,
  { owners: { otherIsolates }, grown: { otherExternalBytes } }: MemoryMoment,
  holders: readonly Holder[],
): string {
  const never = `${amount} of native memory were never freed, beyond Buffers and what JavaScript objects declare`
  const standing = holders.flatMap(({ constructor: name, perCall = 0 }) =>
    name === undefined || perCall < oneACall || withoutNative.test(name) ? [] : [name],
  )
  const requests = describeRequests(holders)
  if (standing.length > 0)
    return `${never}. JavaScript objects that rise with each call may stand for it: ${standing.slice(0, mostNamed).join(', ')}. Close or drop them; an addon is to blame only if they don't.${requests}`
  if (requests !== '') return `${never}.${requests}`
  if (otherIsolates === undefined || (otherIsolates > 0 && otherExternalBytes === undefined))
    return `${never}: an addon, what a JavaScript object stands for (a stream, a database, a TLS context), or Buffers of another thread's, which aren't counted here.`
  return (
    `${never}: an addon, or a library under it, or what JavaScript objects stand for (streams, databases, TLS contexts). Where no such objects are kept, ` +
    'allocscope track, or a check that looks for holders, names the line and the native function.'
  )
}

function adviseOnPlace(place: LiveMemory, findings: Findings): string {
  const { where, bytes, grows, bytesPerCall } = place
  const { embedded, after } = findings
  const amount = grows ? `${formatBytes(bytesPerCall)} a call` : `${formatBytes(bytes)}, kept once,`
  switch (where) {
    case 'javascript-heap':
      if (goesUnderPressure(place))
        return `${amount} of JavaScript objects survive gc(), until V8 collects under memory pressure, as releaseMemory() has it do. So do heap snapshots before they are written: they don't show these objects.`
      return `${amount} of JavaScript objects are reachable: compare two heap snapshots, or ask deepSizeOf about what may hold them (caches, closures, listeners).`
    case 'array-buffers':
      return `${amount} of Buffers and array buffers are kept by JavaScript objects: look for who keeps the Buffers.`
    case 'shared-array-buffers':
      return `${amount} of shared array buffers are kept by JavaScript objects, of this thread or of a worker.`
    case 'array-buffers-elsewhere':
      return `${amount} of array buffers that malloc doesn't serve (resizable ones, and Buffers that an allocator within a library made) are kept by JavaScript objects.`
    case 'wasm-memory':
      return `${amount} of WebAssembly memory: a memory never shrinks. Look for who keeps the instances, and for what the module itself doesn't free.`
    case 'declared':
      return `${amount} of strings that V8 keeps outside of its heap (texts of more than a million characters), or of what addons declare, are kept by JavaScript objects.`
    case 'native':
      return adviseOnNative(
        amount,
        after,
        findings.live.flatMap(({ holders = [] }) => holders),
      )
    case 'other-heaps':
      return `The heaps of other threads have ${amount} more, garbage included: it is only collected there. explainRss() tells them apart by thread.`
    case 'other-external':
      return (
        `Other threads have ${amount} more of Buffers, external strings and what addons declare, garbage included: it is only collected there. Have them ` +
        'collect (gc() under --expose-gc) before the end of each call, and look for who keeps Buffers there if it still grows.'
      )
    case 'unclaimed':
      return `${amount} of resident memory belong to nobody that is known: native code that has memory from the system itself. explainRss().unexplained has the addresses.`
    case 'embedded':
      return adviseOnEmbeddedLive(embedded, amount)
  }
}

function adviseOnV8({ bytes: { held, stayedBytes } }: Findings): string[] {
  const { v8FreeBytes, pagePoolBytes } = held
  const least = Math.min(stayedBytes * decidingShare, Math.max(v8FreeBytes, pagePoolBytes))
  const isNotable = (bytes: number): boolean => bytes > 0 && bytes >= least
  const free =
    `V8 keeps ${formatBytes(v8FreeBytes)} of pages without live objects, for it expects to need them: releaseMemory({ purge: false }) ` +
    'returns most. --max-semi-space-size bounds the young generation, --optimize-for-size the whole.'
  const pooled =
    `V8 keeps ${formatBytes(pagePoolBytes)} in its pool of pages, most of them of worker threads that ended. A collection doesn't return them, but time does: ` +
    'after two workers of 150 MiB Node 24 gave all back within 10 s, Node 26 within 30 s. Under Node 26, node --no-memory-pool-share-memory-on-teardown ' +
    'returns them when a thread ends.'
  return [...(isNotable(v8FreeBytes) ? [free] : []), ...(isNotable(pagePoolBytes) ? [pooled] : [])]
}

function adviseOnUnexplained({ bytes: { held, stayedBytes }, missing }: Findings, found: readonly string[]): string[] {
  // What was found with other threads and the allocators within libraries may explain it all.
  if (found.length > 0 && held.unexplainedBytes < stayedBytes * decidingShare) return []
  const nothing = `${formatBytes(held.unexplainedBytes)} are held by nothing that is counted here: compiled code, mappings of native code`
  const ofPinned = missing.find(({ fields }) => fields.includes('pinnedBytes'))
  if (ofPinned === undefined) return [`${nothing}.`]
  return [`${nothing}, or free memory of the allocator's on pages that hold something in use, which is not known: ${ofPinned.reason}.`]
}

function adviseOnInconclusive(findings: Findings): string[] {
  const { live, after, missing, embedded } = findings
  const untried = wasTried(after.purge)
    ? []
    : [`No purge was tried in a forked child (${after.purge.reason}), so that the split is coarse.`]
  const ofNative = missing.find(({ fields }) => fields.includes('nativeBytes'))
  const unknown = ofNative === undefined ? [] : [`What native code has in use is not known: ${ofNative.reason}.`]
  const mapped = adviseOnEmbeddedMapped(embedded)
  const others = live.filter(({ where }) => where === 'other-external').map((one) => adviseOnPlace(one, findings))
  const found = [...others, ...mapped]
  return [...untried, ...unknown, ...found, ...adviseOnUnexplained(findings, found)]
}

/** V8 makes a slice of 13 characters or more refer to its text. Not every copy is one: structuredClone answers with the slice from Node 26 on. */
function adviseOnSlices(holders: readonly Holder[]): string[] {
  if (!holders.some(({ constructor: name, perCall = 0 }) => name === '(sliced string)' && perCall >= oneACall)) return []
  return [
    'Sliced strings rise with each call: a part of a text, of 13 characters or more (slice, split, match), keeps the whole text. Keep a copy of the part: ' +
      'Buffer.from(part).toString().',
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
      return [
        ...findings.live.map((one) => adviseOnPlace(one, findings)),
        ...adviseOnSlices(findings.live.flatMap(({ holders = [] }) => holders)),
      ]
  }
}
