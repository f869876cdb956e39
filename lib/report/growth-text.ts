import { formatBytes } from '../figures/index.js'
import type { MemoryGrowth, ObservedAllocator } from '../reading/index.js'
import { heapEngine } from './section.js'

/** A smaller difference says nothing: code that ran for the first time and V8's own bookkeeping add as much. */
export const noiseBytes = 8 * 1024 ** 2

/** How many holders are named. */
const named = 3

interface Holder {
  readonly bytes: number
  /** Whether some of it may be garbage, as long as nothing collects it. */
  readonly mayBeGarbage?: boolean
  /** What grew, with the bytes in the place of `%`. */
  readonly words: string
}

/** Where memory comes from that nobody above counts. */
const elsewhere = "other threads' heaps, WebAssembly's memories, compiled code, mapped files, or what native code mapped itself"

function nameOf(allocator: ObservedAllocator | undefined): string {
  return allocator === undefined || allocator.name === 'unknown' ? 'the allocator' : allocator.name
}

function librariesOf(allocator: ObservedAllocator | undefined): string {
  const libraries = [...new Set((allocator?.others ?? []).flatMap((other) => other.libraries))]
  return libraries.length === 0 ? '' : ` (${libraries.map((file) => file.slice(file.lastIndexOf('/') + 1)).join(', ')})`
}

/** What the rest of RSS isn't of: `glibc, V8's heap or an allocator within a library`. */
function counted(growth: MemoryGrowth, allocator: ObservedAllocator | undefined): string {
  const isTold = growth.inUseBytes !== undefined || growth.mappedBytes !== undefined
  const ofAllocator = isTold ? [nameOf(allocator)] : []
  const ofOthers = growth.embeddedBytes > 0 ? ['an allocator within a library'] : []
  const all = [...ofAllocator, `${heapEngine}'s heap of the main thread`, ...ofOthers]
  return all.length === 1 ? (all[0] as string) : `${all.slice(0, -1).join(', ')} or ${all.at(-1) as string}`
}

function holdersOf(growth: MemoryGrowth, allocator: ObservedAllocator | undefined): readonly Holder[] {
  const name = nameOf(allocator)
  const { inUseBytes = 0, freeBytes = 0, mappedBytes = 0, heapBytes, garbageBytes, embeddedBytes, unexplainedBytes } = growth
  const mayBeGarbage = garbageBytes === undefined
  return [
    { bytes: inUseBytes, words: `% more in use, by ${name}'s own count`, mayBeGarbage },
    { bytes: freeBytes, words: `% more that is free but kept by ${name}` },
    { bytes: mappedBytes, words: `% more that ${name} has from the system, in use or not`, mayBeGarbage },
    { bytes: heapBytes, words: `% more of ${heapEngine}'s heap`, mayBeGarbage },
    { bytes: garbageBytes ?? 0, words: '% of garbage, which a full collection at the end freed' },
    { bytes: embeddedBytes, words: `% of allocators within libraries${librariesOf(allocator)}` },
    { bytes: unexplainedBytes, words: `% that is not of ${counted(growth, allocator)}: ${elsewhere}` },
  ]
}

function untouched({ unexplainedBytes }: MemoryGrowth): string {
  if (unexplainedBytes > -noiseBytes) return ''
  return ` ${formatBytes(-unexplainedBytes)} of what is counted here was allocated but never touched, or isn't resident any more.`
}

/**
 * Who grew most, in words: the holders that grew by {@link noiseBytes} or more, the one that grew most first. When RSS grew by that much and no
 * holder did, the largest are named all the same. `collecting` names what would tell garbage from the rest.
 */
export function describeGrowth(growth: MemoryGrowth, allocator: ObservedAllocator | undefined, collecting: string): string {
  const sorted = holdersOf(growth, allocator)
    .filter(({ bytes }) => bytes > 0)
    .sort((one, other) => other.bytes - one.bytes)
  const large = sorted.filter(({ bytes }) => bytes >= noiseBytes)
  const [most, ...next] = (large.length > 0 || growth.rssBytes < noiseBytes ? large : sorted).slice(0, named)
  const text = ({ bytes, words }: Holder): string => words.replace('%', () => formatBytes(bytes))
  if (most === undefined) return `nothing grew by ${formatBytes(noiseBytes)} or more.${untouched(growth)}`
  const then = next.length === 0 ? '' : ` Then ${next.map(text).join('; ')}.`
  const garbage = most.mayBeGarbage === true ? ` (how much of it is garbage, ${collecting} tells)` : ''
  return `what grew most is ${text(most)}${garbage}.${then}${untouched(growth)}`
}
