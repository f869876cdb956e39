import { readFileSync, realpathSync } from 'node:fs'

/**
 * Whether process `pid` has a flight recording mapped, so that it still writes into it. Undefined of a process that can't be looked at, as another
 * user's. One of another pid namespace has not.
 */
export function isRecording(pid: number, file: string): boolean | undefined {
  try {
    const path = realpathSync(file)
    return readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .some((line) => line.endsWith(` ${path}`))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? undefined : false
  }
}
