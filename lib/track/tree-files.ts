import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { startTimeOf } from '../process/start-time.js'
import { nameOfThisProcess } from '../profile/collect/record-files.js'
import { makeTemporaryFolder } from '../program/temporary-folder.js'

/** A process that began to be tracked. */
export interface BegunProcess {
  readonly pid: number
  readonly parentPid: number
  readonly command: string
}

/** A process's files: the second is its record, which it may never come to write, and the third what it tells while it runs, if that is asked for. */
const suffixes = { begun: '.begun', record: '.record', moments: '.moments' } as const

/** How a record ends that is whole: see framed-bytes.ts. */
const wholeEnd = /\d{16}\n$/

/** Makes the folder in which each process of a program has its files. Only this user can look into it. */
export function makeTreeFolder(): string {
  return makeTemporaryFolder('allocscope-track-')
}

/** This process's file for its record, and word that it began. Throws what the file system throws: also where the folder is gone. */
export function beginInFolder(folder: string): number {
  const place = path.join(folder, nameOfThisProcess())
  const [, ...programAndArguments] = process.argv
  const command = programAndArguments.length > 0 ? programAndArguments : process.execArgv
  const begun: BegunProcess = { pid: process.pid, parentPid: process.ppid, command: command.join(' ').slice(0, 1000) }
  const descriptor = openSync(`${place}${suffixes.record}`, 'ax', 0o600)
  writeFileSync(`${place}${suffixes.begun}`, JSON.stringify(begun), { mode: 0o600 })
  return descriptor
}

/** This process's file for its moments. Throws as {@link beginInFolder}. */
export function makeMomentsFile(folder: string): number {
  return openSync(path.join(folder, `${nameOfThisProcess()}${suffixes.moments}`), 'ax', 0o600)
}

/** The files through which processes tell of moments. */
export function momentsFilesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffixes.moments))
    .map((name) => path.join(folder, name))
}

/** A process in a folder, as its files are now. */
export interface ProcessInFolder {
  readonly begun: BegunProcess
  readonly isRunning: boolean
  /** Whether its record is there as a whole. */
  readonly isWhole: boolean
  /** What it has written. Its files are gone afterwards. */
  readonly take: () => Buffer
}

function endOf(file: string): string {
  const descriptor = openSync(file, 'r')
  try {
    const end = Buffer.alloc(17)
    const { size } = statSync(file)
    return end.toString('latin1', 0, readSync(descriptor, end, 0, end.length, Math.max(0, size - end.length)))
  } finally {
    closeSync(descriptor)
  }
}

function processOf(folder: string, name: string): ProcessInFolder | undefined {
  const [, pid, startTime] = /^(\d+)-(\d+)\.begun$/.exec(name) ?? []
  if (pid === undefined) return undefined
  const file = path.join(folder, name)
  const [record, moments] = [suffixes.record, suffixes.moments].map((suffix) => path.join(folder, `${pid}-${startTime}${suffix}`)) as [
    string,
    string,
  ]
  // Looked for first: what is written before it ended is there afterwards.
  const isRunning = startTimeOf(Number(pid)) === startTime
  try {
    const begun = JSON.parse(readFileSync(file, 'utf8')) as BegunProcess
    const take = (): Buffer => {
      const bytes = existsSync(record) ? readFileSync(record) : Buffer.alloc(0)
      for (const taken of [file, record, moments]) rmSync(taken, { force: true })
      return bytes
    }
    return { begun, isRunning, isWhole: wholeEnd.test(endOf(record)), take }
  } catch {
    // It is only just being written.
    return undefined
  }
}

/** Whether no process is there, nor one that is about to begin. */
export function isEmpty(folder: string): boolean {
  return readdirSync(folder).length === 0
}

/** The processes whose files are in `folder`. */
export function processesIn(folder: string): readonly ProcessInFolder[] {
  return readdirSync(folder).flatMap((name) => processOf(folder, name) ?? [])
}
