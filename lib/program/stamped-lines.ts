import { fstatSync, writeSync } from 'node:fs'
import { inspect } from 'node:util'

import { AllocscopeError } from '../errors/index.js'

/** What a file of lines of JSON is, as its first line says. Two copies of allocscope may meet in one file. */
export interface LineStamp {
  readonly allocscope: string
  /** Raised when a line changes its meaning. */
  readonly version: number
}

/** A file of lines, as far as it was written. */
export interface StampedLines {
  readonly values: readonly unknown[]
  /** Lines that aren't whole: the writer was killed in mid-write. */
  readonly tornLines: number
}

/** The first line of a file. */
export function encodeStamp({ allocscope, version }: LineStamp): string {
  return `${JSON.stringify({ allocscope, version })}\n`
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
 * The values of a file's lines without its stamp. A line that isn't whole is counted, never guessed at; nothing at all is an empty file, whose
 * writer never began.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_INTERNAL` when the file is another one, or of another version.
 */
export function parseStampedLines(text: string, stamp: LineStamp): StampedLines {
  const parsed = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
  const [first, ...rest] = parsed
  // A stamp that is torn is the last that was written.
  if (first !== undefined || rest.length > 0) checkStamp(first?.value, stamp)
  const values = rest.filter((line) => line !== undefined).map(({ value }) => value)
  return { values, tornLines: parsed.length - values.length - (first === undefined ? 0 : 1) }
}

/**
 * Appends text to the file that is open under `descriptor`; false when that can't be done any more, and nothing is thrown. Throws what the file
 * system throws when it is made.
 */
export function appendLinesTo(descriptor: number): (text: string) => boolean {
  const { ino, dev } = fstatSync(descriptor)
  return (text) => {
    try {
      // A program that closes descriptors it doesn't own may have been given this number for a file of its own.
      const now = fstatSync(descriptor)
      if (now.ino !== ino || now.dev !== dev) return false
      writeSync(descriptor, text)
      return true
    } catch {
      return false
    }
  }
}
