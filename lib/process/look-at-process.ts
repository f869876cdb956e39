import { readFileSync } from 'node:fs'

import { listenersOf } from './tcp-listeners.js'

/** Clock ticks in `/proc/<pid>/stat`, `USER_HZ`: 100 on every architecture of Linux. */
const tickMs = 10

/** What the kernel says of a process, all its threads together, those that have ended included. */
export interface ProcessLook {
  /** `VmRSS` of `/proc/<pid>/status`, bytes. */
  readonly rssBytes: number
  /** `VmHWM`, bytes. */
  readonly peakRssBytes: number
  /** `Threads`. */
  readonly threads: number
  /** `utime` of `/proc/<pid>/stat`, in steps of 10 ms. */
  readonly userMs: number
  /** `stime`, in steps of 10 ms. */
  readonly systemMs: number
  /** `minflt`. */
  readonly minorFaults: number
  /** `majflt`. */
  readonly majorFaults: number
}

function numberAfter(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
}

/** Looks at process `pid` from outside. Undefined when it has ended, and where there is no /proc. */
export function lookAtProcess(pid: number): ProcessLook | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    const rssBytes = numberAfter(status, 'VmRSS') * 1024
    // A zombie, a process that has ended but wasn't waited for, has no memory lines.
    if (rssBytes === 0) return undefined
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may contain anything. Behind it comes the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(fields[number - 3])
    return {
      rssBytes,
      peakRssBytes: numberAfter(status, 'VmHWM') * 1024,
      threads: numberAfter(status, 'Threads'),
      userMs: field(14) * tickMs,
      systemMs: field(15) * tickMs,
      minorFaults: field(10),
      majorFaults: field(12),
    }
  } catch {
    return undefined
  }
}

/** The TCP port on which process `pid` listens, the one that it opened first; undefined when it listens on none. */
export function findListeningPort(pid: number): number | undefined {
  return listenersOf(pid)[0]?.port
}
