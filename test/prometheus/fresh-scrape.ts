import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { quiet } from '../allocator/fresh-process.js'

const root = path.join(__dirname, '..', '..')

/** What scripts of tests have: prom-client, the package, the fixture, and a registry of their own. */
export const prelude = `
  const client = require(${JSON.stringify(path.join(root, 'node_modules', 'prom-client'))})
  const { registerAllocscopeMetrics } = require(${JSON.stringify(path.join(root, 'dist', 'prometheus', 'index.js'))})
  const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
  const { requireBinding } = require(${JSON.stringify(path.join(root, 'dist', 'binding', 'index.js'))})
  const fixture = require(${JSON.stringify(fixtureFile)})
  const registry = new client.Registry()
`

export interface Fresh {
  readonly environment?: Readonly<Record<string, string>>
  readonly node?: string
}

/** What the body of an async function returns in a fresh process, where V8 has no threads that allocate meanwhile. */
export function inFreshScrape(body: string, { environment = {}, node = process.execPath }: Fresh = {}): unknown {
  const script = `${prelude}
    ;(async () => { ${body} })().then((value) => process.stdout.write(JSON.stringify(value)))`
  const env = { ...process.env, ...environment }
  return JSON.parse(execFileSync(node, [...quiet, '-e', script], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}
