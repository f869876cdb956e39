import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { fixtureFile } from './fixture.js'

const root = path.join(__dirname, '..', '..')

/** V8 compiles and collects on the thread that runs JavaScript: nothing moves between two readings but what the script does. */
export const quiet = ['--single-threaded', '--v8-pool-size=0', '--expose-gc']

/**
 * The value of an expression over `allocscope` and `fixture` in a fresh process, whose memory neither a test runner nor a thread of V8's
 * disturbs.
 */
export function inFreshProcess(expression: string, environment: Readonly<Record<string, string>> = {}): unknown {
  const script = `
    const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
    const fixture = require(${JSON.stringify(fixtureFile)})
    process.stdout.write(JSON.stringify(${expression}))`
  const env = { ...process.env, ...environment }
  return JSON.parse(execFileSync(process.execPath, [...quiet, '-e', script], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }))
}

export interface Readings<Reading> {
  readonly readings: readonly Reading[]
  /** What each step came to. */
  readonly values: readonly unknown[]
}

/**
 * Readings before and after each of `steps`, which are expressions over `fixture`, in one fresh process. `reading` is an expression over
 * `allocscope`; it was evaluated before, so that what its first use compiles and keeps is in none of them.
 */
export function readAround(reading: string, steps: readonly string[], environment?: Readonly<Record<string, string>>): Readings<unknown> {
  const taken = steps.map((step) => `values.push(${step}); readings.push(read())`).join('\n')
  const script = `(() => {
    const read = () => (${reading})
    read()
    const [values, readings] = [[], [read()]]
    ${taken}
    return { values, readings }
  })()`
  return inFreshProcess(script, environment) as Readings<unknown>
}
