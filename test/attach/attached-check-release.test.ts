import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { RunningCheck, StayingReason } from '../../lib/release/index.js'
import { allocscope, plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { tracesOf, withTarget } from './target.js'
import { notAttachable, notAttachableByOthers } from './where-attachable.js'

const cli = path.resolve('dist/cli/main.js')
const mebibyte = 2 ** 20
/** 96 MiB in blocks of which six or seven lie on a page. */
const blocks = { count: 160 * 1024, bytes: 600 }

async function check(pid: number, ...options: readonly string[]): Promise<RunningCheck> {
  const { code, stdout, stderr } = await allocscope(['attach', String(pid), 'check-release', '--json', ...options])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { check: found } = JSON.parse(stdout) as { readonly check: RunningCheck }
  expect(found.stays.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(found.rssBytes)
  return found
}

function staying({ stays }: RunningCheck, reason: StayingReason): number {
  return stays.find((one) => one.reason === reason)?.bytes ?? 0
}

function socketsOf(pid: number): number {
  return tracesOf(pid).descriptors.filter((one) => one.includes('socket:')).length
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(20)
}

if (notAttachable !== undefined) testWhere(notAttachable)('a process that runs is checked', () => undefined)
else {
  testOnEachNode('what is free on pages of its own comes back, and the program is left at rest', async (node) => {
    await withTarget(node, async ({ pid, tell, output }) => {
      await tell({ do: 'keep', ...blocks })
      // What stays of a hundred blocks is a block on every ninth page.
      await tell({ do: 'thin', every: 64 })
      const before = tracesOf(pid)
      const found = await check(pid, '--for', '600ms')
      await until(() => socketsOf(pid) === before.descriptors.filter((one) => one.includes('socket:')).length)
      const after = tracesOf(pid)
      expect(found.rounds).toHaveLength(3)
      expect(found.rounds[2]?.atMs).toBeGreaterThanOrEqual(600)
      // Most of it, by the check and by the kernel; the modules that are loaded for the check count against it.
      expect(found.rounds[0]?.returnedBytes).toBeGreaterThan(64 * mebibyte)
      expect(before.rssBytes - after.rssBytes).toBeGreaterThan(48 * mebibyte)
      expect(found.atRest).toBe(true)
      expect(Math.abs(found.grownBytes ?? NaN)).toBeLessThan(4 * mebibyte)
      const live = (blocks.count / 64) * blocks.bytes
      expect(staying(found, 'live-buffers')).toBeGreaterThanOrEqual(live)
      // Those of messages.
      expect(staying(found, 'live-buffers')).toBeLessThan(live + mebibyte)
      expect(after.threads).toBe(before.threads)
      // The addon keeps two files of /proc/self open.
      expect(after.descriptors.length - before.descriptors.length).toBeLessThanOrEqual(2)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    })
  })

  testOnEachNode('what is free on pages with something in use stays, and is told as that', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      await tell({ do: 'keep', ...blocks })
      // Of six or seven blocks of a page one or two stay.
      await tell({ do: 'thin', every: 5 })
      const found = await check(pid, '--for', '1ms')
      const freed = blocks.count * blocks.bytes * (4 / 5)
      // Objects of V8's heap and pages that chance left empty.
      expect(found.rounds.reduce((sum, { returnedBytes }) => sum + returnedBytes, 0)).toBeLessThan(freed / 2)
      expect(staying(found, 'allocator-free')).toBeGreaterThan(freed * 0.75)
      // Each block has 16 bytes around it, and V8 and node had up to 184 for a record of it.
      expect(staying(found, 'allocator-free')).toBeLessThan((freed / blocks.bytes) * (blocks.bytes + 16 + 184) + mebibyte)
      expect(staying(found, 'live-buffers')).toBeGreaterThanOrEqual((blocks.count * blocks.bytes) / 5)
    })
  })

  testOnEachNode('a program that takes more and more is at work, and what stays grows', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      await tell({ do: 'grow', bytes: mebibyte, everyMs: 50 })
      const found = await check(pid, '--for', '2s')
      // A MiB each 50 ms, 40 of them from the first release to the last, by the clock. The loop may be blocked, and behind, for a second at the last one.
      expect(found.grownBytes).toBeGreaterThan(20 * mebibyte)
      expect(found.atRest).toBe(false)
    })
  })

  testOnEachNode('Ctrl-C ends it after the release under way, and what was found is told', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      const sockets = socketsOf(pid)
      const args = [cli, 'attach', String(pid), 'check-release', '--for', '10m']
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() })
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      // The one that listens, and the visitor's.
      await until(() => socketsOf(pid) === sockets + 2)
      child.kill('SIGINT')
      expect(await once(child, 'close')).toEqual([0, null])
      expect(text).toMatch(/One release was made: whether the program is at rest/)
      expect(text).toMatch(/Why [\d.,]+ MiB stay/)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
    })
  })

  testOnEachNode('when the attaching side is killed, the program runs on without its socket', async (node) => {
    await withTarget(node, async ({ pid, tell, output }) => {
      const { threads } = tracesOf(pid)
      const sockets = socketsOf(pid)
      const args = [cli, 'attach', String(pid), 'check-release', '--for', '10m']
      const child = spawn(process.execPath, args, { stdio: 'ignore', env: plainEnvironment() })
      // The one that listens, and the visitor's.
      await until(() => socketsOf(pid) === sockets + 2)
      child.kill('SIGKILL')
      // The release under way is finished.
      await until(() => socketsOf(pid) === sockets && tracesOf(pid).threads === threads)
      expect(await tell({ do: 'ping' })).toEqual({ pong: true })
      expect(output()).toBe('')
    })
  })

  testWhere(notAttachableByOthers)('--for is a time of check-release, and not of release', async () => {
    expect(await allocscope(['attach', '1', 'release', '--for', '1s'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--for is for track, watch, record, check-release') as string,
    })
  })
}
