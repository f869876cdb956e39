import { closeSync, openSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import type { Command } from 'commander'

import { whyNotWritable } from '../errors/index.js'
import { exitCodes } from './exit-codes.js'

/** Where a command writes its output. */
export interface Output {
  /** False once writing has failed. The failure is reported on standard error, and nothing more is written. */
  write(text: string | Uint8Array): boolean
  close(): void
  /** Whether anything couldn't be written. A command then ends with an exit code other than 0. */
  readonly isLost: boolean
}

/** Opens `file` and empties it. Called before a program runs: without its output a run would be in vain. */
export function openOutput(command: Command, file: string): Output {
  let descriptor: number | undefined
  let isLost = false
  try {
    descriptor = openSync(file, 'w')
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException
    const why = whyNotWritable(error, path.dirname(path.resolve(file)), 'name a file elsewhere')
    return command.error(`cannot write the report: ${why}`, { exitCode: exitCodes.usage, code })
  }
  const close = (): void => {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
  }
  return {
    close,
    get isLost() {
      return isLost
    },
    write: (text) => {
      if (descriptor === undefined) return false
      try {
        writeFileSync(descriptor, text)
        return true
      } catch (error) {
        isLost = true
        // The program is still running. A full disk must end neither the program nor the other displays.
        process.stderr.write(`allocscope: cannot write to ${file}: ${(error as Error).message}\n`)
        close()
        return false
      }
    },
  }
}

/** For a command that runs no program of the user's. */
export const standardOutput: Output = { write: (text) => process.stdout.write(text), close: () => undefined, isLost: false }

/** Standard error, as standard output belongs to the program. */
export const standardError: Output = { write: (text) => process.stderr.write(text), close: () => undefined, isLost: false }
