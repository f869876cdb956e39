import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import path from 'node:path'

import { readRecording } from '../../lib/record/index.js'
import type { Recording } from '../../lib/record/index.js'

const dist = path.join(__dirname, '..', '..', 'dist')

/** The preload, as `node --import` takes it. */
export const preload = path.join(dist, 'flight', 'flight.mjs')

/** The package, for a program to require. */
export const packageMain = dist

/** How a program is run under the recorder. */
export interface Flight {
  readonly node?: string
  readonly flags?: readonly string[]
  readonly file: string
  /** The program's text. */
  readonly program: string
  readonly intervalMs?: number
  /** What starts node; its arguments follow. */
  readonly through?: readonly string[]
}

export function takeOff({
  node = process.execPath,
  flags = [],
  file,
  program,
  intervalMs = 10,
  through = [],
}: Flight): ChildProcessWithoutNullStreams {
  const [command, ...args] = [...through, node, '--import', preload, ...flags, '-e', program]
  const settings = { ALLOCSCOPE_FLIGHT_FILE: file, ALLOCSCOPE_FLIGHT_MINUTES: '1', ALLOCSCOPE_FLIGHT_INTERVAL: String(intervalMs) }
  return spawn(command, args, { env: { ...process.env, ...settings } })
}

/** A program that has ended, and what its recorder left. */
export interface FlownProgram {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly recording: Recording
}

/** Runs a program to its end. `watch` gets each piece of its standard output. */
export async function fly(
  flight: Flight,
  watch: (child: ChildProcessWithoutNullStreams, text: string) => void = () => undefined,
): Promise<FlownProgram> {
  const child = takeOff(flight)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (piece: Buffer) => {
    stdout += piece.toString()
    watch(child, stdout)
  })
  child.stderr.on('data', (piece: Buffer) => {
    stderr += piece.toString()
  })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode, by) => {
      resolve([exitCode, by])
    })
  })
  return { code, signal, stdout, stderr, recording: readRecording(flight.file) }
}
