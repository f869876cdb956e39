import path from 'node:path'

import { startTimeOf } from '../../process/start-time.js'

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
): { readonly processName: string; readonly pid: number; readonly startTime: string; readonly threadId: number } | undefined {
  const match = /^((\d+)-(\d+))\.(\d+)\.figures$/.exec(name)
  if (match === null) return undefined
  const [, processName, pid, startTime, threadId] = match as unknown as [string, string, string, string, string]
  return { processName, pid: Number(pid), startTime, threadId: Number(threadId) }
}
