import { AllocscopeError } from '../../errors/index.js'
import type { GlibcBin } from './glibc-stats.js'

/** One `<heap>` of `malloc_info`. */
export interface MallocInfoHeap {
  readonly index: number
  readonly bins: readonly GlibcBin[]
  /** Free bytes outside fast bins, the top chunk included: `<total type="rest">` without the flags. */
  readonly restBytes: number
  readonly totals: MallocInfoTotals
}

/** The `<total>`, `<system>` and `<aspace>` elements of a heap, or of the whole process. */
export interface MallocInfoTotals {
  readonly fast: CountAndSize
  readonly rest: CountAndSize
  /** Chunks with an mmap of their own: only of the whole process. */
  readonly mmap: CountAndSize | undefined
  readonly systemBytes: number
  readonly maxSystemBytes: number
  readonly accessibleBytes: number
  /** Not of the main arena, nor of the whole process before glibc 2.31. */
  readonly subheaps: number | undefined
}

export interface CountAndSize {
  readonly count: number
  readonly bytes: number
}

const nothing: CountAndSize = { count: 0, bytes: 0 }

/** The text of `malloc_info(0, …)` as data. Sizes of bins are without the flags that glibc prints in them; totals are as printed. */
export interface MallocInfo {
  readonly heaps: readonly MallocInfoHeap[]
  readonly totals: MallocInfoTotals
}

/** A bin, and the bytes by which its printed total is too large. */
interface PrintedBin {
  readonly bin: GlibcBin
  readonly excessBytes: number
}

interface Element {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
}

/**
 * glibc prints sizes with the flags in their low bits, as it sums `chunksize_nomask`. So every free chunk counts 1 byte too many in the main arena and 5
 * in the others. All chunks of a bin have the same flags.
 */
const chunkFlags = 7

const elementPattern = /^<(\/?[a-z]+)((?: [a-z]+="[^"<>]*")*)\s*\/?>$/
const attributePattern = / ([a-z]+)="([^"<>]*)"/g

/** Reads the report line by line: glibc prints one element on each line and doesn't nest heaps. */
class MallocInfoReader {
  readonly #lines: readonly string[]
  #next = 0

  constructor(text: string) {
    this.#lines = text.split('\n').map((line) => line.trim())
  }

  read(): MallocInfo {
    const root = this.#take('malloc')
    if (root.attributes.get('version') !== '1') throw this.#malformedLast('version 1 of the report')
    const heaps: MallocInfoHeap[] = []
    while (this.#peek() === 'heap') heaps.push(this.#readHeap())
    const totals = this.#readTotals()
    this.#take('/malloc')
    if (this.#nextElement() !== undefined) throw this.#malformed('nothing after </malloc>')
    return { heaps, totals }
  }

  #readHeap(): MallocInfoHeap {
    const index = this.#number(this.#take('heap'), 'nr')
    this.#take('sizes')
    const bins: PrintedBin[] = []
    for (let name = this.#peek(); name === 'size' || name === 'unsorted'; name = this.#peek()) bins.push(this.#readBin(name))
    this.#take('/sizes')
    const totals = this.#readTotals()
    this.#take('/heap')
    const excessBytes = bins.reduce((sum, bin) => sum + bin.excessBytes, 0)
    return { index, bins: bins.map(({ bin }) => bin), restBytes: totals.rest.bytes - excessBytes, totals }
  }

  #readBin(name: string): PrintedBin {
    const element = this.#take(name)
    const from = this.#number(element, 'from')
    const to = this.#number(element, 'to')
    const total = this.#number(element, 'total')
    const chunks = this.#number(element, 'count')
    // A fast bin is printed with the range of requests that it rounds up, 16 wide; other bins with their chunks' sizes, 16 apart.
    if (name === 'size' && to - from === 15) {
      return { bin: { kind: 'fast', fromBytes: from, toBytes: to, totalBytes: total, chunks }, excessBytes: 0 }
    }
    const flags = from & chunkFlags
    const kind = name === 'unsorted' ? 'unsorted' : 'small-or-large'
    const excessBytes = chunks * flags
    return { bin: { kind, fromBytes: from - flags, toBytes: to - flags, totalBytes: total - excessBytes, chunks }, excessBytes }
  }

  #readTotals(): MallocInfoTotals {
    const found = new Map<string, CountAndSize>()
    for (let name = this.#peek(); name === 'total' || name === 'system' || name === 'aspace'; name = this.#peek()) {
      const element = this.#take(name)
      const count = element.attributes.has('count') ? this.#number(element, 'count') : 0
      found.set(`${name} ${element.attributes.get('type') ?? ''}`, { count, bytes: this.#number(element, 'size') })
    }
    const needed = (key: string): CountAndSize => found.get(key) ?? this.#fail(`<${key.replace(' ', ' type="')}">`)
    // glibc 2.43 has no fast bins, and no line for their total.
    const total = (type: string): CountAndSize => found.get(`total ${type}`) ?? nothing
    return {
      fast: total('fast'),
      rest: total('rest'),
      mmap: found.get('total mmap'),
      systemBytes: needed('system current').bytes,
      maxSystemBytes: needed('system max').bytes,
      accessibleBytes: needed('aspace mprotect').bytes,
      subheaps: found.get('aspace subheaps')?.bytes,
    }
  }

  #peek(): string | undefined {
    const line = this.#nextElement()
    return line === undefined ? undefined : elementPattern.exec(line)?.[1]
  }

  #nextElement(): string | undefined {
    while (this.#lines[this.#next] === '') this.#next++
    return this.#lines[this.#next]
  }

  #take(name: string): Element {
    const match = elementPattern.exec(this.#nextElement() ?? '')
    if (match?.[1] !== name) throw this.#malformed(`<${name}>`)
    this.#next++
    const attributes = new Map<string, string>()
    for (const [, key, value] of (match[2] as string).matchAll(attributePattern)) attributes.set(key as string, value as string)
    return { name, attributes }
  }

  #number(element: Element, attribute: string): number {
    const text = element.attributes.get(attribute)
    const value = Number(text)
    if (text === undefined || !/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw this.#malformedLast(`a whole number in ${element.name}'s "${attribute}"`)
    }
    return value
  }

  /** For the element that was taken last. */
  #malformedLast(expected: string): AllocscopeError {
    this.#next--
    return this.#malformed(expected)
  }

  #malformed(expected: string): AllocscopeError {
    const line = this.#lines[this.#next]
    const found = line === undefined ? 'the end of the text' : JSON.stringify(line.slice(0, 80))
    const number = Math.min(this.#next + 1, this.#lines.length)
    const message = `malloc_info: expected ${expected} in line ${number}, found ${found}`
    return new AllocscopeError('ERR_ALLOCSCOPE_MALFORMED_REPORT', message, { backend: 'glibc' })
  }

  #fail(expected: string): never {
    throw this.#malformed(expected)
  }
}

/**
 * The report of glibc's `malloc_info`, in bytes and counts.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_MALFORMED_REPORT`, which names the line, for any text that glibc 2.28 or later wouldn't print.
 */
export function parseMallocInfo(text: string): MallocInfo {
  return new MallocInfoReader(text).read()
}
