/** Signed differences are few and near 0: 0, -1, 1, -2 … become 0, 1, 2, 3 …, which take as few bytes as they are small. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2
}

/** Of a number of 53 bits, which none is longer than. */
const longestBytes = 8

/** Writes whole numbers, seven bits a byte, the lowest first; the highest bit says that more follow. Grows as it needs to. */
export class VarintWriter {
  #bytes = new Uint8Array(256)
  #length = 0

  unsigned(value: number): void {
    const bytes = this.#room()
    let at = this.#length
    let rest = value
    // Beyond 32 bits JavaScript's bit operators can't be used.
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80
    bytes[at++] = rest
    this.#length = at
  }

  /** A whole number of either sign, or nothing. */
  optional(value: number | undefined): void {
    this.unsigned(value === undefined ? 0 : zigzag(value) + 1)
  }

  /** What was written, valid until the next write. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Begins again, with the memory that it has. */
  clear(): void {
    this.#length = 0
  }

  #room(): Uint8Array {
    if (this.#length + longestBytes > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    return this.#bytes
  }
}

/** Reads what a {@link VarintWriter} wrote. Throws a RangeError where the bytes end too early or a number is longer than any that is written. */
export class VarintReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  unsigned(): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#next()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      if (scale > 2 ** 49) throw new RangeError('a number is too long')
    }
    return value
  }

  optional(): number | undefined {
    const coded = this.unsigned()
    return coded === 0 ? undefined : unzigzag(coded - 1)
  }

  #next(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('a block ends too early')
    return byte
  }
}
