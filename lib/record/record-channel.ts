import { closeSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, rmdirSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { encodeLine, parseRecord } from './record-lines.js'
import type { RecordLine, Recording } from './record-lines.js'

/** Names the record's file to the preloaded recorder, which takes the variable out of the environment at once. */
export const recordVariable = 'ALLOCSCOPE_RECORD'

/** The reading end: kept by the process that runs the program. */
export interface RecordReader {
  /** The value of {@link recordVariable} for the program. */
  readonly address: string
  read(): Recording
  close(): void
}

/**
 * A file that a recorder can append to and only this user can open. The recorder unlinks it once it has it open, so that nothing stays behind
 * even when both processes are killed.
 */
export function openRecord(intervalMs: number): RecordReader {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-'))
  const file = path.join(folder, 'record.ndjson')
  const descriptor = openSync(file, 'ax+', 0o600)
  return {
    address: `${intervalMs}:${file}`,
    read: () => parseRecord(readFileSync(descriptor, 'utf8')),
    close: () => {
      closeSync(descriptor)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The writing end: held by the program that is recorded. */
export interface RecordWriter {
  readonly intervalMs: number
  /** False when the file can't be written any more; nothing is thrown. */
  write(line: RecordLine): boolean
}

/** {@link RecordWriter.write} for the file that is open under `descriptor`. Throws what the file system throws. */
export function appendLinesTo(descriptor: number): RecordWriter['write'] {
  const { ino, dev } = fstatSync(descriptor)
  return (line) => {
    try {
      // A program that closes descriptors it doesn't own may have been given this number for a file of its own.
      const now = fstatSync(descriptor)
      if (now.ino !== ino || now.dev !== dev) return false
      writeSync(descriptor, encodeLine(line))
      return true
    } catch {
      return false
    }
  }
}

/** Opens the file that `address` names and unlinks it. Throws what the file system throws. */
export function connectRecord(address: string): RecordWriter {
  const separator = address.indexOf(':')
  const file = address.slice(separator + 1)
  const descriptor = openSync(file, 'a')
  unlinkSync(file)
  rmdirSync(path.dirname(file))
  return { intervalMs: Number(address.slice(0, separator)), write: appendLinesTo(descriptor) }
}
