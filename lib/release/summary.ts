import { formatBytes } from '../figures/index.js'
import type { CheckedBytes, LiveMemory } from './release-check.js'
import type { ReleaseVerdict } from './verdicts.js'

const names: Readonly<Record<LiveMemory['where'], string>> = {
  'javascript-heap': 'in the JavaScript heap',
  external: "outside of V8's heap, kept by JavaScript objects",
  native: 'in native memory',
}

function describeLive({ where, bytes, grows, bytesPerCall, confidence }: LiveMemory): string {
  return grows
    ? `${formatBytes(bytesPerCall)} a call ${names[where]} (confidence ${confidence})`
    : `${formatBytes(bytes)} ${names[where]}, without growing from call to call`
}

function describeReason(verdict: ReleaseVerdict, bytes: CheckedBytes, live: readonly LiveMemory[], allocator: string): string {
  const { held } = bytes
  switch (verdict) {
    case 'returned':
      return 'the rest is within what may stay'
    case 'held-by-v8':
      return `V8 keeps ${formatBytes(held.v8FreeBytes)} of pages that hold no live object`
    case 'held-by-allocator':
      return held.releasableBytes === undefined
        ? `${allocator} keeps free memory`
        : `${allocator} keeps ${formatBytes(held.releasableBytes)} free that a purge gives back`
    case 'fragmented':
      return `${allocator} has ${formatBytes(held.pinnedBytes ?? 0)} free on pages that also hold something in use`
    case 'inconclusive':
      return 'no single holder explains most of it'
    case 'still-live':
      return live.length === 0 ? 'it is still live' : `still live: ${live.map(describeLive).join('; ')}`
  }
}

/** The verdict in a sentence. */
export function summarise(verdict: ReleaseVerdict, bytes: CheckedBytes, live: readonly LiveMemory[], allocator: string): string {
  const rise = formatBytes(bytes.peakBytes - bytes.baselineBytes)
  const stayed = bytes.stayedBytes > 0 ? `${formatBytes(bytes.stayedBytes)} of it stayed` : 'all of it came back'
  return `RSS rose by ${rise} and ${stayed}: ${describeReason(verdict, bytes, live, allocator)}.`
}
