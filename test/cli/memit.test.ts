import { allocscope } from './run-cli.js'

const mebibyte = 2 ** 20

interface Run {
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
  // Other pages of the process come and go.
  expect(runs[0]?.incrementBytes).toBeGreaterThan(31 * mebibyte)
  expect(runs[0]?.incrementBytes).toBeLessThan(48 * mebibyte)
})

test('a promise is awaited, and what --setup did is not measured', async () => {
  const setup = 'const { setTimeout: pause } = require("node:timers/promises"); const big = Buffer.alloc(64 * 2 ** 20, 1)'
  const [run] = await measure('--repeat', '1', '--setup', setup, 'pause(100).then(() => Buffer.alloc(16 * 2 ** 20, big[0]).length)')
  expect(run?.durationMs).toBeGreaterThanOrEqual(99)
  expect((run?.externalBytes ?? NaN) / (16 * mebibyte)).toBeCloseTo(1, 2)
})

test('without --json, a line as %memit prints it', async () => {
  const { code, stdout } = await allocscope(['memit', 'Buffer.alloc(32 * 2 ** 20, 1).length'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^peak memory: [\d.]+ MiB, increment: 3\d\.\d\d MiB, allocated: 32\.\d\d MiB {2}3 runs$/m)
})

test.each([
  ['what it throws', ['nope.x'], 1, /nope is not defined/],
  ['a syntax error', ['1 +'], 1, /Unexpected token/],
  ['how often', ['--repeat', '0', '1'], 2, /number from 1 to 10000/],
])('what goes wrong is said: %s', async (_what, args, exitCode, message) => {
  const { code, stdout, stderr } = await allocscope(['memit', ...args])
  expect([code, stdout]).toEqual([exitCode, ''])
  expect(stderr).toMatch(message)
})
