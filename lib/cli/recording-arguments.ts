import { existsSync } from 'node:fs'

import { AllocscopeError } from '../errors/index.js'
import { findRecordings, readRecording } from '../record/index.js'
import type { Recording } from '../record/index.js'
import { describeError } from './command-errors.js'
import { exitCodes } from './exit-codes.js'
import { styleFor } from './terminal.js'

/** Stands in the help of commands that read recordings. */
export const recordingHelp = `
A recording is named by its file, or by its number in 'allocscope list': 0 is the oldest of this folder, -1 the newest.
Exit codes: 0 success, 1 a recording is damaged (what is before the damage is shown), 2 it can't be read or the command line can't be obeyed.`

function fileOf(argument: string, found: readonly string[]): string {
  // A file of that name goes first.
  if (!/^-?\d+$/.test(argument) || existsSync(argument)) return argument
  const file = found.at(Number(argument))
  if (file !== undefined) return file
  throw new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `there is no recording ${argument} in this folder: it has ${found.length}`)
}

/**
 * The recordings that a command line names; the `newest` ones of the current folder, the oldest of them first, when it names none.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when there aren't as many, or one can't be read.
 */
export function openRecordings(named: readonly string[], newest = 1): readonly Recording[] {
  const areAllNamed = named.length > 0 && named.every((argument) => !/^-?\d+$/.test(argument))
  const found = areAllNamed ? [] : findRecordings('.').map(({ file }) => file)
  if (named.length === 0 && found.length < newest) {
    const has = found.length === 0 ? 'no recording' : `only ${found.length}`
    throw new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', `there is ${has} in this folder: allocscope record app.js makes one`)
  }
  const files = named.length === 0 ? found.slice(-newest) : named.map((argument) => fileOf(argument, found))
  return files.map(readRecording)
}

/** The one recording that a command line names, otherwise the newest. */
export function openRecording(named: string | undefined): Recording {
  return openRecordings(named === undefined ? [] : [named])[0] as Recording
}

/** Says on standard error which recordings are damaged. The command then ends as a failure. Called once they are shown. */
export function reportDamage(recordings: readonly Recording[]): void {
  recordings.forEach(({ file, damage }) => {
    if (damage === undefined) return
    const message = `${file}: damaged at byte ${damage.atByte} (${damage.reason}); only what is before it could be read`
    const described = describeError(new AllocscopeError('ERR_ALLOCSCOPE_RECORDING', message))
    process.stderr.write(`${styleFor(process.stderr).warn('allocscope:')} ${described}\n`)
    process.exitCode = exitCodes.failure
  })
}
