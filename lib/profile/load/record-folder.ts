import { readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { makeTemporaryFolder } from '../../program/temporary-folder.js'
import { startTimeOf } from '../../process/start-time.js'
import { nameOfThisProcess } from '../collect/record-files.js'

const prefix = 'allocscope-profile-'

/** Process ids mean something only within one namespace: containers may share a temporary folder. */
function namespaceOfPids(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0'
  } catch {
    return '0'
  }
}

/** Whether `name` begins with the pid and the start time of a process that lives. */
function isOfLivingProcess(name: string): boolean {
  const [, pid, startTime] = /^(\d+)-(\d+)\b/.exec(name) ?? []
  return pid !== undefined && startTimeOf(Number(pid)) === startTime
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Makes the folder for a run's record. Only this user can look into it. */
export function createRecordFolder(): string {
  return makeTemporaryFolder(prefix)
}

/** The same, by a name that says which process will remove it: {@link removeAbandonedRecords} does it when that process was killed. */
export function createOwnedRecordFolder(): string {
  return makeTemporaryFolder(`${prefix}${namespaceOfPids()}.${nameOfThisProcess()}-`)
}

/** Removes the record of a run. */
export function removeRecord({ folder }: { readonly folder: string }): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Removes the owned records of runs that were killed before they could do it: of those in whose folder no living process has a name. */
export function removeAbandonedRecords(): void {
  const own = `${prefix}${namespaceOfPids()}.`
  for (const name of list(tmpdir()).filter((one) => one.startsWith(own))) {
    const folder = path.join(tmpdir(), name)
    if ([name.slice(own.length), ...list(folder)].some(isOfLivingProcess)) continue
    try {
      removeRecord({ folder })
    } catch {
      // Another user's.
    }
  }
}
