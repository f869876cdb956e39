import { readMemoryUsage } from '../process/memory-usage.js'

/** Above this many characters node keeps text outside of V8's heap: EXTERN_APEX of src/string_bytes.cc. */
const externalFrom = 0xfbee9
/** A collection may fall between the readings. Then the next try tells. */
const mostTries = 5

let known: number | undefined

function tryOnce(): number | undefined {
  const text = Buffer.alloc(2 * (externalFrom + 1), 'ab')
  const before = readMemoryUsage().external
  const kept = text.toString('utf16le')
  const grown = readMemoryUsage().external - before
  const share = text.length / grown
  return kept.length === externalFrom + 1 && share > 0.9 && share < 2.1 ? Math.round(share) : undefined
}

/**
 * How many bytes an external string of two-byte characters has for each that V8 counts as external: 1 up to Node 24, 2 in Node 26, which counts its
 * characters. Found by making one of 2 MiB, once; 1 where that tells nothing.
 */
export function bytesOfCountedString(): number {
  for (let tries = 0; known === undefined && tries < mostTries; tries += 1) known = tryOnce()
  return (known ??= 1)
}
