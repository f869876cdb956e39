import { fstatSync, writeSync } from 'node:fs'
import { inspect } from 'node:util'

import { AllocscopeError } from '../errors/index.js'

/** The first line of a file of JSON lines. It says what the file is: two versions of allocscope may read and write the same one. */
export interface LineStamp {
  readonly allocscope: string
  /** Raised when a line changes its meaning. */
  readonly version: number
}

/** The lines of a file that may have been cut short. */
export interface StampedLines {
  readonly values: readonly unknown[]
  /** Incomplete lines: the writer was killed while it wrote them. */
  readonly tornLines: number
}

/** The first line of a file. */
export function encodeStamp({ allocscope, version }: LineStamp): string {
  return `${JSON.stringify({ allocscope, version })}\n`
}

/** A value as a line. Undefined is written as null: JSON has no undefined. */
export function encodeLine(value: unknown): string {
  return `${JSON.stringify(value, (_key, member: unknown) => (member === undefined ? null : member))}\n`
}

/** The value that {@link encodeLine} was given, of what was read of its line. */
export function undefinedForNull(value: unknown): unknown {
  if (value === null) return undefined
  if (Array.isArray(value)) return value.map(undefinedForNull)
  if (typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, undefinedForNull(member)]))
}

function checkStamp(first: unknown, expected: LineStamp): void {
  const { allocscope, version } = (typeof first === 'object' && first !== null ? first : {}) as Partial<Record<keyof LineStamp, unknown>>
  if (allocscope === expected.allocscope && version === expected.version) return
  const found = allocscope === undefined ? 'no such file' : `version ${inspect(version)} of ${inspect(allocscope)}`
  throw new AllocscopeError(
    'ERR_ALLOCSCOPE_INTERNAL',
    `expected version ${expected.version} of '${expected.allocscope}', found ${found}: two versions of allocscope took part`,
  )
}

function parseLine(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) as unknown }
  } catch {
    return undefined
  }
}

/**
 * The values of a file's lines, without the stamp. Incomplete lines are counted, never guessed at. A file may be empty: its writer never began.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_INTERNAL` when the file is another one, or of another version.
 */
export function parseStampedLines(text: string, stamp: LineStamp): StampedLines {
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
  const [first, ...rest] = parsed
  // When the stamp is incomplete, nothing was written after it.
  if (first !== undefined || rest.length > 0) checkStamp(first?.value, stamp)
  const values = rest.filter((line) => line !== undefined).map(({ value }) => value)
  return { values, tornLines: parsed.length - values.length - (first === undefined ? 0 : 1) }
}

/** Characters. What is longer is none of ours: it isn't kept until it ends. */
const longestLine = 2 ** 20

/** Takes the values out of a file of lines while it is being written. */
export class StampedLineFollower {
  readonly #stamp: LineStamp
  #isStamped = false
  #rest = ''

  constructor(stamp: LineStamp) {
    this.#stamp = stamp
  }

  /**
   * The values of the lines that `text`, what has been written since the last time, completes. Lines that aren't JSON are left out.
   *
   * @throws AllocscopeError `ERR_ALLOCSCOPE_INTERNAL` when the file is another one, or of another version.
   */
  add(text: string): readonly unknown[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > longestLine) this.#rest = ''
    if (lines.length === 0) return []
    const first = this.#isStamped ? undefined : parseLine(lines.shift() ?? '')
    if (!this.#isStamped) checkStamp(first?.value, this.#stamp)
    this.#isStamped = true
    return lines
      .map(parseLine)
      .filter((line) => line !== undefined)
      .map(({ value }) => undefinedForNull(value))
  }
}

/**
 * Answers with a function that appends text to the file open under `descriptor`. It returns false when it can't, and never throws. Making the
 * function throws what the file system throws.
 */
export function appendLinesTo(descriptor: number): (text: string) => boolean {
  const { ino, dev } = fstatSync(descriptor)
  return (text) => {
    try {
      // A program may have closed this descriptor and got the same number for a file of its own.
      const now = fstatSync(descriptor)
      if (now.ino !== ino || now.dev !== dev) return false
      writeSync(descriptor, text)
      return true
    } catch {
      return false
    }
  }
}
