// What a user does first, on whichever Node runs this file: plain node:test, so that one file serves every version.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

import * as imported from 'allocscope'

import { checkReadings, mappedAddons } from './expectations.mjs'

const required = createRequire(import.meta.url)('allocscope')
const worker = new URL('./readings-worker.mjs', import.meta.url)
const cli = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')

test('readings through import', () => {
  checkReadings(imported)
})

test('readings through require', () => {
  checkReadings(required)
})

test('import and require share one addon and one error class', () => {
  assert.deepEqual(Object.keys(imported).sort(), Object.keys(required).sort())
  assert.equal(imported.AllocscopeError, required.AllocscopeError)
  assert.equal(mappedAddons(), 1)
})

test('readings in a worker', async () => {
  const thread = new Worker(worker, { workerData: 'once' })
  // Listened for at once: a worker that has ended by then tells its last message and its exit in one go.
  const [message, exit] = await Promise.all([once(thread, 'message'), once(thread, 'exit')])
  assert.deepEqual({ message, exit }, { message: ['checked'], exit: [0] })
})

test('workers terminated in the middle of reading', async () => {
  for (let round = 0; round < 12; round++) {
    const threads = [1, 2].map(() => new Worker(worker, { workerData: 'endlessly' }))
    await Promise.all(threads.map((thread) => once(thread, 'message')))
    await wait(round)
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
  checkReadings(imported)
})

test('allocscope stats --json', () => {
  const stats = JSON.parse(execFileSync(process.execPath, [cli, 'stats', '--json'], { encoding: 'utf8' }))
  assert.match(JSON.stringify(stats), /"allocator":"(glibc|jemalloc|mimalloc|tcmalloc|unknown)"/)
})

test('allocscope watch --json', () => {
  const program = 'const end = Date.now() + 700; setTimeout(() => { while (Date.now() < end); process.exit(3) })'
  const { status, stderr } = spawnSync(process.execPath, [cli, 'watch', '--json', '-'], { encoding: 'utf8', input: program })
  assert.equal(status, 3)
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual([lines[0].kind, lines.at(-1).kind], ['start', 'end'])
  const samples = lines.filter(({ kind }) => kind === 'sample')
  assert.ok(samples.length > 2 && samples.every(({ rssBytes }) => rssBytes > 0), `${samples.length} samples`)
  assert.ok(
    samples.some(({ heap, blockedMs }) => heap?.usedBytes > 0 && blockedMs > 0),
    'the blocked event loop is seen',
  )
})

test('allocscope with an unknown command fails and says so', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'no-such-command'], { encoding: 'utf8' })
  assert.notEqual(status, 0)
  assert.match(stderr, /no-such-command/)
})
