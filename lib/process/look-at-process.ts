import { readFileSync, readdirSync, readlinkSync } from 'node:fs'

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

const listening = '0A'

/** Ports by socket, from the text of `/proc/<pid>/net/tcp`: the local port is hexadecimal, the inode the tenth column. */
export function parseListeners(table: string): ReadonlyMap<number, number> {
  const ports = new Map<number, number>()
  for (const line of table.split('\n').slice(1)) {
    const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
    if (state === listening) ports.set(Number(inode), Number.parseInt(local?.split(':').at(-1) ?? '', 16))
  }
  return ports
}

function readTable(file: string): ReadonlyMap<number, number> {
  try {
    return parseListeners(readFileSync(file, 'latin1'))
  } catch {
    // A kernel without IPv6 has no such file.
    return new Map()
  }
}

/** The TCP port on which process `pid` listens, the one that it opened first; undefined when it listens on none. */
export function findListeningPort(pid: number): number | undefined {
  try {
    const ports = new Map([...readTable(`/proc/${pid}/net/tcp`), ...readTable(`/proc/${pid}/net/tcp6`)])
    if (ports.size === 0) return undefined
    const folder = `/proc/${pid}/fd`
    const sockets = readdirSync(folder).map((name) => Number(/^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${name}`))?.[1]))
    // The kernel numbers sockets in the order in which they are made.
    const [first] = sockets.filter((inode) => ports.has(inode)).sort((one, other) => one - other)
    return first === undefined ? undefined : ports.get(first)
  } catch {
    return undefined
  }
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    // Closed between two calls.
    return ''
  }
}
