import { fileURLToPath } from 'node:url'

import type { Insertion } from './original-source.js'

/** Where texts were inserted into a file: offsets in the text as it was before. Can be sent to another thread. */
export interface FileInsertions {
  readonly file: string
  /** The offset of each line. */
  readonly lineStarts: Uint32Array
  readonly positions: Uint32Array
  readonly lengths: Uint32Array
}

const lineBreak = /\r\n|[\n\r\u2028\u2029]/g

/** `insertions` are in the order of `source`. */
export function describeInsertions(file: string, source: string, insertions: readonly Insertion[]): FileInsertions {
  const lineStarts = [0, ...Array.from(source.matchAll(lineBreak), ({ index, 0: end }) => index + end.length)]
  return {
    file,
    lineStarts: Uint32Array.from(lineStarts),
    positions: Uint32Array.from(insertions, ({ position }) => position),
    lengths: Uint32Array.from(insertions, ({ length }) => length),
  }
}

function haveSameNumbers(one: Uint32Array, other: Uint32Array): boolean {
  return one.length === other.length && one.every((value, index) => value === other[index])
}

function fileOf(scriptName: string): string {
  try {
    return scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
  } catch {
    return scriptName
  }
}

/** The index of the first of the ascending `values` that is at least `least`. */
function firstAtLeast(values: Uint32Array, least: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] as number) < least) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Where `moved`, counted from `start` in the text with its insertions, was before. What is within an insertion is where that was inserted. All insertions
 * up to `start` are left out, and it mustn't be within one.
 */
function originalDistance({ positions, lengths }: FileInsertions, start: number, moved: number): number {
  let shift = 0
  for (let index = firstAtLeast(positions, start); index < positions.length; index += 1) {
    const distance = (positions[index] as number) - start
    if (moved < distance + shift) break
    const length = lengths[index] as number
    if (moved < distance + shift + length) return distance
    shift += length
  }
  return moved - shift
}

/** What was inserted into the files of a thread, by which positions of V8's are turned into those of the files. */
export class InsertedTexts {
  // A program may replace the methods of maps. `null` stands for a file that was loaded with two different texts.
  readonly #files = Object.create(null) as Record<string, FileInsertions | null | undefined>

  add(added: FileInsertions): void {
    const known = this.#files[added.file]
    this.#files[added.file] =
      known === undefined ||
      (known !== null && haveSameNumbers(known.positions, added.positions) && haveSameNumbers(known.lineStarts, added.lineStarts))
        ? added
        : null
  }

  /** The insertions of a script by V8's name of it, a path or a URL. */
  find(scriptName: string | null | undefined): FileInsertions | undefined {
    return typeof scriptName === 'string' ? (this.#files[fileOf(scriptName)] ?? undefined) : undefined
  }
}

/** The column in the file. Lines and columns are from 1. */
export function originalColumn(inserted: FileInsertions, line: number, column: number): number {
  const start = inserted.lineStarts[line - 1]
  return start === undefined ? column : originalDistance(inserted, start, column - 1) + 1
}

/** The offset in the file. */
export function originalOffset(inserted: FileInsertions, offset: number): number {
  return originalDistance(inserted, 0, offset)
}
