import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { counterSlackBytes } from '../process/counter-slack.js'
import { allocscope } from './run-cli.js'

const mebibyte = 2 ** 20

interface Run {
  readonly startRssBytes: number
  readonly peakRssBytes: number
  readonly incrementBytes: number
  readonly externalBytes: number
  readonly allocatedBytes: number
  readonly durationMs: number
}

async function measure(...args: readonly string[]): Promise<readonly Run[]> {
  const { code, stdout, stderr } = await allocscope(['memit', '--json', ...args])
  expect([code, stderr]).toEqual([0, ''])
  const { version, runs } = JSON.parse(stdout) as { readonly version: number; readonly runs: readonly Run[] }
  expect(version).toBe(1)
  return runs
}

test('each run has the bytes that the expression asked for', async () => {
  const runs = await measure('--repeat', '2', 'Buffer.alloc(32 * 2 ** 20, 1).length')
  expect(runs).toHaveLength(2)
  for (const { externalBytes, allocatedBytes } of runs) {
    expect(externalBytes / (32 * mebibyte)).toBeCloseTo(1, 2)
    expect(allocatedBytes / (32 * mebibyte)).toBeCloseTo(1, 1)
  }
})

test('peak and increment are what the kernel says within the expression', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'memit-test-'))
  const file = path.join(folder, 'status.json')
  // Above the 32 MiB of glibc's DEFAULT_MMAP_THRESHOLD_MAX a buffer has pages of its own: none of it comes from memory that was free.
  const bytes = 64 * mebibyte
  const setup = `
    const fs = require('node:fs')
    const status = (name) => 1024 * Number(new RegExp(name + ':\\\\s+(\\\\d+) kB').exec(fs.readFileSync('/proc/self/status', 'latin1'))[1])
    const filled = () => {
      const before = status('VmRSS')
      const { length } = Buffer.alloc(${bytes}, 1)
      fs.writeFileSync(${JSON.stringify(file)}, JSON.stringify({ before, length, peak: status('VmHWM'), heap: process.memoryUsage().heapTotal }))
    }`
  const [run] = await measure('--repeat', '1', '--setup', setup, 'filled()')
  const kernel = JSON.parse(readFileSync(file, 'utf8')) as Record<'before' | 'length' | 'peak' | 'heap', number>
  rmSync(folder, { recursive: true })
  const { peakRssBytes, incrementBytes } = run as Run
  // Before and after what the expression read of itself, the process ran some code for the first time: some pages, beside the kernel's counters.
  const slack = counterSlackBytes + mebibyte
  expect(kernel.length).toBe(bytes)
  expect(Math.abs(peakRssBytes - kernel.peak)).toBeLessThan(slack)
  expect(Math.abs(incrementBytes - (kernel.peak - kernel.before))).toBeLessThan(slack)
  // Within the expression V8 may take pages for its heap, or a helper of its may give back those of an earlier collection: at most all that it has.
  expect(Math.abs(incrementBytes - bytes)).toBeLessThan(slack + kernel.heap)
})

test('what a run left is in no other run', async () => {
  const runs = await measure('--repeat', '3', 'new Uint8Array(64 * 2 ** 20).fill(1)')
  const [{ startRssBytes }] = runs as [Run]
  for (const { peakRssBytes } of runs) expect(peakRssBytes - startRssBytes).toBeLessThan(72 * mebibyte)
})

test('a promise is awaited, and what --setup did is not measured', async () => {
  const setup = 'const { setTimeout: pause } = require("node:timers/promises"); const big = Buffer.alloc(64 * 2 ** 20, 1)'
  const [run] = await measure('--repeat', '1', '--setup', setup, 'pause(100).then(() => Buffer.alloc(16 * 2 ** 20, big[0]).length)')
  expect(run?.durationMs).toBeGreaterThanOrEqual(99)
  expect((run?.externalBytes ?? NaN) / (16 * mebibyte)).toBeCloseTo(1, 2)
})

test('without --json, a line as %memit prints it', async () => {
  const { code, stdout } = await allocscope(['memit', '--repeat', '1', 'Buffer.alloc(64 * 2 ** 20, 1).length'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^peak memory: [\d.]+ MiB, increment: 6\d\.\d\d MiB, allocated: 64\.\d\d MiB {2}1 run$/m)
})

test.each([
  ['what it throws', ['nope.x'], 1, /nope is not defined/],
  ['a syntax error', ['1 +'], 2, /The expression '1 \+' isn't JavaScript, or isn't whole: Unexpected token/],
  ['how often', ['--repeat', '0', '1'], 2, /number from 1 to 10000/],
  ['half a run', ['--repeat', '1.5', '1'], 2, /whole number from 1 to 10000/],
  ['what never settles', ['new Promise(() => {})'], 1, /its promise isn't settled/],
  ['a --setup that never settles', ['--setup', 'await new Promise(() => {})', '1'], 1, /its promise isn't settled/],
])('what goes wrong is said: %s', async (_what, args, exitCode, message) => {
  const { code, stdout, stderr } = await allocscope(['memit', ...args])
  expect([code, stdout]).toEqual([exitCode, ''])
  expect(stderr).toMatch(message)
})
