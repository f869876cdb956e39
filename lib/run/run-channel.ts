import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, rmdirSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { parseObserved, writeLinesTo } from '../reading/index.js'
import type { LineWriter, ObservedLines } from '../reading/index.js'

/** Names the file to the preloaded observer, which takes the variable out of the environment at once. */
export const runVariable = 'ALLOCSCOPE_RUN'

/** The reading end: kept by the process that runs the program. */
export interface RunReader {
  /** The value of {@link runVariable} for the program. */
  readonly address: string
  read(): ObservedLines
  close(): void
}

/**
 * A file that the observer can append to and only this user can open. The observer unlinks it once it has it open, so that nothing stays behind
 * even when both processes are killed.
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

/** The writing end: held by the program that is observed. */
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
