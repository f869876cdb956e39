import { closeSync, openSync, readSync } from 'node:fs'

/** A section of an ELF file. */
interface Section {
  readonly type: number
  readonly offset: number
  readonly bytes: number
  readonly link: number
}

const symbolTable = 2
const dynamicSymbols = 11
const functionTypes = [2, 10]
const symbolBytes = 24
const longestName = 1024

/**
 * The functions at `addresses`, each in the file's own numbers, by the symbol tables of an ELF file of 64 bits. Its names alone are read, so that a table of
 * 300,000 symbols takes some 50 ms. Addresses without a symbol are left out, as is everything when the file can't be read.
 */
export function findSymbols(file: string, addresses: readonly number[]): ReadonlyMap<number, string> {
  try {
    const descriptor = openSync(file, 'r')
    try {
      return new SymbolFinder(descriptor, addresses).find()
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return new Map()
  }
}

class SymbolFinder {
  readonly #wanted: readonly number[]

  constructor(
    private readonly descriptor: number,
    addresses: readonly number[],
  ) {
    this.#wanted = [...new Set(addresses)].sort((one, other) => one - other)
  }

  find(): ReadonlyMap<number, string> {
    const sections = this.#readSections()
    // The full table has the dynamic one's symbols too. Stripped files have only the latter.
    const table = sections.find(({ type }) => type === symbolTable) ?? sections.find(({ type }) => type === dynamicSymbols)
    const names = table && sections[table.link]
    if (table === undefined || names === undefined) return new Map()
    const found = this.#findIn(this.#read(table.offset, table.bytes))
    return new Map([...found].map(([address, name]) => [address, this.#readName(names, name)]))
  }

  #read(offset: number, bytes: number): Buffer {
    const buffer = Buffer.alloc(bytes)
    return buffer.subarray(0, readSync(this.descriptor, buffer, 0, bytes, offset))
  }

  #readSections(): readonly Section[] {
    const header = this.#read(0, 64)
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return []
    const entryBytes = header.readUInt16LE(58)
    const count = header.readUInt16LE(60)
    const table = this.#read(Number(header.readBigUInt64LE(40)), entryBytes * count)
    return Array.from({ length: count }, (_, index) => {
      const at = index * entryBytes
      return {
        type: table.readUInt32LE(at + 4),
        offset: Number(table.readBigUInt64LE(at + 24)),
        bytes: Number(table.readBigUInt64LE(at + 32)),
        link: table.readUInt32LE(at + 40),
      }
    })
  }

  /** Of each wanted address that lies in a function, where its name is. */
  #findIn(symbols: Buffer): ReadonlyMap<number, number> {
    const found = new Map<number, number>()
    for (let at = 0; at + symbolBytes <= symbols.length; at += symbolBytes) {
      if (!functionTypes.includes((symbols[at + 4] as number) & 0xf)) continue
      const begin = Number(symbols.readBigUInt64LE(at + 8))
      const end = begin + Number(symbols.readBigUInt64LE(at + 16))
      if (begin === 0) continue
      for (let place = this.#firstFrom(begin); place < this.#wanted.length && (this.#wanted[place] as number) < end; place++) {
        found.set(this.#wanted[place] as number, symbols.readUInt32LE(at))
      }
    }
    return found
  }

  #firstFrom(address: number): number {
    let low = 0
    let high = this.#wanted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#wanted[middle] as number) < address) low = middle + 1
      else high = middle
    }
    return low
  }

  #readName(names: Section, offset: number): string {
    const text = this.#read(names.offset + offset, Math.min(longestName, names.bytes - offset))
    const end = text.indexOf(0)
    return text.toString('latin1', 0, end === -1 ? text.length : end)
  }
}
