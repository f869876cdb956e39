import type { Inviter } from '../attach/agent-messages.js'
import { startTimeOf } from '../process/start-time.js'

/** Whether whoever brought the agent in has ended, so that it will never come. */
export function isGone({ pid, startTime }: Inviter): boolean {
  const found = startTimeOf(pid)
  if (found !== undefined) return found !== startTime
  try {
    // /proc may hide a process of another user's (hidepid). The kernel still knows its number.
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  return false
}
