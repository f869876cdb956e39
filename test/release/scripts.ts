import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { runFile } from '../installed/run-file.js'

const root = path.join(__dirname, '..', '..')

/** How {@link runScript} runs. */
export interface ScriptOptions {
  readonly node?: string
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/**
 * Runs `body`, the inside of an async function that has the package's exports, `allocscope`, `fixture`, `v8`, `worker_threads` and `print(value)`, in a
 * process of its own, whose memory no test runner disturbs. What it printed last.
 */
export async function runScript(body: string, { node = process.execPath, flags = [], env = {} }: ScriptOptions = {}): Promise<unknown> {
  const script = `
    const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
    const { checkRelease, releaseMemory, startPeriodicRelease } = allocscope
    const fixture = require(${JSON.stringify(fixtureFile)})
    const v8 = require('node:v8')
    const worker_threads = require('node:worker_threads')
    const { setTimeout: pause } = require('node:timers/promises')
    const print = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n')
    const main = async () => {${body}
    }
    main().catch((error) => { console.error(error); process.exitCode = 1 })`
  const { stdout } = await runFile(node, [...flags, '-e', script], { env: { ...process.env, ...env }, maxBuffer: 64 * 2 ** 20 })
  return JSON.parse(stdout.trim().split('\n').at(-1) as string)
}
