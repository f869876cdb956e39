import { chownSync, closeSync, constants, copyFileSync, mkdtempSync, openSync, realpathSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { checkAccess, userOf } from './attach-failure.js'

/** The addon as another process can load it. */
export interface LibraryThere {
  /** Its path as that process sees it. */
  readonly path: string
  /** Removes what was copied. Loaded libraries stay loaded. */
  readonly close: () => void
}

export function isSameFile(one: string, other: string): boolean {
  try {
    const [mine, theirs] = [statSync(one), statSync(other)]
    return mine.dev === theirs.dev && mine.ino === theirs.ino
  } catch {
    return false
  }
}

/** Whether any user may enter the folders to `file` and read it. */
function isReadableByAll(file: string): boolean {
  if ((statSync(file).mode & constants.S_IROTH) === 0) return false
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if ((statSync(folder).mode & constants.S_IXOTH) === 0) return false
    if (folder === path.dirname(folder)) return true
  }
}

/** Copies it into the process's own temporary folder, which another user may have made: a link there isn't followed. */
function copyThere(addon: string, pid: number, uid: number): LibraryThere {
  const temporary = openSync(`/proc/${pid}/root/tmp`, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const folder = mkdtempSync(`/proc/self/fd/${temporary}/allocscope-`)
    const name = path.basename(folder)
    const file = `${folder}/allocscope.node`
    const close = (): void => {
      rmSync(`/proc/${pid}/root/tmp/${name}`, { recursive: true, force: true })
    }
    copyFileSync(addon, file, constants.COPYFILE_EXCL)
    chownSync(file, uid, -1)
    chownSync(folder, uid, -1)
    return { path: `/tmp/${name}/allocscope.node`, close }
  } finally {
    closeSync(temporary)
  }
}

/**
 * Where process `pid` finds this package's addon: at the same path, or as a copy in its temporary folder when it has files of its own, as in a container, or
 * belongs to a user who can't read this one. Throws `ERR_ALLOCSCOPE_ATTACH` when neither can be had.
 */
export function findLibraryThere(addon: string, pid: number): LibraryThere {
  const own = realpathSync(addon)
  const uid = userOf(pid)
  const mayRead = uid === process.geteuid?.() || isReadableByAll(own)
  if (mayRead && isSameFile(own, `/proc/${pid}/root${own}`)) return { path: own, close: () => undefined }
  try {
    return copyThere(own, pid, uid ?? 0)
  } catch (cause) {
    // It may have ended meanwhile.
    checkAccess(pid)
    const { syscall } = cause as NodeJS.ErrnoException
    const message = `process ${pid} doesn't see ${own}, and no copy could be made in its /tmp: install allocscope where the program runs`
    throw new AllocscopeError('ERR_ALLOCSCOPE_ATTACH', message, { cause, syscall })
  }
}
