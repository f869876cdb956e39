import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import path from 'node:path'

/** A process that runs Node. */
export interface NodeProcess {
  readonly pid: number
  /** As it was started: node's own flags, the program, its arguments. */
  readonly command: readonly string[]
}

/** How process `pid` was started; undefined when it has ended. */
export function commandOf(pid: number): readonly string[] | undefined {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    return command.length === 0 ? undefined : command
  } catch {
    return undefined
  }
}

function isNode(file = ''): boolean {
  return /^node(js)?$/.test(path.basename(file))
}

/** What a command runs, without its folders: of node, its first argument that is no flag, where there is one. */
export function programOf([file = '', ...rest]: readonly string[]): string {
  const program = isNode(file) ? rest.find((argument) => !argument.startsWith('-')) : undefined
  return path.basename(program ?? file)
}

/** By the file that it runs: a program that sets `process.title` has overwritten its command line. */
export function runsNode(pid: number): boolean {
  try {
    return isNode(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ''))
  } catch {
    return false
  }
}

function isOurs(pid: number, uid: number | undefined): boolean {
  try {
    return uid === 0 || statSync(`/proc/${pid}`).uid === uid
  } catch {
    return false
  }
}

/** The processes of this user, of everybody for root, that run `node`. Not this one. None where there is no /proc. */
export function findNodeProcesses(): readonly NodeProcess[] {
  const uid = process.geteuid?.()
  let names: readonly string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  return pids.flatMap((pid) => {
    if (pid === process.pid || !isOurs(pid, uid) || !runsNode(pid)) return []
    const command = commandOf(pid)
    return command === undefined ? [] : [{ pid, command }]
  })
}
