import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A file that a profiled process loaded and examined. */
export interface LoadedFile {
  readonly file: string
  /** The names of its functions. Empty when no functions were asked for by name, or the file wasn't parsed. */
  readonly names: readonly string[]
  /** Functions that were instrumented. */
  readonly instrumentedCount: number
  /** It couldn't be parsed, which the profile says of it. */
  readonly unparsed?: boolean
}

function logOf(folder: string): string {
  return path.join(folder, 'loaded.ndjson')
}

/** Appends to the list of loaded files in the record `folder`. Each line is one write, as processes and threads may append at the same time. */
export function logLoadedFile(folder: string, loaded: LoadedFile): void {
  try {
    appendFileSync(logOf(folder), `${JSON.stringify(loaded)}\n`, { mode: 0o600 })
  } catch {
    // Without the list, only messages about names that match nothing are missing.
  }
}

/** The examined files, in the order in which they were loaded. */
export function readLoadedFiles(folder: string): readonly LoadedFile[] {
  try {
    const lines = readFileSync(logOf(folder), 'utf8').split('\n')
    // Text after the last line break is incomplete: the process ended while it wrote the line.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as LoadedFile)
  } catch {
    return []
  }
}
