import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { MappedFigures, TrackingDifference, TrackingReport } from '../../lib/track/index.js'
import { allocscope } from './run-cli.js'

const subject = path.resolve('test/track/programs/holds.cjs')
const bufferBytes = 20_000
/** What node itself takes for a buffer is a tenth of that at most. */
const most = 1.1

const folder = mkdtempSync(path.join(tmpdir(), 'track-diff-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function track(name: string, interval: string, program: string, ...amounts: readonly number[]): Promise<string> {
  const file = path.join(folder, name)
  // Otherwise a line that V8 compiles meanwhile has two rows.
  const flags = ['--json', '--exact-lines', '-o', file, '--interval', interval]
  const { code } = await allocscope(['track', ...flags, program, ...amounts.map(String)])
  expect(code).toBe(0)
  return file
}

test('what a program holds more and less of, by line, from reports of other intervals', async () => {
  const before = await track('before.json', '1', subject, 300, 100)
  const after = await track('after.json', '512', subject, 50, 500)
  const { code, stdout } = await allocscope(['track', 'diff', before, after, '--json'])
  expect(code).toBe(0)
  const difference = JSON.parse(stdout) as TrackingDifference & { readonly version: number }
  expect(difference).toMatchObject({ version: 1, intervalBytes: { before: 1, after: 512 } })
  const [grown] = difference.lines
  const shrunk = difference.lines.at(-1)
  expect(grown?.name).toBe(`second ${subject}:12`)
  expect(shrunk?.name).toBe(`first ${subject}:6`)
  // At an interval of 512 a buffer is as good as always sampled.
  for (const [place, buffers] of [
    [grown, 400],
    [shrunk, -250],
  ] as const) {
    const bytes = (place?.differenceBytes ?? 0) / buffers
    expect(bytes).toBeGreaterThanOrEqual(bufferBytes)
    expect(bytes).toBeLessThan(bufferBytes * most)
  }
  const reports = [before, after].map((file) => JSON.parse(readFileSync(file, 'utf8')) as TrackingReport)
  const [earlier, later] = reports.map(({ total }) => total)
  // Every block was sampled before.
  expect(earlier?.liveBytesError).toBe(0)
  expect(difference.total.differenceBytesError).toBe(later?.liveBytesError)
  expect(difference.total.differenceBytes).toBe((later?.liveBytes ?? 0) - (earlier?.liveBytes ?? 0))
  // Each block is in one place of each kind. Sums of fractions are rounded.
  for (const places of [difference.lines, difference.functions, difference.modules, difference.packages]) {
    expect(places.reduce((sum, { differenceBytes }) => sum + differenceBytes, 0)).toBeCloseTo(difference.total.differenceBytes, 3)
  }
  expect(difference.packages[0]?.name).toBe('(the program)')

  const text = await allocscope(['track', 'diff', '--top', '1', before, after])
  expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 0, stderr: '' })
  expect(text.stdout).toMatch(
    /\nBy JavaScript line\n.*\n.* \+\d\.\d MiB .* second .*holds\.cjs:12\n {2}and \d+ more, together -\d\.\d MiB\n/,
  )
  expect(text.stdout).toContain('512 B after')
})

test('what is mapped apart from malloc differs by as much as the program mapped and touched, to the byte', async () => {
  const maps = path.resolve('test/track/programs/maps.cjs')
  const before = await track('mapped-before.json', '512KiB', maps, 24, 1, 1)
  const after = await track('mapped-after.json', '512KiB', maps, 2, 9, 3)
  const { stdout } = await allocscope(['track', 'diff', before, after, '--json'])
  const { mappings } = JSON.parse(stdout) as TrackingDifference
  const mebibytes = ({ residentBytes, mappedBytes, unknownBytes }: MappedFigures): readonly number[] =>
    [residentBytes, mappedBytes, unknownBytes].map((bytes) => bytes / 2 ** 20)
  const places = (mappings?.lines ?? []).filter(({ name }) => name.includes(maps))
  const found = new Map(
    places.map((place) => [place.name.split(' ')[0], [place.before, place.after, place.difference].map(mebibytes)] as const),
  )
  expect(Object.fromEntries(found) as unknown).toEqual({
    first: [
      [24, 32, 0],
      [2, 32, 0],
      [-22, 0, 0],
    ],
    second: [
      [1, 32, 0],
      [9, 32, 0],
      [8, 0, 0],
    ],
    shared: [
      [0, 1, 1],
      [0, 3, 3],
      [0, 2, 2],
    ],
  })
  expect(mappings?.lines.at(-1)?.name).toMatch(/^first /)
  const text = (await allocscope(['track', 'diff', before, after])).stdout
  const table = text.slice(text.indexOf('\nResident of what is mapped apart from malloc, by JavaScript line\n'))
  expect(table).toMatch(/ 1\.0 MiB +9\.0 MiB +\+8\.0 MiB +±0 B +second /)
  expect(table).toMatch(/ 0 B +0 B +±0 B +\+ ≤3\.0 MiB - ≤1\.0 MiB +\+2\.0 MiB +shared /)
  expect(table).toMatch(/ 24\.0 MiB +2\.0 MiB +-22\.0 MiB +±0 B +first /)
})

test('what is no report is named, with what is wrong', async () => {
  const file = path.join(folder, 'other.json')
  writeFileSync(file, '{"version":2}')
  const { code, stdout, stderr } = await allocscope(['track', 'diff', file, file])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`${file} is no report of allocscope track --json: it is of version 2`)
  expect(stderr).toContain('[ERR_ALLOCSCOPE_TRACK_REPORT]')
  expect((await allocscope(['track', 'diff', file])).stderr).toContain('ERR_MISSING_ARGS')
})

test.each(['diff', 'help'])('a program that is called %s can be tracked', async (name) => {
  const file = path.join(folder, name)
  writeFileSync(file, 'process.exitCode = 6')
  const { code, stderr } = await allocscope(['track', path.relative('.', file)])
  expect(code).toBe(6)
  expect(stderr).toContain('allocscope track: native allocations')
})
