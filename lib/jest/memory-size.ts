import { invalidArgumentType, invalidArgumentValue, outOfRange } from '../errors/index.js'
import { parseBytes } from '../figures/index.js'

/** `KB` and its like are powers of 1,000, `KiB` and its like powers of 1,024. */
export type MemoryUnit = 'B' | `${'K' | 'M' | 'G' | 'T' | 'P'}${'' | 'i'}B`

/** A size as text: `'24 MB'`, `'1.5 GiB'`, `'512 B'`. */
export type MemorySizeText = `${number} ${MemoryUnit}`

/** A number of bytes, or a size as text. */
export type MemorySize = number | MemorySizeText

// Stricter than the command line, as tests are read more often than they are written.
const grammar = /^\d+(?:\.\d+)? (?:[KMGTP]i?)?B$/

const expected = "a number of bytes, or a size such as '24 MB' or '1.5 GiB': <NUMBER> ([KMGTP]i?B|B), with one space"

function read(name: string, text: string): number {
  const bytes = grammar.test(text) ? parseBytes(text) : undefined
  if (bytes === undefined) throw invalidArgumentValue(name, expected, text)
  if (!Number.isSafeInteger(bytes)) throw outOfRange(name, `<= ${Number.MAX_SAFE_INTEGER} B`, text)
  return bytes
}

/** `value` in bytes, when it is a {@link MemorySize}. Errors call it `name`. */
export function checkMemorySize(name: string, value: unknown): number {
  if (typeof value === 'string') return read(name, value)
  if (typeof value !== 'number') throw invalidArgumentType(name, expected, value)
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw outOfRange(name, `>= 0 and <= ${Number.MAX_SAFE_INTEGER}`, value)
  return value
}

/**
 * The whole bytes of a size as text, for sizes that come as a `string`: `parseMemorySize('24 MB')` is 24,000,000 and `parseMemorySize('24 MiB')` is
 * 25,165,824. The grammar is `<NUMBER> ([KMGTP]i?B|B)`: digits, decimals if needed, one space and the unit, in just this spelling.
 *
 * @throws TypeError with Node's codes for anything else; RangeError above `Number.MAX_SAFE_INTEGER`.
 */
export function parseMemorySize(text: string): number {
  if (typeof text !== 'string') throw invalidArgumentType('text', 'of type string', text)
  return read('text', text)
}
