import { readFileSync } from 'node:fs'
import path from 'node:path'

/** When the process `pid` started, in ticks since boot; undefined when there is none. With the pid it names a process for good. */
export function startTimeOf(pid: number | 'self'): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The program's name, in parentheses, may hold anything; the start time is the 20th field behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** The files of one process in a record's folder. */
export interface ProcessFiles {
  readonly ids: string
  /** What was instrumented: a JSON text a line. */
  readonly descriptions: string
  figuresOf(threadId: number): string
  rowsOf(threadId: number): string
}

export function filesOf(folder: string, processName: string): ProcessFiles {
  const base = path.join(folder, processName)
  return {
    ids: `${base}.ids`,
    descriptions: `${base}.ndjson`,
    figuresOf: (threadId) => `${base}.${threadId}.figures`,
    rowsOf: (threadId) => `${base}.${threadId}.rows`,
  }
}

export function nameOfThisProcess(): string {
  return `${process.pid}-${startTimeOf('self') ?? '0'}`
}

/** The process and the thread that a file of figures is of; undefined for another file. */
export function parseFiguresName(
  name: string,
): { readonly processName: string; readonly pid: number; readonly startTime: string } | undefined {
  const match = /^((\d+)-(\d+))\.\d+\.figures$/.exec(name)
  if (match === null) return undefined
  const [, processName, pid, startTime] = match as unknown as [string, string, string, string]
  return { processName, pid: Number(pid), startTime }
}
