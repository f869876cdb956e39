// A memory control group with a limit, as a container has: in it `onMemoryPressure()` has something to watch.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export const limitBytes = 4 * 2 ** 30

/** The folder of this process's group, and what its limit is called; undefined where no memory controller is mounted. */
function ownGroup() {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  const groups = new Map(lines.map((line) => line.split(':').slice(1)))
  const version1 = path.join('/sys/fs/cgroup/memory', groups.get('memory') ?? '')
  if (groups.has('memory') && existsSync(version1)) return { folder: version1, limit: 'memory.limit_in_bytes' }
  const version2 = path.join('/sys/fs/cgroup', groups.get('') ?? '')
  return existsSync(path.join(version2, 'cgroup.controllers')) ? { folder: version2, limit: 'memory.max' } : undefined
}

/** Moves this process, and so all that it starts, into a group with a limit. Answers with how to get out, or undefined where it can't be done. */
export function enterLimitedGroup() {
  const own = existsSync('/proc/self/cgroup') ? ownGroup() : undefined
  if (own === undefined) return undefined
  const group = path.join(own.folder, `allocscope-matrix-${process.pid}`)
  const leave = () => {
    writeFileSync(path.join(own.folder, 'cgroup.procs'), String(process.pid))
    rmdirSync(group)
  }
  try {
    mkdirSync(group)
    if (!readdirSync(group).includes(own.limit)) throw new Error('this group has no limit')
    writeFileSync(path.join(group, own.limit), String(limitBytes))
    writeFileSync(path.join(group, 'cgroup.procs'), String(process.pid))
    return leave
  } catch {
    if (existsSync(group)) rmdirSync(group)
    return undefined
  }
}
