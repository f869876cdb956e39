import { readFileSync } from 'node:fs'

import { makePrivateFile, takePrivateFile } from '../program/private-file.js'
import { parseObserved, writeLinesTo } from '../reading/index.js'
import type { LineWriter, ObservedLines } from '../reading/index.js'

/** The environment variable that tells the preloaded observer its file. The observer deletes it at once. */
export const runVariable = 'ALLOCSCOPE_RUN'

/** What the observer is told. */
export interface RunSettings {
  /** Milliseconds between samples. */
  readonly intervalMs: number
  /** Whether to collect everything at the end, and to read once more. */
  readonly collect: boolean
}

/** The reading end, in the process that runs the program. */
export interface RunReader {
  /** The value of {@link runVariable} for the program. */
  readonly address: string
  read(): ObservedLines
  close(): void
}

/** Makes the file for the observer to append to. */
export function openRun({ intervalMs, collect }: RunSettings): RunReader {
  const { file, descriptor, close } = makePrivateFile('run.ndjson')
  return {
    address: `${intervalMs}:${collect ? 'collect' : ''}:${file}`,
    read: () => parseObserved(readFileSync(descriptor, 'utf8')),
    close,
  }
}

/** The writing end, in the observed program. */
export type RunWriter = LineWriter & RunSettings

/** Opens the file that `address` names and unlinks it. Throws what the file system throws. */
export function connectRun(address: string): RunWriter {
  const [interval, collect, ...rest] = address.split(':')
  const descriptor = takePrivateFile(rest.join(':'))
  return { intervalMs: Number(interval), collect: collect === 'collect', ...writeLinesTo(descriptor) }
}
