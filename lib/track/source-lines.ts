import { readFileSync } from 'node:fs'

const newLine = 10

/** Lines of sources by offsets in them, as the files are now. */
export class SourceLines {
  /** Where each line begins. Undefined for a file that can't be read. */
  readonly #starts = new Map<string, Uint32Array | undefined>()

  /** The line, from 1, of the character at `offset`; undefined when the file isn't there or has no such character. */
  lineAt(file: string, offset: number): number | undefined {
    if (!file.startsWith('/')) return undefined
    if (!this.#starts.has(file)) this.#starts.set(file, readStarts(file))
    const starts = this.#starts.get(file)
    // The last entry is the file's length.
    if (starts === undefined || offset > (starts.at(-1) as number)) return undefined
    let line = 0
    while (line + 1 < starts.length - 1 && (starts[line + 1] as number) <= offset) line += 1
    return line + 1
  }
}

function readStarts(file: string): Uint32Array | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    const starts = [0]
    for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) === newLine) starts.push(at + 1)
    return Uint32Array.from([...starts, text.length])
  } catch {
    return undefined
  }
}
