import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

const preload = path.join(__dirname, '..', '..', 'dist', 'guard', 'guard.mjs')

/** What every program has. `written(name)` says whether this process's guard has written that file, or a step of that name. */
const head = `const fs = require('node:fs'), path = require('node:path')
const root = process.env.ALLOCSCOPE_GUARD_FOLDER
const folder = path.join(root, fs.readdirSync(root).find((name) => name.endsWith('-' + process.pid)))
const kept = []
const fill = (mebibytes) => { for (let i = 0; i < mebibytes; i++) kept.push(Buffer.alloc(2 ** 20, 1)) }
const stepDone = (step) => fs.readFileSync(path.join(folder, 'guard.jsonl'), 'utf8').includes('{"step":"' + step + '"')
const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
const told = (isTold, then) => { const timer = setInterval(() => { if (isTold()) { clearInterval(timer); then() } }, 5) }
`

export type Variables = Readonly<Record<string, string>>

/** How a program is run under the guard. */
export interface Guarded {
  readonly root: string
  readonly program: string
  readonly through?: readonly string[]
  readonly variables?: Variables
}

export function startGuarded({ root, program, through = [], variables = {} }: Guarded): ChildProcessWithoutNullStreams {
  const [command, ...args] = [...through, process.execPath, '--import', preload, '-e', head + program]
  return spawn(command, args, { env: { ...process.env, ALLOCSCOPE_GUARD_FOLDER: root, ...variables } })
}

export interface Step {
  readonly step: string
  readonly done?: boolean
  readonly reason?: string
  readonly [figure: string]: unknown
}

/** What a process has left. */
export interface Evidence {
  readonly folder: string
  readonly files: readonly string[]
  readonly steps: readonly Step[]
}

/** The evidence of each process, the oldest first. */
export function evidenceIn(root: string): readonly Evidence[] {
  if (!existsSync(root)) return []
  const names = readdirSync(root).filter((name) => name !== 'writing.lock')
  return names.sort().map((name) => {
    const folder = path.join(root, name)
    const lines = readFileSync(path.join(folder, 'guard.jsonl'), 'utf8').split('\n').slice(0, -1)
    return { folder, files: readdirSync(folder).sort(), steps: lines.map((line) => JSON.parse(line) as Step) }
  })
}
