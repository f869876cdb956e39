import type { KernelFiles } from './kernel-files.js'

const mostGroups = 1000

/** Of a threaded group's processes the group above tells. The kernel says EOPNOTSUPP, which node calls by the other name of that number. */
const toldAbove = 'ENOTSUP'
/** The group was removed while the others were read: so it had no process. */
const removed = ['ENOENT', 'ENODEV']

/** Processes of the group at `top` and, where they are charged to it, of all groups within it. Undefined where not all of them could be read. */
export function countProcesses(files: KernelFiles, top: string, withChildren: boolean): number | undefined {
  const known = new Set<string>()
  let elsewhere = 0
  const folders = [top]
  // The list grows while it is gone through.
  for (const folder of folders) {
    if (folders.length > mostGroups) {
      files.note(top, `more than ${mostGroups} groups: their processes aren't counted`)
      return undefined
    }
    const answer = files.ask(`${folder}/cgroup.procs`)
    if (answer.text !== undefined) {
      const pids = answer.text.split('\n').filter((pid) => /^\d{1,10}$/.test(pid))
      // Those outside of this pid namespace are all listed as 0.
      elsewhere += pids.filter((pid) => pid === '0').length
      for (const pid of pids) if (pid !== '0') known.add(pid)
    } else if (answer.code !== toldAbove && (folder === top || !removed.includes(answer.code))) {
      files.note(`${folder}/cgroup.procs`, answer.code)
      return undefined
    }
    if (withChildren) folders.push(...files.foldersIn(folder))
  }
  return known.size + elsewhere
}
