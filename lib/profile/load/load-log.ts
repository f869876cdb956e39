import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** A file that a profiled process loaded and looked into. */
export interface LoadedFile {
  readonly file: string
  /** The names of its functions; empty when nobody asked for functions by name, or when there was no need to parse it. */
  readonly names: readonly string[]
  /** Functions that were instrumented. */
  readonly instrumentedCount: number
}

function logOf(folder: string): string {
  return path.join(folder, 'loaded.ndjson')
}

/** Appends to the list of loaded files in the record `folder`. One write a line: processes and threads may append at once. */
export function logLoadedFile(folder: string, loaded: LoadedFile): void {
  try {
    appendFileSync(logOf(folder), `${JSON.stringify(loaded)}\n`, { mode: 0o600 })
  } catch {
    // Only the messages about names that match nothing are made of this.
  }
}

/** The files that were looked into, in the order in which they were loaded. */
export function readLoadedFiles(folder: string): readonly LoadedFile[] {
  try {
    const lines = readFileSync(logOf(folder), 'utf8').split('\n')
    // What follows the last line break was being written when the process ended.
    return lines.slice(0, -1).map((line) => JSON.parse(line) as LoadedFile)
  } catch {
    return []
  }
}
