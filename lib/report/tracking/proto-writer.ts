const varintType = 0
const bytesType = 2

/** Writes messages of Protocol Buffers: the few kinds of fields that a profile has. */
export class ProtoWriter {
  readonly #parts: number[] = []

  /** A field of an integer. 0, the default, isn't written. */
  integer(field: number, value: number): this {
    if (value !== 0) this.#varint((field << 3) | varintType).#varint(value)
    return this
  }

  /** A field of integers, packed. */
  integers(field: number, values: readonly number[]): this {
    const packed = new ProtoWriter()
    for (const value of values) packed.#varint(value)
    return this.bytes(field, packed.finish())
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value))
  }

  message(field: number, write: (writer: ProtoWriter) => void): this {
    const inner = new ProtoWriter()
    write(inner)
    return this.bytes(field, inner.finish())
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint((field << 3) | bytesType).#varint(value.length)
    for (const byte of value) this.#parts.push(byte)
    return this
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.#parts)
  }

  /** Seven bits a byte, the lowest first. Numbers are whole: of a double that is larger than 2^53 the lowest bits are 0. */
  #varint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.#parts.push((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.#parts.push(rest)
    return this
  }
}
