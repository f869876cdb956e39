import { formatBytes } from '../figures/index.js'
import type { HeldBytes, ReleaseCheck } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'

/** A setting under which a check can be made again, in a process of its own. */
export interface Remedy {
  /** As it is typed: `GLIBC_TUNABLES=glibc.malloc.arena_max=2`, `--allocator jemalloc`, `--optimize-for-size`. */
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
  readonly nodeFlags: readonly string[]
  /** The allocator to run under; undefined for the one that the check ran under. */
  readonly allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc' | undefined
}

/** One check under a remedy, or as it is. */
export interface RemedyRun {
  readonly verdict: ReleaseVerdict
  /** {@link CheckedBytes.stayedBytes}. */
  readonly stayedBytes: number
}

/** What a remedy gave. */
export interface TriedRemedy {
  readonly remedy: Remedy
  readonly supported: boolean
  /** Why it couldn't be tried; undefined when it was. */
  readonly reason: string | undefined
  readonly runs: readonly RemedyRun[]
  /** By how much less stays, by the middle of the runs. Negative where more stays. */
  readonly gainedBytes: number | undefined
  /** Whether less stayed in every run than in any run without it, by more than 1 MiB; or in every run more. */
  readonly isBeyondNoise: boolean
}

/** What `allocscope check --try` found. */
export interface TriedRemedies {
  /** The check as it is, repeated: by how much its runs differ is the noise. */
  readonly asItIs: readonly RemedyRun[]
  /** Those that gave most come first. */
  readonly remedies: readonly TriedRemedy[]
  /** Whether it was ended before all were tried. */
  readonly isCutShort: boolean
}

/** What ends a piece of advice that wasn't tried. */
export const untriedMark = ' Untried.'

function setting(name: string, value: string): Remedy {
  return { name: `${name}=${value}`, variables: { [name]: value }, nodeFlags: [], allocator: undefined }
}

function flag(name: string): Remedy {
  return { name, variables: {}, nodeFlags: [name], allocator: undefined }
}

const otherAllocators = (['jemalloc', 'mimalloc', 'tcmalloc'] as const).map((allocator): Remedy => {
  return { name: `--allocator ${allocator}`, variables: {}, nodeFlags: [], allocator }
})

const settingsOf: Readonly<Partial<Record<string, readonly Remedy[]>>> = {
  // The threshold below the size of the blocks that were freed gives each of them a mapping of its own. Which size that was isn't known.
  glibc: [
    setting('GLIBC_TUNABLES', 'glibc.malloc.mmap_threshold=131072'),
    setting('GLIBC_TUNABLES', 'glibc.malloc.mmap_threshold=32768'),
    setting('GLIBC_TUNABLES', 'glibc.malloc.arena_max=2'),
    ...otherAllocators,
  ],
  jemalloc: [setting('MALLOC_CONF', 'background_thread:true'), setting('MALLOC_CONF', 'dirty_decay_ms:0,muzzy_decay_ms:0')],
  mimalloc: [setting('MIMALLOC_PURGE_DELAY', '0')],
  tcmalloc: [setting('TCMALLOC_RELEASE_RATE', '10'), setting('TCMALLOC_AGGRESSIVE_DECOMMIT', 't')],
  scudo: [setting('SCUDO_OPTIONS', 'release_to_os_interval_ms=0')],
}

const settingsOfV8 = [flag('--optimize-for-size'), flag('--max-semi-space-size=1')]

/** A setting as `NAME=value`, of an allocator within a library. */
function settingOfCopy(text: string): Remedy[] {
  const at = text.indexOf('=')
  return at === -1 ? [] : [setting(text.slice(0, at), text.slice(at + 1))]
}

/** Whether what a purge gives back lies in allocators within libraries for the most part: no setting of malloc's allocator reaches them. */
export function isHeldByCopies({ releasableBytes, embeddedReleasableBytes }: HeldBytes): boolean {
  return (embeddedReleasableBytes ?? 0) > (releasableBytes ?? 0)
}

/** Settings that could make more go back, by who holds what stays. None where it came back, or is still live. */
export function remediesFor({
  verdict,
  allocator,
  embedded,
  bytes,
}: Pick<ReleaseCheck, 'verdict' | 'allocator' | 'embedded' | 'bytes'>): readonly Remedy[] {
  const ofCopies = [...new Set(embedded.flatMap(({ setting: text }) => text ?? []))].flatMap(settingOfCopy)
  switch (verdict) {
    case 'returned':
    case 'still-live':
      return []
    case 'held-by-v8':
      return settingsOfV8
    case 'held-by-allocator':
      if (ofCopies.length > 0 && isHeldByCopies(bytes.held)) return ofCopies
      return [...ofCopies, ...(settingsOf[allocator.allocator] ?? [])]
    case 'fragmented':
      return [...ofCopies, ...(settingsOf[allocator.allocator] ?? [])]
    case 'inconclusive':
      return [...ofCopies, ...(settingsOf[allocator.allocator] ?? []), ...settingsOfV8]
  }
}

/** Differences up to this are noise, however well runs agree. */
const noiseBytes = 2 ** 20

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]] as [number, number]
  return (low + high) / 2
}

/** Whether all of `some` are above all of `others`, beyond noise. */
function isAbove(some: readonly number[], others: readonly number[]): boolean {
  return Math.min(...some) > Math.max(...others) + noiseBytes
}

/** What `remedy` gave over the check as it is. */
export function judgeRemedy(remedy: Remedy, runs: readonly RemedyRun[], asItIs: readonly RemedyRun[]): TriedRemedy {
  const stayed = runs.map(({ stayedBytes }) => stayedBytes)
  const before = asItIs.map(({ stayedBytes }) => stayedBytes)
  return {
    remedy,
    supported: true,
    reason: undefined,
    runs,
    gainedBytes: middle(before) - middle(stayed),
    isBeyondNoise: isAbove(before, stayed) || isAbove(stayed, before),
  }
}

/** A remedy that can't be tried here. */
export function untriedRemedy(remedy: Remedy, reason: string): TriedRemedy {
  return { remedy, supported: false, reason, runs: [], gainedBytes: undefined, isBeyondNoise: false }
}

/** What to do once remedies were tried: which of them helps stands in place of those that were only advised. */
export function adviceOnceTried(advice: readonly string[], { remedies }: TriedRemedies): readonly string[] {
  const others = advice.filter((one) => !one.endsWith(untriedMark))
  const tried = remedies.filter(({ supported }) => supported)
  if (tried.length === 0) return others
  const helping = tried.filter(({ isBeyondNoise, gainedBytes = 0 }) => isBeyondNoise && gainedBytes > 0)
  const gains = helping.map(({ remedy, gainedBytes = 0 }) => `${remedy.name} (${formatBytes(gainedBytes)} less stay)`)
  return [
    ...others,
    gains.length === 0 ? 'Nothing that was tried lets less stay, beyond noise.' : `Of what was tried, these help: ${gains.join(', ')}.`,
  ]
}
