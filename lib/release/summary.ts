import { formatBytes, formatCount } from '../figures/index.js'
import type { CheckedBytes, HeldBytes, LiveMemory, ReleaseCheck } from './release-check.js'
import { goesUnderPressure } from './live-places.js'
import { decidingShare } from './verdict.js'

const names: Readonly<Record<LiveMemory['where'], string>> = {
  'javascript-heap': 'in the JavaScript heap',
  'array-buffers': 'in Buffers and array buffers',
  'shared-array-buffers': 'in shared array buffers',
  'array-buffers-elsewhere': 'in array buffers outside of malloc',
  'wasm-memory': 'in memories of WebAssembly',
  declared: 'in external strings and what addons declare',
  native: 'in native memory',
  embedded: 'in allocators within loaded libraries',
  'other-heaps': "in the heaps of other threads, where garbage can't be told from what is live",
  'other-external':
    "in array buffers, external strings and declared memory of other threads, where garbage can't be told from what is live",
  unclaimed: 'in resident memory that no owner claims',
}

function describeLive(place: LiveMemory): string {
  const { where, bytes, grows, bytesPerCall, confidence } = place
  if (!grows) return `${formatBytes(bytes)} ${names[where]}, without growing from call to call`
  const growth = `${formatBytes(bytesPerCall)} a call ${names[where]}`
  return goesUnderPressure(place)
    ? `${growth} after gc() (confidence ${confidence}), of which the full collection at the end, as V8 makes it under memory pressure, left ${formatBytes(Math.max(0, bytes))}`
    : `${growth} (confidence ${confidence})`
}

function describeHeldByAllocator({ releasableBytes, embeddedReleasableBytes = 0 }: HeldBytes, allocator: string): string {
  if (embeddedReleasableBytes > (releasableBytes ?? 0)) {
    return `allocators within loaded libraries keep ${formatBytes(embeddedReleasableBytes)} free that a purge gives back`
  }
  return releasableBytes === undefined
    ? `${allocator} keeps free memory`
    : `${allocator} keeps ${formatBytes(releasableBytes)} free that a purge gives back`
}

function describeHeldByV8({ v8FreeBytes, pagePoolBytes }: HeldBytes): string {
  return pagePoolBytes > v8FreeBytes
    ? `V8 keeps ${formatBytes(pagePoolBytes)} in its pool of pages, of threads that ended or for later`
    : `V8 keeps ${formatBytes(v8FreeBytes)} of pages that hold no live object`
}

function describeInconclusive({ stayedBytes, held }: CheckedBytes): string {
  return held.embeddedMappedBytes >= stayedBytes * decidingShare
    ? `${formatBytes(held.embeddedMappedBytes)} are in allocators within loaded libraries, which do not tell what of it is in use`
    : 'no single holder explains most of it'
}

function describeInconclusiveReason({ bytes, live, growth, calls, stayedWithin }: Told): string {
  if (bytes.held.nativeBytes === undefined) return 'what native code has in use is not known, so that a leak there would not show'
  const unsure = live.filter(({ grows }) => grows)
  if (unsure.length > 0) return unsure.map(describeLive).join('; ')
  if (stayedWithin && !growth.isEnough)
    return `the rest is within what may stay, but ${formatCount(calls)} calls don't show whether it grows`
  return describeInconclusive(bytes)
}

function describeReason(told: Told, allocator: string): string {
  const { verdict, bytes, live } = told
  const { held } = bytes
  switch (verdict) {
    case 'returned':
      return 'the rest is within what may stay'
    case 'held-by-v8':
      return describeHeldByV8(held)
    case 'held-by-allocator':
      return describeHeldByAllocator(held, allocator)
    case 'fragmented':
      return `${allocator} has ${formatBytes(held.pinnedBytes ?? 0)} free on pages that also hold something in use`
    case 'inconclusive':
      return describeInconclusiveReason(told)
    case 'still-live':
      return live.length === 0 ? 'it is still live' : `still live: ${live.map(describeLive).join('; ')}`
  }
}

/** What the calls could have missed. Nothing where growth was found. */
function describeBound({ live, growth: { bytesPerCall }, calls }: Told): string {
  if (live.some(({ grows }) => grows)) return ''
  if (bytesPerCall === undefined)
    return ` ${formatCount(calls)} ${calls === 1 ? 'call' : 'calls'} can't show whether memory grows with each.`
  return ` In ${formatCount(calls)} calls, a leak of less than ${formatBytes(bytesPerCall)} a call would not show.`
}

/** What the sentence is of. */
export interface Told extends Pick<ReleaseCheck, 'verdict' | 'bytes' | 'live' | 'growth' | 'calls'> {
  /** Whether no more stayed than may stay. */
  readonly stayedWithin: boolean
}

/** The verdict in a sentence or two. */
export function summarise(told: Told, allocator: string): string {
  const { bytes } = told
  const rise = formatBytes(bytes.peakBytes - bytes.baselineBytes)
  const stayed = bytes.stayedBytes > 0 ? `${formatBytes(bytes.stayedBytes)} of it stayed` : 'all of it came back'
  return `RSS rose by ${rise} and ${stayed}: ${describeReason(told, allocator)}.${describeBound(told)}`
}
