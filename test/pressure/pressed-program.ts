import { spawn } from 'node:child_process'
import path from 'node:path'

import type { MemoryPressureEvent } from '../../lib/pressure/index.js'
import { endOf } from './ended-program.js'

const dist = path.join(__dirname, '..', '..', 'dist')

/** What every program has: the package, `events` of one watch, and a wait without one turn of the event loop. */
const head = `const { onMemoryPressure } = require(${JSON.stringify(dist)})
const { readFileSync } = require('node:fs')
const kept = [], events = []
const fill = (mebibytes) => { for (let i = 0; i < mebibytes; i++) kept.push(Buffer.alloc(2 ** 20, 1)) }
const untilSampled = (watch, count) => {
  const enough = watch.summary.samples + 1 + count
  while (watch.summary.samples < enough) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
}
const told = (isTold, then) => { const timer = setInterval(() => { if (isTold()) { clearInterval(timer); then() } }, 5) }
`

/** How a program ended, and the JSON that it printed. */
export interface PressedProgram {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stderr: string
  readonly printed: unknown
}

/** Runs a program to its end, through what puts it into a group. */
export async function runPressed(through: readonly string[], program: string): Promise<PressedProgram> {
  const [command, ...args] = [...through, process.execPath, '-e', head + program]
  const { code, signal, stdout, stderr } = await endOf(spawn(command, args))
  return { code, signal, stderr, printed: stdout === '' ? undefined : (JSON.parse(stdout) as unknown) }
}

export type PrintedEvent = MemoryPressureEvent
