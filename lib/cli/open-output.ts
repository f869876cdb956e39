import { closeSync, openSync, writeSync } from 'node:fs'

import type { Command } from 'commander'

import { exitCodes } from './exit-codes.js'

/** Where a command writes what it has to say. */
export interface Output {
  /** False once writing has failed; that is said on standard error, and nothing more is written. */
  write(text: string): boolean
  close(): void
}

/** `file`, emptied. Opened before a program runs: what can't be written should not cost a run. */
export function openOutput(command: Command, file: string): Output {
  let descriptor: number | undefined
  try {
    descriptor = openSync(file, 'w')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return command.error(`cannot write the report: ${message}`, { exitCode: exitCodes.usage, code: code ?? 'EIO' })
  }
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    close,
    write: (text) => {
      if (descriptor === undefined) return false
      try {
        writeSync(descriptor, text)
        return true
      } catch (error) {
        // The program is still running: a full disk must not end it, nor what else is shown of it.
        process.stderr.write(`allocscope: cannot write to ${file}: ${(error as Error).message}\n`)
        close()
        return false
      }
    },
  }
}

/** Standard error: standard output is the program's. */
export const standardError: Output = { write: (text) => process.stderr.write(text), close: () => undefined }
