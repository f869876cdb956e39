import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { fixtureFile } from './fixture.js'

const root = path.join(__dirname, '..', '..')

/** The value of an expression over `allocscope` and `fixture` in a fresh process, which a test runner's own memory doesn't disturb. */
export function inFreshProcess(expression: string, environment: Readonly<Record<string, string>> = {}): unknown {
  const script = `
    const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
    const fixture = require(${JSON.stringify(fixtureFile)})
    process.stdout.write(JSON.stringify(${expression}))`
  const env = { ...process.env, ...environment }
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { env, encoding: 'utf8' }))
}
