import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

import type { InstrumentedFunction } from '../instrument/index.js'
import type { UninstrumentedCode } from '../line-profile.js'
import type { Description } from './registry.js'

/** Everything that one process has registered. */
export interface ProcessDescription {
  readonly nodeVersion: string
  readonly startedMs: number
  readonly functions: readonly InstrumentedFunction[]
  readonly uninstrumented: readonly UninstrumentedCode[]
  readonly sources: ReadonlyMap<string, string>
  readonly notes: readonly string[]
}

function parseLine(line: string): Description | undefined {
  try {
    return JSON.parse(line) as Description
  } catch {
    return undefined
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}

/** More than the line of the process is long. */
const longestStart = 4096

/** When the process of a file of descriptions started, which its first line says; 0 when it doesn't. Reads no more than that line. */
export function readStart(file: string): number {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(longestStart)
    const [line = ''] = bytes.toString('utf8', 0, readSync(descriptor, bytes)).split('\n')
    const first = parseLine(line)
    return first !== undefined && 'process' in first ? first.process.startedMs : 0
  } finally {
    closeSync(descriptor)
  }
}

/** Reads a file of descriptions. Leaves out an incomplete line, which a killed process has left. */
export function readDescriptions(file: string): ProcessDescription {
  const lines = readFileSync(file, 'utf8').split('\n').map(parseLine)
  const known = lines.filter((line) => line !== undefined)
  const processes = known.flatMap((line) => ('process' in line ? [line.process] : []))
  return {
    nodeVersion: processes[0]?.nodeVersion ?? '',
    startedMs: processes[0]?.startedMs ?? 0,
    functions: known.flatMap((line) => ('function' in line ? [line.function] : [])),
    uninstrumented: distinct(known.flatMap((line) => ('uninstrumented' in line ? [line.uninstrumented] : []))),
    sources: new Map(known.flatMap((line) => ('source' in line ? [[line.source.file, line.source.text] as const] : []))),
    notes: distinct(known.flatMap((line) => ('note' in line ? [line.note] : []))),
  }
}
