import { malformedSnapshot } from './malformed-snapshot.js'

/** What takes a heap snapshot's parts, in the order of its text. */
export interface SnapshotTaker {
  /** The object `snapshot`: what the numbers mean and how many there are. */
  header(text: string): void
  /** How many numbers of `section` belong together. 0 is for a section that isn't wanted. */
  widthOf(section: string): number
  /** The next numbers of `section`, whole groups of its width. `values` is used again for the next ones. */
  numbers(section: string, values: Float64Array, length: number): void
  /** A list within the list began or ended: only the tree of traces has such. */
  nest(section: string, opens: boolean): void
  wantsString(index: number): boolean
  string(index: number, text: string): void
}

const groupsAtOnce = 1024
const mostHeaderCharacters = 1 << 20

const newLine = 0x0a
const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const colon = 0x3a
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

function isSpace(code: number): boolean {
  return code === newLine || code === 0x20 || code === 0x0d || code === 0x09
}

/** Reads from `at` on and answers where it stopped. */
type Step = (text: string, at: number) => number

/**
 * Reads the text of a V8 heap snapshot chunk by chunk, wherever the chunks end. Nothing of it is kept but a group of numbers and the string that
 * is being read. It knows JSON as V8 writes it: one object, whose values are an object (the header), lists of integers, and a list of strings.
 */
