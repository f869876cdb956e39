import { closeSync, openSync, rmSync, rmdirSync, unlinkSync } from 'node:fs'
import path from 'node:path'

import { makeTemporaryFolder } from './temporary-folder.js'

/** A file through which a program tells the command about itself. */
export interface PrivateFile {
  readonly file: string
  /** Open for reading, and for appending. */
  readonly descriptor: number
  /** Closes it, and removes it where the program never came to. */
  readonly close: () => void
}

/**
 * Makes a file that only this user can open, for a program to append to. The program opens and unlinks it: so nothing is left, even when both
 * processes are killed. Throws `ERR_ALLOCSCOPE_TEMPORARY_FOLDER`, and what the file system throws.
 */
export function makePrivateFile(name: string): PrivateFile {
  const folder = makeTemporaryFolder()
  const file = path.join(folder, name)
  const descriptor = openSync(file, 'ax+', 0o600)
  return {
    file,
    descriptor,
    close: () => {
      closeSync(descriptor)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The program's end: opens `file` for appending and unlinks it and its folder. Throws what the file system throws. */
export function takePrivateFile(file: string): number {
  const descriptor = openSync(file, 'a')
  unlinkSync(file)
  rmdirSync(path.dirname(file))
  return descriptor
}
