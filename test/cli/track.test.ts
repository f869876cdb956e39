import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

import type { TrackingReport } from '../../lib/track/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { allocscope, program } from './run-cli.js'
import type { CliResult } from './run-cli.js'

const lines = path.resolve('test/track/programs/lines.cjs')
/**
 * What lines.cjs holds in blocks of 12,000 bytes and more, by the function's name and the line that allocates. At an interval of 512 bytes each of them is
 * sampled, but for one in ten thousand million.
 */
const held = { 'holdBuffers:11': 4_000_000, 'holdNative:18': 1_200_000, 'holdInWorker:27': 3_000_000 }

const folder = mkdtempSync(path.join(tmpdir(), 'track-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Of code that V8 has compiled only the function's first line is known, and when it compiles depends on what else ran before. */
const interpreted = '--exact-lines'

let files = 0
async function track(args: readonly string[]): Promise<CliResult & { readonly written: Buffer }> {
  const file = path.join(folder, `report-${(files += 1)}`)
  const result = await allocscope(['track', '-o', file, ...args])
  return { ...result, written: readFileSync(file) }
}

test('each line with what it holds at exit; the program ends as it would', async () => {
  const { code, stdout, stderr, written } = await track(['--json', '--interval', '512', interpreted, lines, '3'])
  expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: '' })
  const report = JSON.parse(written.toString()) as TrackingReport & { readonly version: number }
  expect(report).toMatchObject({ version: 1, intervalBytes: 512, limitations: [] })
  for (const [where, bytes] of Object.entries(held)) {
    const place = report.lines.find(({ name }) => name === where.replace(':', ` ${lines}:`))
    // V8's own blocks for a buffer are some hundred bytes each.
    expect(place?.liveBytes).toBeGreaterThanOrEqual(bytes)
    expect(place?.liveBytes).toBeLessThan(bytes * 1.1)
  }
})

/** What hot.cjs holds, by the function's name, the line on which it begins and the line that allocates. */
const hot = path.resolve('test/track/programs/hot.cjs')
const heldHot = [
  { name: 'keepBuffers', lines: [4, 7], bytes: 2000 * 12_000 },
  { name: 'keepArrays', lines: [10, 13], bytes: 2000 * 14_000 },
] as const

describe.each(['functions', 'lines'] as const)('--exact-%s', (exact) => {
  testOnEachNode('counts what hot functions keep as theirs', async (node) => {
    const file = path.join(folder, `hot-${exact}-${(files += 1)}`)
    const { code } = await allocscope(['track', `--exact-${exact}`, '--json', '--interval', '512', '-o', file, hot], { node })
    expect(code).toBe(0)
    const report = JSON.parse(readFileSync(file, 'utf8')) as TrackingReport
    const liveAt = (name: string): number => report.lines.find((place) => place.name === name)?.liveBytes ?? 0
    for (const {
      name,
      lines: [first, exactLine],
      bytes,
    } of heldHot) {
      const inFunction = liveAt(`${name} ${hot}:${first}`) + liveAt(`${name} ${hot}:${exactLine}`)
      const live = exact === 'lines' ? liveAt(`${name} ${hot}:${exactLine}`) : inFunction
      expect(live).toBeGreaterThanOrEqual(bytes)
      // With V8's own blocks for a buffer.
      expect(live).toBeLessThan(bytes * 1.1)
    }
  })
})

test.each([
  [['--for', '1s', 'app.js'], /--for is for --pid/],
  [['--pid', '1', 'app.js'], /either a program or --pid/],
  [[], /either a program or --pid/],
  [['--pid', '1', '--exact-lines'], /for a program that is started here/],
  [['--pid', '1', '--for', '0s'], /It must be a time from 1ms/],
  [['--pid', '1', '--for', 'soon'], /It must be a time from 1ms/],
])('options that do not go together are refused: %s', async (args, expected) => {
  const { code, stderr } = await allocscope(['track', ...args])
  expect(code).toBe(2)
  expect(stderr).toMatch(expected)
})

test('the program sees nothing of it, and a profile for pprof is compressed', async () => {
  const { code, stdout, written } = await track(['--format', 'pprof', program('echoes.js'), '--json', '--', '-y'])
  expect(code).toBe(0)
  expect(gunzipSync(written).toString('latin1')).toContain('inuse_space')
  expect(JSON.parse(stdout)).toEqual({ args: ['--json', '--', '-y'], file: program('echoes.js'), execArgv: [], variables: [] })
})

test('the text goes to standard error: live bytes, how uncertain they are, and where', async () => {
  const { code, stdout, stderr } = await allocscope(['track', '--interval', '16KiB', interpreted, lines])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
  expect(stderr).toMatch(/^allocscope track: native allocations\n {2}live +\d+\.\d MiB {2}±[\d.]+ KiB, in /)
  expect(stderr).toMatch(/\nBy JavaScript line\n(?:.*\n)*? +\d\.\d MiB +±[\d.]+ KiB .* holdBuffers .*lines\.cjs:11\n/)
  expect(stderr).toMatch(/\nBy native function\n(?:.*\n)*?.*\[counted_blocks\.node\]\n/)
  expect(stderr).toMatch(/\nBy module\n(?:.*\n)*?.* counted_blocks\.node\n/)
})

test('a program that SIGKILL ends tells nothing, which the command says, and ends likewise', async () => {
  const { signal, stderr } = await allocscope(['track', program('kills-itself.js')])
  expect(signal).toBe('SIGKILL')
  expect(stderr).toMatch(/ended without its exit event.*\[ERR_ALLOCSCOPE_TRACK_RECORD\]/)
})

test('a program that may not load addons runs on, and the command says why it has no report', async () => {
  const flags = ['--experimental-permission', '--allow-fs-read=*', '--allow-fs-write=*'].flatMap((flag) => ['--node-option', flag])
  const { code, stderr } = await allocscope(['track', ...flags, program('exit-3.js')])
  expect(code).toBe(3)
  expect(stderr).toMatch(/no tracker that loads .*\[ERR_ALLOCSCOPE_NO_ADDON\]/)
})
