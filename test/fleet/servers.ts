import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { plainEnvironment } from '../cli/run-cli.js'
import { endOf } from '../prometheus/served-metrics.js'

export interface Server {
  readonly pid: number
  readonly port: number
}

/** Small servers, each a process, as bench/fleet.mjs starts them. */
export class Servers {
  readonly #children: ChildProcess[] = []

  /** One more, with a mark in its command line. */
  async start(setup: 'nothing' | 'prometheus', mark: string): Promise<Server> {
    const args = [path.resolve('bench/fleet/app.cjs'), setup, mark]
    const child = spawn(process.execPath, args, { env: plainEnvironment(), stdio: ['pipe', 'pipe', 'inherit'] })
    this.#children.push(child)
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    return { pid: child.pid as number, port: Number(line) }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(endOf))
  }
}
