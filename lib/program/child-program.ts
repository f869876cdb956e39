import type { ChildProcess } from 'node:child_process'
import { statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'

const fromStandardInput = '-'

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** The program's file as `node` would find it: `app` may be `app.js` or a folder with a package.json. Throws `ERR_ALLOCSCOPE_PROGRAM`. */
export function findProgram(program: string): string {
  if (program === fromStandardInput) return program
  const file = path.resolve(program)
  if (isFile(file)) return file
  try {
    createRequire(file).resolve(file)
    return file
  } catch {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
      throw new AllocscopeError(
        'ERR_ALLOCSCOPE_PROGRAM',
        `'${program}' is a folder without an index.js, or a package.json that names a file`,
      )
    const hint = program === 'node' ? ". It runs the program with this node itself: leave 'node' out" : ''
    throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `there is no program '${program}' (${file})${hint}`)
  }
}

/** How a program ended: by a code of its own, or by a signal. */
export interface ProgramEnding {
  readonly exitCode: number | undefined
  readonly signal: NodeJS.Signals | undefined
}

/** Resolves when `child` has ended; rejects with `ERR_ALLOCSCOPE_PROGRAM` when it couldn't be started. */
export function endingOf(child: ChildProcess): Promise<ProgramEnding> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `cannot start ${child.spawnfile}: ${cause.message}`, { cause }))
    })
    child.once('exit', (code, signal) => {
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined })
    })
  })
}
