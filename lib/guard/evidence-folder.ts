import { closeSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'

import { isFailure, requireBinding, toError } from '../binding/index.js'
import { AllocscopeError } from '../errors/index.js'

/** What is in the folder of one process. */
export const evidenceFiles = {
  log: 'guard.jsonl',
  flight: 'flight.rec',
  ledger: 'ledger.json',
  ledgerText: 'ledger.txt',
  release: 'release.json',
  snapshot: 'heap.heapsnapshot',
} as const

/** Whoever writes evidence holds its lock. */
const lockFile = 'writing.lock'

/** Of so many processes evidence is kept: a container that starts again and again must not fill its disk. */
const mostFolders = 8

const folderName = /^\d{8}T\d{9}Z-\d+$/

/** Takes a file's lock; undefined while another process holds it. It is given up with the process, however that ends. */
function takeLock(file: string): number | undefined {
  const taken = requireBinding().takeFileLock(file)
  if (isFailure(taken)) throw toError(taken)
  return taken === -1 ? undefined : taken
}

/** The lock of all processes that write to one folder. */
export function takeWritingLock(root: string): number | undefined {
  return takeLock(path.join(root, lockFile))
}

/** Why `folder` isn't written to: others could have put a link there, or read what is in it. */
function refusalOf(folder: string): string | undefined {
  const status = lstatSync(folder)
  if (!status.isDirectory()) return 'there is something of that name, which is no folder'
  if (status.uid !== process.geteuid?.()) return 'it belongs to another user'
  return (status.mode & 0o077) === 0 ? undefined : 'others may enter it: it must be for its user alone (chmod 700)'
}

function removeOldest(root: string): void {
  const folders = readdirSync(root)
    .filter((name) => folderName.test(name))
    .sort()
  for (const name of folders.slice(0, Math.max(0, folders.length - mostFolders + 1))) {
    const folder = path.join(root, name)
    const lock = takeLock(path.join(folder, evidenceFiles.log))
    // Its process runs.
    if (lock === undefined) continue
    rmSync(folder, { recursive: true, force: true })
    closeSync(lock)
  }
}

/** The folder of this process. */
export interface EvidenceFolder {
  readonly folder: string
  /** Removes it, with nothing but the log and the flight recording in it. */
  readonly remove: () => void
}

/** Makes the folder for this process within `root`, and takes its lock. Throws `ERR_ALLOCSCOPE_GUARD`, and what the file system throws. */
export function makeEvidenceFolder(root: string): EvidenceFolder {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const reason = refusalOf(root)
  if (reason !== undefined) throw new AllocscopeError('ERR_ALLOCSCOPE_GUARD', `${root}: ${reason}`)
  removeOldest(root)
  const folder = path.join(root, `${new Date().toISOString().replaceAll(/[-:.]/g, '')}-${process.pid}`)
  mkdirSync(folder, { mode: 0o700 })
  takeLock(path.join(folder, evidenceFiles.log))
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
