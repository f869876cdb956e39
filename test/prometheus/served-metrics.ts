import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { prelude } from './fresh-scrape.js'

/** A program that serves metrics, and what Prometheus gets by each path. */
export interface Served {
  readonly port: number
  ask(path: string): Promise<string>
  stop(): Promise<void>
}

const server = `${prelude}
  client.collectDefaultMetrics({ register: registry })
  registerAllocscopeMetrics(registry, { usageEveryMs: 1000 })
  const scrapes = []
  require('node:http').createServer(async ({ url }, response) => {
    if (url === '/metrics') {
      const before = fixture.mallinfo2().hblkhd
      const text = await registry.metrics()
      scrapes.push([before, fixture.mallinfo2().hblkhd])
      response.setHeader('content-type', registry.contentType)
      return response.end(text)
    }
    if (url === '/allocate') fixture.allocate(64, 2 ** 20)
    response.end(JSON.stringify(scrapes))
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port) })
`

export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** Starts a server with prom-client's default metrics and ours. */
export async function serveMetrics(environment: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = spawn(process.execPath, ['-e', server], { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const port = Number(line)
  return {
    port,
    ask: async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).text(),
    stop: () => endOf(child),
  }
}
