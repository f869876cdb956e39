import { readdirSync, readFileSync } from 'node:fs'

/** The names of this process's threads by their numbers, as the kernel has them. Those that end meanwhile are left out; none without /proc. */
export function readThreadNames(): Readonly<Record<string, string>> {
  const folder = '/proc/self/task'
  const nameOf = (thread: string): readonly (readonly [string, string])[] => {
    try {
      return [[thread, readFileSync(`${folder}/${thread}/comm`, 'utf8').trimEnd()]]
    } catch {
      return []
    }
  }
  try {
    return Object.fromEntries(readdirSync(folder).flatMap(nameOf))
  } catch {
    return {}
  }
}
