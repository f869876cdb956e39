import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { StayingPlaces } from '../../lib/track/index.js'
import { allocscope } from './run-cli.js'

// What a line of ways.cjs asks for through each native function stands there.

const subject = path.resolve('test/track/programs/ways.cjs')
const folder = mkdtempSync(path.join(tmpdir(), 'track-native-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const kibibyte = 1024
const mebibyte = 1024 * kibibyte
const units: Readonly<Record<string, number>> = { B: 1, KiB: kibibyte, MiB: mebibyte }

/** What the rest is beyond the fourth way's 1,000,000 bytes: lists of the addon and V8's own blocks, some hundred bytes for each of the 20 buffers. */
const mostRest = 1_100_000

/** The rows below that of `holdAll`. */
function belowHoldAll(text: string): readonly string[] {
  const lines = text.split('\n')
  const line = lines.findIndex((one) => / holdAll \S+ways\.cjs:\d+$/.test(one))
  const below = lines.slice(line + 1)
  return below.slice(
    0,
    below.findIndex((one) => !/ {4}(?:↳ |and )/.test(one)),
  )
}

function expectWays(rows: readonly string[]): void {
  expect(rows).toHaveLength(4)
  const [first, second, third, rest = ''] = rows
  expect(first).toMatch(/^ {2}3\.8 MiB +4[01] .* ↳ \(anonymous namespace\)::Hold \[counted_blocks\.node\]$/)
  expect(second).toMatch(/^ {2}2\.9 MiB +30 .* ↳ \(anonymous namespace\)::ByPosixMemalign \[counted_blocks\.node\]$/)
  expect(third).toMatch(/^ {2}1\.9 MiB +10 .* ↳ node::\S*\w+ \[node\]$/)
  const [, amount, unit = ''] = /^ +and \d+ more, together ([\d.,]+) (\w+)$/.exec(rest) ?? []
  const bytes = Number(amount?.replace(',', '')) * (units[unit] ?? NaN)
  // A tenth of the unit is rounded.
  expect(bytes).toBeGreaterThan(1_000_000 - 60)
  expect(bytes).toBeLessThan(mostRest)
}

const asked = ['--interval', '1', '--exact-lines'] as const

test('below a line, the native functions through which it asked; nothing without the option', async () => {
  const { code, stderr } = await allocscope(['track', ...asked, '--native', subject])
  expect(code).toBe(0)
  expectWays(belowHoldAll(stderr))
  const others = stderr.slice(stderr.indexOf('\nBy native function\n'))
  expect(others).not.toContain('↳')
  const without = await allocscope(['track', ...asked, subject])
  expect(without.stderr).toMatch(/ holdAll /)
  expect(without.stderr).not.toContain('↳')
})

test('below what stays likewise, and in its JSON they add up to the place', async () => {
  const { stderr } = await allocscope(['track', ...asked, '--leaks', '--native', subject, '800'])
  expectWays(belowHoldAll(stderr))
  const file = path.join(folder, 'leaks.json')
  await allocscope(['track', ...asked, '--leaks', '--json', '-o', file, subject, '800'])
  const { leaks } = JSON.parse(readFileSync(file, 'utf8')) as { readonly leaks: StayingPlaces }
  for (const { native, liveBytes, liveBlocks } of [...leaks.lines, ...leaks.functions]) {
    expect(native.reduce((sum, way) => sum + way.liveBytes, 0)).toBe(liveBytes)
    expect(native.reduce((sum, way) => sum + way.liveBlocks, 0)).toBe(liveBlocks)
  }
  const held = leaks.lines.find(({ name }) => name.startsWith('holdAll '))?.native ?? []
  expect(held[1]).toMatchObject({ liveBytes: 3_000_000, liveBytesError: 0, liveBlocks: 30 })
})

test.each([
  [['track', '--native', '--json', 'app.js'], /--native is of the text: the other formats have the whole stacks/],
  [['track', '--native', '--format', 'html', 'app.js'], /--native is of the text/],
  [['attach', '1', 'track', '--native', '--json'], /--native is of the text: JSON has the whole stacks/],
  [['attach', '1', 'stats', '--native'], /--native is for track/],
])('options that do not go together are refused: %s', async (args, expected) => {
  const { code, stderr } = await allocscope(args)
  expect(code).toBe(2)
  expect(stderr).toMatch(expected)
})
