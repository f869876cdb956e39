import { spawn } from 'node:child_process'
import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'

const root = path.join(__dirname, '..', '..')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `body`, which has `watchArenas`, `untilSampled(watcher, count)`, `allocscope`, `fixture`, `block(ms)` and `print(value)`, in a process of its
 * own until that ends. Its memory is then not disturbed by a test runner's.
 */
export function runWatched(body: string, env: Readonly<Record<string, string>> = {}, flags: readonly string[] = []): Promise<Ended> {
  const script = `
    const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
    const fixture = require(${JSON.stringify(fixtureFile)})
    const { watchArenas } = allocscope
    const { untilSampled } = require(${JSON.stringify(require.resolve('./until-sampled.cjs'))})
    const block = (ms) => { for (const end = performance.now() + ms; performance.now() < end; ); }
    const print = (value) => require('node:fs').writeSync(1, JSON.stringify(value) + '\\n')
    ${body}`
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, '-e', script], { env: { ...process.env, ...env } })
    const ended = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (ended.stdout += chunk))
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (ended.stderr += chunk))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      resolve({ code, signal, ...ended })
    })
  })
}

/** What `body` printed last, once it ended with success. */
export async function printedBy<Value>(body: string, env?: Readonly<Record<string, string>>, flags?: readonly string[]): Promise<Value> {
  const { code, stdout, stderr } = await runWatched(body, env, flags)
  if (code !== 0) throw new Error(`ended with ${String(code)}: ${stderr}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) as string) as Value
}
