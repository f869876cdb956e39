import { readFileSync, realpathSync } from 'node:fs'

/**
 * Whether process `pid` has a flight recording mapped, so that it still writes into it. A process that can't be looked at, as another user's or one of
 * another pid namespace, has not.
 */
export function isRecording(pid: number, file: string): boolean {
  try {
    const path = realpathSync(file)
    return readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .some((line) => line.endsWith(` ${path}`))
  } catch {
    return false
  }
}
