// Starts many small servers, as far as the memory allows, and ends them, whatever happens.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

import { availableBytes } from './costs.mjs'

const app = path.join(import.meta.dirname, 'app.cjs')
const agent = pathToFileURL(path.join(import.meta.dirname, '..', '..', 'dist', 'agent', 'agent.mjs')).href

/** So many start beside each other. */
const batch = 8

const running = new Set()

/** Starts `command` and remembers it until it has ended. */
export function startOne(command, options) {
  const child = spawn(process.execPath, command, options)
  running.add(child)
  child.once('exit', () => running.delete(child))
  // A process that can't be started at all has no exit.
  child.once('error', () => running.delete(child))
  child.stdin?.on('error', () => undefined)
  return child
}

async function startServer(setup, mark, env) {
  const preload = setup === 'agent' ? ['--import', agent] : []
  const child = startOne([...preload, app, setup, mark], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [])])
  if (line === undefined) throw new Error(`a server of setup ${setup} ended before it listened`)
  return { pid: child.pid, port: Number(line) }
}

/** Up to `count` servers; fewer where less than `keepBytes` would be left. */
export async function startServers({ setup, mark, count, keepBytes, env }) {
  const servers = []
  while (servers.length < count && availableBytes() > keepBytes) {
    const more = Math.min(batch, count - servers.length)
    servers.push(...(await Promise.all(Array.from({ length: more }, () => startServer(setup, mark, env)))))
  }
  return servers
}

/** Ends all that run. */
export async function endAll() {
  await Promise.all(
    [...running].map(async (child) => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    }),
  )
}

/** Ends all that run with this process, by Ctrl-C as well. One that SIGKILL ends closes their standard inputs, at which the servers end. */
export function endWithThisProcess() {
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL')
  })
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
    ['SIGHUP', 1],
  ]) {
    process.once(signal, () => process.exit(128 + number))
  }
}
