import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { visitProcess } from '../../lib/attach/index.js'
import { watchProcess } from '../../lib/watch/index.js'
import type { WatchEvent, WatchReport } from '../../lib/watch/index.js'
import { plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { tracesOf, whileBlocked, withTarget } from './target.js'
import { notAttachable } from './where-attachable.js'

const cli = path.resolve('dist/cli/main.js')
const filters = { intervalMs: 20, minBytes: 2 ** 22, minGrowth: 0.1, consecutiveSamples: 1 }
const heldBytes = 96 * 1024 * 1024

/** A watch that goes on until the process ends or `end` is called. */
interface Watch {
  readonly report: Promise<WatchReport>
  readonly end: () => void
  /** The first event of which it is true. */
  readonly seen: (isIt: (event: WatchEvent) => boolean) => Promise<WatchEvent>
}

async function watch(pid: number): Promise<Watch> {
  const events: WatchEvent[] = []
  const waiting = new Set<(event: WatchEvent) => void>()
  const { answer, over, end } = await visitProcess(pid, { request: 'watch', intervalMs: filters.intervalMs })
  let stop: () => void = () => undefined
  const until = new Promise<void>((resolve) => (stop = resolve))
  const event = (one: WatchEvent): void => {
    events.push(one)
    for (const tell of waiting) tell(one)
  }
  const hosted = { pid, answer, over, end: () => end(300_000) }
  const report = watchProcess(hosted, filters, { event, tick: () => undefined }, until)
  const seen = (isIt: (event: WatchEvent) => boolean): Promise<WatchEvent> =>
    new Promise((resolve) => {
      const known = events.find(isIt)
      if (known !== undefined) resolve(known)
      waiting.add((one) => {
        if (isIt(one)) resolve(one)
      })
    })
  return { report, end: stop, seen }
}

function hasRing(pid: number): boolean {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').includes('memfd:') || tracesOf(pid).descriptors.some((one) => one.includes('memfd:'))
}

if (notAttachable !== undefined) testWhere(notAttachable)('a process that runs is watched', () => undefined)
else {
  testOnEachNode('what a process takes while it is watched is seen, and nothing is left', async (node) => {
    await withTarget(node, async ({ pid, tell, output }) => {
      const before = tracesOf(pid)
      const { report, end, seen } = await watch(pid)
      const first = await seen(({ kind }) => kind === 'sample')
      const startBytes = (first as { readonly rssBytes: number }).rssBytes
      await tell({ do: 'hold', bytes: heldBytes })
      // All of it is written to. What else was resident may have been given back: less than the whole.
      await seen((event) => event.kind === 'sample' && (event.rssBytes ?? 0) > Math.max(heldBytes, startBytes))
      end()
      const { runsOn, exit, start, growth, notes, sampling, exitCode, signal } = await report
      expect({ runsOn, notes, exitCode, signal }).toEqual({ runsOn: true, notes: [], exitCode: undefined, signal: undefined })
      expect(sampling.lostSamples).toBe(0)
      // What the program and the watch itself free and take meanwhile is less than a tenth.
      expect(Math.abs((exit?.allocatedBytes ?? 0) - (start?.allocatedBytes ?? 0) - heldBytes)).toBeLessThan(heldBytes / 10)
      expect(Math.abs((growth?.inUseBytes ?? 0) - heldBytes)).toBeLessThan(heldBytes / 10)
      expect(hasRing(pid)).toBe(false)
      const sockets = (): number => tracesOf(pid).descriptors.filter((one) => one.includes('socket:')).length
      const socketsBefore = before.descriptors.filter((one) => one.includes('socket:')).length
      // Those of the visit are closed in the event loop's next turns.
      while (sockets() > socketsBefore) await tell({ do: 'ping' })
      const after = tracesOf(pid)
      expect(after.threads).toBe(before.threads)
      // The addon keeps two files of /proc/self open.
      expect(after.descriptors.length - before.descriptors.length).toBeLessThanOrEqual(2)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    })
  })

  testOnEachNode('samples come while the event loop is blocked, and the last reading when it is free', async (node) => {
    await withTarget(node, async (target) => {
      const { report, end, seen } = await watch(target.pid)
      await seen((event) => event.kind === 'sample' && event.heap !== undefined)
      await whileBlocked(target, async (free) => {
        await seen((event) => event.kind === 'sample' && event.blockedMs > 0)
        end()
        await free()
      })
      expect(await report).toMatchObject({ runsOn: true, notes: [] })
    })
  })

  testOnEachNode('a process that is killed while it is watched is told as one that ended', async (node) => {
    await withTarget(node, async ({ pid, child }) => {
      const { report, seen } = await watch(pid)
      await seen(({ kind }) => kind === 'sample')
      child.kill('SIGKILL')
      expect(await report).toMatchObject({ runsOn: false, notes: [{ kind: 'no-exit-reading' }] })
    })
  })

  testOnEachNode('when the watching side is killed, the process runs on without its thread and its file', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      const { threads } = tracesOf(pid)
      const watching = spawn(node, [cli, 'watch', '--pid', String(pid), '--json'], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: plainEnvironment(),
      })
      await new Promise((resolve) => watching.stderr.once('data', resolve))
      expect(hasRing(pid)).toBe(true)
      const gone = new Promise((resolve) => watching.once('close', resolve))
      watching.kill('SIGKILL')
      await gone
      while (hasRing(pid)) await tell({ do: 'ping' })
      expect(tracesOf(pid).threads).toBe(threads)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    })
  })
}
