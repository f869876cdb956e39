import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { AllocscopeError, whyNotWritable } from '../errors/index.js'

/**
 * Makes a folder in the system's temporary one, into which only this user can look.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_TEMPORARY_FOLDER`, where all is read only or forbidden.
 */
export function makeTemporaryFolder(prefix = 'allocscope-'): string {
  const parent = tmpdir()
  try {
    return mkdtempSync(path.join(parent, prefix))
  } catch (cause) {
    const { syscall } = cause as NodeJS.ErrnoException
    const message = `no temporary folder can be made in ${parent}, for which TMPDIR can name another: ${whyNotWritable(cause, parent)}`
    throw new AllocscopeError('ERR_ALLOCSCOPE_TEMPORARY_FOLDER', message, { cause, syscall })
  }
}
