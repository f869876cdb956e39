import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, rmdirSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { parseObserved, writeLinesTo } from '../reading/index.js'
import type { LineWriter, ObservedLines } from '../reading/index.js'

/** The environment variable that tells the preloaded observer its file. The observer deletes it at once. */
export const runVariable = 'ALLOCSCOPE_RUN'

/** The reading end, in the process that runs the program. */
export interface RunReader {
  /** The value of {@link runVariable} for the program. */
  readonly address: string
  read(): ObservedLines
  close(): void
}

/**
 * Makes a file that only this user can open, for the observer to append to. The observer opens and unlinks it: so nothing is left, even when both
 * processes are killed.
 */
export function openRun(intervalMs: number): RunReader {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-'))
  const file = path.join(folder, 'run.ndjson')
  const descriptor = openSync(file, 'ax+', 0o600)
  return {
    address: `${intervalMs}:${file}`,
    read: () => parseObserved(readFileSync(descriptor, 'utf8')),
    close: () => {
      closeSync(descriptor)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The writing end, in the observed program. */
export interface RunWriter extends LineWriter {
  readonly intervalMs: number
}

/** Opens the file that `address` names and unlinks it. Throws what the file system throws. */
export function connectRun(address: string): RunWriter {
  const separator = address.indexOf(':')
  const file = address.slice(separator + 1)
  const descriptor = openSync(file, 'a')
  unlinkSync(file)
  rmdirSync(path.dirname(file))
  return { intervalMs: Number(address.slice(0, separator)), ...writeLinesTo(descriptor) }
}
