/** How long the JSON at the end is, in decimal digits, at the very end: what is cut short has none. */
const endSize = /^(\d{16})\n$/
const endSizeLength = 17

/** The end of a record: what it says of itself as JSON, and how long that is. `native/tracker/record_output.cc` writes the same. */
export function encodeEnd(header: object): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  return Buffer.concat([text, Buffer.from(`${String(text.length).padStart(endSizeLength - 1, '0')}\n`)])
}

/** Reads bytes that begin with `magic`, the line that says what they are, and end with JSON. Undefined when they are something else, or cut short. */
export function readFramed(bytes: Buffer, magic: string): { readonly header: unknown; readonly body: Buffer } | undefined {
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined
  const end = bytes.length - endSizeLength
  const size = endSize.exec(bytes.toString('latin1', Math.max(end, 0)))?.[1]
  if (size === undefined || Number(size) > end - magic.length) return undefined
  const begin = end - Number(size)
  try {
    return { header: JSON.parse(bytes.toString('utf8', begin, end)) as unknown, body: bytes.subarray(magic.length, begin) }
  } catch {
    return undefined
  }
}

/** Lists of numbers of these lengths, then other bytes, as copies of their own, where numbers may begin. Undefined when `body` has another length. */
export function numbersOf(
  body: Buffer,
  lengths: readonly number[],
  restBytes: number,
): { readonly numbers: readonly Float64Array<ArrayBuffer>[]; readonly rest: ArrayBuffer } | undefined {
  const places = lengths.map(
    (_, index) => lengths.slice(0, index).reduce((sum, length) => sum + length, 0) * Float64Array.BYTES_PER_ELEMENT,
  )
  const numbersBytes = lengths.reduce((sum, length) => sum + length, 0) * Float64Array.BYTES_PER_ELEMENT
  if (body.length !== numbersBytes + restBytes) return undefined
  const copy = Uint8Array.from(body).buffer
  const numbers = lengths.map((length, index) => new Float64Array(copy, places[index], length))
  return { numbers, rest: copy.slice(numbersBytes) }
}
