import { readFileSync } from 'node:fs'
import path from 'node:path'

/** When the process `pid` started, in ticks since boot; undefined without such a process. Pid and start time together are never used again. */
export function startTimeOf(pid: number | 'self'): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The program's name is in parentheses and may contain anything. The start time is the 20th field after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** One process's files in the folder of a record. */
export interface ProcessFiles {
  readonly ids: string
  /** What was instrumented, one JSON text on each line. */
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

/** The process and thread of a file of figures, from its name; undefined for other files. */
export function parseFiguresName(
  name: string,
): { readonly processName: string; readonly pid: number; readonly startTime: string } | undefined {
  const match = /^((\d+)-(\d+))\.\d+\.figures$/.exec(name)
  if (match === null) return undefined
  const [, processName, pid, startTime] = match as unknown as [string, string, string, string]
  return { processName, pid: Number(pid), startTime }
}