export class SnapshotText {
  readonly #taker: SnapshotTaker
  /** Made once: while a snapshot is read, each allocation may still be traced. */
  readonly #steps = {
    readBetween: (text: string, at: number): number => this.#readBetween(text, at),
    readBetweenStrings: (text: string, at: number): number => this.#readBetweenStrings(text, at),
    readColon: (text: string, at: number): number => this.#readColon(text, at),
    readHeader: (text: string, at: number): number => this.#readHeader(text, at),
    readKey: (text: string, at: number): number => this.#readKey(text, at),
    readNumbers: (text: string, at: number): number => this.#readNumbers(text, at),
    readRest: (text: string, at: number): number => this.#readRest(text, at),
    readString: (text: string, at: number): number => this.#readString(text, at),
    readValueStart: (text: string, at: number): number => this.#readValueStart(text, at),
    skipNumbers: (text: string, at: number): number => this.#skipNumbers(text, at),
  }
  #step: Step = (text, at) => this.#readStart(text, at)
  #isDone = false
  /** Pieces of the key, header or string that an earlier chunk began. */
  #pieces = ''
  #isEscaped = false
  #inString = false
  #depth = 0
  #section = ''
  #values = new Float64Array(0)
  #filled = 0
  #width = 0
  #number = 0
  #digits = 0
  #isNegative = false
  #strings = 0
  #isWanted = false

  constructor(taker: SnapshotTaker) {
    this.#taker = taker
  }

  feed(text: string): void {
    for (let at = 0; at < text.length;) at = this.#step(text, at)
  }

  /** The text has ended. */
  end(): void {
    if (!this.#isDone) throw malformedSnapshot(`it ends within ${this.#section === '' ? 'its beginning' : `"${this.#section}"`}`)
  }

  #readStart(text: string, at: number): number {
    const code = text.charCodeAt(at)
    if (code === openObject) this.#step = this.#steps.readBetween
    else if (!isSpace(code)) throw this.#unexpected(text, at)
    return at + 1
  }

  /** Before a key, or at the end of it all. */
  #readBetween(text: string, at: number): number {
    const code = text.charCodeAt(at)
    if (code === quote) {
      this.#pieces = ''
      this.#step = this.#steps.readKey
    } else if (code === closeObject) {
      this.#isDone = true
      this.#step = this.#steps.readRest
    } else if (code !== comma && !isSpace(code)) throw this.#unexpected(text, at)
    return at + 1
  }

  #readRest(text: string, at: number): number {
    if (!isSpace(text.charCodeAt(at))) throw this.#unexpected(text, at)
    return at + 1
  }

  /** Keys are V8's own: they have no escapes. */
  #readKey(text: string, at: number): number {
    const end = text.indexOf('"', at)
    this.#pieces += text.slice(at, end === -1 ? undefined : end)
    if (end === -1) return text.length
    this.#section = this.#pieces
    this.#step = this.#steps.readColon
    return end + 1
  }

  #readColon(text: string, at: number): number {
    const code = text.charCodeAt(at)
    if (code === colon) this.#step = this.#steps.readValueStart
    else if (!isSpace(code)) throw this.#unexpected(text, at)
    return at + 1
  }

  #readValueStart(text: string, at: number): number {
    const code = text.charCodeAt(at)
    if (isSpace(code)) return at + 1
    if (code === openObject) {
      this.#pieces = ''
      this.#depth = 0
      this.#step = this.#steps.readHeader
      return at
    }
    if (code !== openList) throw this.#unexpected(text, at)
    this.#depth = 1
    if (this.#section === 'strings') this.#step = this.#steps.readBetweenStrings
    else this.#beginNumbers()
    return at + 1
  }

  #readHeader(text: string, at: number): number {
    let end = at
    for (; end < text.length; end += 1) {
      const code = text.charCodeAt(end)
      if (this.#isEscaped) this.#isEscaped = false
      else if (this.#inString && code === backslash) this.#isEscaped = true
      else if (code === quote) this.#inString = !this.#inString
      else if (!this.#inString && code === openObject) this.#depth += 1
      else if (!this.#inString && code === closeObject && --this.#depth === 0) break
    }
    this.#pieces += text.slice(at, end + 1)
    if (this.#pieces.length > mostHeaderCharacters) throw malformedSnapshot(`"${this.#section}" is too long`)
    if (end === text.length) return end
    if (this.#section === 'snapshot') this.#taker.header(this.#pieces)
    this.#step = this.#steps.readBetween
    return end + 1
  }

  #beginNumbers(): void {
    this.#width = this.#taker.widthOf(this.#section)
    this.#values = new Float64Array(Math.max(1, this.#width) * groupsAtOnce)
    this.#filled = 0
    const isFlat = this.#width === 0 && this.#section !== 'trace_tree'
    this.#step = isFlat ? this.#steps.skipNumbers : this.#steps.readNumbers
  }

  #skipNumbers(text: string, at: number): number {
    const end = text.indexOf(']', at)
    if (end === -1) return text.length
    this.#step = this.#steps.readBetween
    return end + 1
  }

  #readNumbers(text: string, from: number): number {
    let number = this.#number
    let digits = this.#digits
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (code >= 0x30 && code <= 0x39) {
        number = number * 10 + code - 0x30
        digits += 1
        continue
      }
      if (digits > 0) {
        this.#takeNumber(number)
        number = 0
        digits = 0
      }
      if (code === comma || code === newLine) continue
      this.#number = this.#digits = 0
      if (this.#readSign(text, at)) return at + 1
    }
    this.#number = number
    this.#digits = digits
    return text.length
  }

  /** Anything but digits and what stands between numbers. Whether it ends the section. */
  #readSign(text: string, at: number): boolean {
    const code = text.charCodeAt(at)
    if (code === minus) this.#isNegative = true
    else if (code === openList || code === closeList) return this.#nest(code === openList)
    else if (!isSpace(code)) throw this.#unexpected(text, at)
    return false
  }

  #takeNumber(number: number): void {
    if (this.#width === 0) return
    this.#values[this.#filled++] = this.#isNegative ? -number : number
    this.#isNegative = false
    if (this.#filled === this.#values.length) this.#handOver()
  }

  #handOver(): void {
    if (this.#width > 0 && this.#filled % this.#width !== 0) {
      throw malformedSnapshot(`"${this.#section}" isn't made of groups of ${this.#width} numbers`)
    }
    if (this.#filled > 0) this.#taker.numbers(this.#section, this.#values, this.#filled)
    this.#filled = 0
  }

  /** Whether the section has ended. */
  #nest(opens: boolean): boolean {
    this.#handOver()
    this.#depth += opens ? 1 : -1
    if (this.#depth === 0) {
      this.#step = this.#steps.readBetween
      return true
    }
    if (this.#width > 0) this.#taker.nest(this.#section, opens)
    return false
  }

  #readBetweenStrings(text: string, at: number): number {
    const code = text.charCodeAt(at)
    if (code === quote) {
      this.#pieces = ''
      this.#isEscaped = false
      this.#isWanted = this.#taker.wantsString(this.#strings)
      this.#step = this.#steps.readString
    } else if (code === closeList) this.#step = this.#steps.readBetween
    else if (code !== comma && !isSpace(code)) throw this.#unexpected(text, at)
    return at + 1
  }

  #readString(text: string, at: number): number {
    const end = this.#endOfString(text, at)
    if (this.#isWanted) this.#pieces += text.slice(at, end)
    if (end === text.length) return end
    if (this.#isWanted) this.#taker.string(this.#strings, unescape(this.#pieces))
    this.#strings += 1
    this.#step = this.#steps.readBetweenStrings
    return end + 1
  }

  /** Where the string's quote is, or the end of the chunk. */
  #endOfString(text: string, at: number): number {
    let from = this.#isEscaped ? at + 1 : at
    this.#isEscaped = false
    for (;;) {
      const found = text.indexOf('"', from)
      const end = found === -1 ? text.length : found
      let slashes = 0
      while (end - slashes > from && text.charCodeAt(end - slashes - 1) === backslash) slashes += 1
      const isEscaped = slashes % 2 === 1
      if (found === -1) this.#isEscaped = isEscaped
      if (found === -1 || !isEscaped) return end
      from = end + 1
    }
  }

  /** How many strings there were so far. */
  get strings(): number {
    return this.#strings
  }

  #unexpected(text: string, at: number): Error {
    return malformedSnapshot(
      `${JSON.stringify(text.charAt(at))} was not expected ${this.#section === '' ? '' : `at "${this.#section}"`}`.trim(),
    )
  }
}

function unescape(text: string): string {
  if (!text.includes('\\')) return text
  try {
    return JSON.parse(`"${text}"`) as string
  } catch (error) {
    throw malformedSnapshot('a string has an escape that JSON does not know', error)
  }
}
