import { readFileSync } from 'node:fs'

import { lazily } from '../loading/index.js'
import type { OriginalSources } from '../profile/load/original-source.js'

const sourceMaps = lazily(() => require('../profile/load/original-source.js') as typeof import('../profile/load/original-source.js'))

/** A place in a text: both from 1. */
export interface SourcePosition {
  readonly line: number
  readonly column: number
}

/** The text of a script; undefined when it can't be had. */
export type ReadText = (file: string) => string | undefined

/** The text as the file is now. */
export function readFileText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

interface KnownSource {
  /** Where each line begins, and the length at last. */
  readonly starts: Uint32Array
  /** The sources that it was compiled from; undefined where it has no source map that can be read. */
  readonly originals: OriginalSources | undefined
}

const newLine = 10

/** Lines of scripts by offsets in them, and those of what the scripts were compiled from. */
export class SourceLines {
  /** Undefined for a script without a text. */
  readonly #known = new Map<string, KnownSource | undefined>()

  constructor(private readonly readText: ReadText = readFileText) {}

  /** Where the character at `offset` is; undefined when the text isn't there or has no such character. */
  positionAt(file: string, offset: number): SourcePosition | undefined {
    const starts = this.#sourceOf(file)?.starts
    if (starts === undefined || offset > (starts.at(-1) as number)) return undefined
    let line = 0
    while (line + 1 < starts.length - 1 && (starts[line + 1] as number) <= offset) line += 1
    return { line: line + 1, column: offset - (starts[line] as number) + 1 }
  }

  /** The line that what is at a position was compiled from; that of the script itself where no source map says. */
  originalOf(file: string, position: SourcePosition): { readonly file: string; readonly line: number } {
    const { file: original, line } = this.originalPlaceOf(file, position)
    return { file: original, line }
  }

  /** {@link originalOf} with the column. */
  originalPlaceOf(file: string, { line, column }: SourcePosition): SourcePosition & { readonly file: string } {
    const original = this.#sourceOf(file)?.originals?.positionOf(line, column - 1)
    return original === undefined ? { file, line, column } : { file: original.file, line: original.line, column: original.column + 1 }
  }

  #sourceOf(file: string): KnownSource | undefined {
    if (!file.startsWith('/')) return undefined
    if (!this.#known.has(file)) this.#known.set(file, this.#read(file))
    return this.#known.get(file)
  }

  #read(file: string): KnownSource | undefined {
    const text = this.readText(file)
    if (text === undefined) return undefined
    return { starts: lineStarts(text), originals: sourceMaps().readSourceMap(file, text).originals }
  }
}

function lineStarts(text: string): Uint32Array {
  const starts = [0]
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === newLine) starts.push(at + 1)
  return Uint32Array.from([...starts, text.length])
}
