import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A control group with a limit, for a test alone. */
export interface TestGroup {
  readonly folder: string
  readonly version: 1 | 2
  /** What starts a command within it; the command's words follow. */
  readonly through: readonly string[]
  readonly remove: () => void
}

function ownGroup(controller: string): string {
  const lines = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
  return lines.find(([, controllers]) => controllers === controller)?.[2] ?? '/'
}

/** The folder in which groups of the version are made. Undefined where the machine's memory controller isn't in that version. */
function parentOf(version: 1 | 2): string | undefined {
  const [mount, file] = version === 1 ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'] : ['/sys/fs/cgroup', 'cgroup.controllers']
  const parent = path.join(mount, ownGroup(version === 1 ? 'memory' : ''))
  return existsSync(path.join(parent, file)) ? parent : undefined
}

let made = 0

/** Makes a group of the version with a limit of `bytes`; a text that says why there is none. */
export function makeGroup(version: 1 | 2, bytes: number): TestGroup | string {
  const parent = parentOf(version)
  if (parent === undefined) return `this machine has no memory controller in version ${version} of control groups`
  const folder = path.join(parent, `allocscope-test-${process.pid}-${made++}`)
  try {
    mkdirSync(folder)
  } catch (error) {
    return `no control group can be made: ${(error as Error).message}`
  }
  try {
    writeFileSync(path.join(folder, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'), String(bytes))
  } catch (error) {
    rmdirSync(folder)
    return `no control group can be limited: ${(error as Error).message}`
  }
  const through = ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder]
  return {
    folder,
    version,
    through,
    remove: () => {
      rmdirSync(folder)
    },
  }
}

/** The version whose controller the machine has: 1 where both are mounted and version 1 has memory. */
export const memoryVersion: 1 | 2 = readdirSync('/sys/fs/cgroup').includes('memory') ? 1 : 2
