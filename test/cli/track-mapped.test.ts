import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { StayingPlaces, TrackingReport } from '../../lib/track/index.js'
import { runFile } from '../installed/run-file.js'
import { missingCommand, testWhere } from '../installed/test-where.js'
import { allocscope } from './run-cli.js'

// maps.cjs maps as much, and touches as much of it, as it is told.

const subject = path.resolve('test/track/programs/maps.cjs')
/** MiB. Nothing is touched of what is shared. */
const touched = { first: 8, second: 3 }
const [mappedEach, shared] = [32, 2]
const amounts = [...Object.values(touched), shared].map(String)
const mebibyte = 2 ** 20

const folder = mkdtempSync(path.join(tmpdir(), 'track-mapped-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function track(name: string, args: readonly string[]): Promise<string> {
  const file = path.join(folder, name)
  const { code, stderr } = await allocscope(['track', ...args, '--exact-functions', '-o', file, subject, ...amounts])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return file
}

/** MiB of the lines of collapsed stacks that lead through a function. */
function ofFunction(collapsed: string, name: string): number {
  const lines = collapsed.split('\n').filter((line) => line.includes(`;${name} maps.cjs:`))
  return lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1]), 0) / mebibyte
}

test('collapsed stacks of what is mapped, and of what of it is resident', async () => {
  const mapped = readFileSync(await track('mapped.txt', ['--format', 'collapsed', '--measure', 'mapped']), 'utf8')
  expect(['first', 'second', 'shared'].map((name) => ofFunction(mapped, name))).toEqual([mappedEach, mappedEach, shared])
  const resident = readFileSync(await track('resident.txt', ['--format', 'collapsed', '--measure', 'resident']), 'utf8')
  expect(['first', 'second', 'shared'].map((name) => ofFunction(resident, name))).toEqual([touched.first, touched.second, 0])
  const live = readFileSync(await track('live.txt', ['--format', 'collapsed']), 'utf8')
  // The address of each range is a number of JavaScript's: hundreds of bytes at the most.
  expect(ofFunction(live, 'first')).toBeLessThan(1)
})

testWhere(missingCommand('go', 'version'))("Go's pprof has them beside what is allocated and live", async () => {
  const file = await track('profile.pb.gz', ['--format', 'pprof'])
  const pprof = async (args: readonly string[]): Promise<string> =>
    (await runFile('go', ['tool', 'pprof', '-top', '-cum', '-nodefraction=0', '-nodecount=1000', '-unit=B', ...args, file])).stdout
  const amountOf = (table: string, name: string): string | undefined =>
    new RegExp(`^ *\\S+ +\\S+ +\\S+ +(\\S+) +\\S+ +${name}$`, 'm').exec(table)?.[1]
  const mapped = await pprof(['-sample_index=mapped_space'])
  const inBytes = (mebibytes: readonly number[]): readonly string[] => mebibytes.map((amount) => `${amount * mebibyte}B`)
  expect(['first', 'second', 'shared'].map((name) => amountOf(mapped, name))).toEqual(inBytes([mappedEach, mappedEach, shared]))
  const resident = await pprof(['-sample_index=mapped_resident'])
  expect(['first', 'second'].map((name) => amountOf(resident, name))).toEqual(inBytes([touched.first, touched.second]))
  expect(await pprof([])).toMatch(/^Type: inuse_space$/m)
})

/** It maps 512 MiB late, whose pages aren't touched. What V8 maps meanwhile for a program that does nothing else is less than an eighth of that. */
const late = path.resolve('test/track/programs/maps-late.cjs')
const [lateMiB, leastMiB, mostMiB] = [512, 448, 576]

test('what is mapped while it runs: at the moments of --leaks', async () => {
  const file = path.join(folder, 'leaks.json')
  const { code } = await allocscope(['track', '--leaks', '--json', '-o', file, late, '1500'])
  expect(code).toBe(0)
  const { leaks, mappings } = JSON.parse(readFileSync(file, 'utf8')) as TrackingReport & { readonly leaks: StayingPlaces }
  const { momentsMs, mappedBytesAtMoments: mapped } = leaks
  expect(mapped).toHaveLength(momentsMs.length)
  expect(mapped.at(-1)).toBe(mappings?.total.mappedBytes)
  const rises = mapped.slice(1).map((bytes, index) => (bytes - (mapped[index] as number)) / mebibyte)
  const most = Math.max(...rises)
  expect(most).toBeGreaterThan(leastMiB)
  expect(most).toBeLessThan(mostMiB)
  // It is there for half of the time: at the last moment before the end.
  expect(((mapped.at(-2) as number) - (mapped[0] as number)) / mebibyte).toBeGreaterThan(leastMiB)
  const { stderr } = await allocscope(['track', '--leaks', late, '1500'])
  const [, amount] =
    /^ {2}mapped +(\d+\.\d) MiB {2}apart from malloc, in \d+ ranges?, [\d.]+ \w+ of it resident {2}[▁▂▃▄▅▆▇█]+$/m.exec(stderr) ?? []
  // The program's own 512 MiB, and what V8 has mapped besides, which may be gone at the end.
  expect(Number(amount)).toBeGreaterThanOrEqual(lateMiB)
  expect(Number(amount)).toBeLessThan(mostMiB)
})

test('and in the lines of --live', async () => {
  const { code, stderr } = await allocscope(['track', '--live', late, '7500'])
  expect(code).toBe(0)
  const said = Array.from(stderr.matchAll(/^allocscope {2}\S+ m?s {2}mapped apart from malloc (.+)$/gm), ([, amount]) => amount)
  // The first comes after a second, the last after six.
  expect(said.length).toBeGreaterThanOrEqual(2)
  const [before, after] = [said[0], said.at(-1)].map((amount) => (amount?.endsWith(' MiB') === true ? parseFloat(amount) : 0)) as [
    number,
    number,
  ]
  expect(after - before).toBeGreaterThan(leastMiB)
  expect(after - before).toBeLessThan(mostMiB)
})

test.each([
  [['--measure', 'mapped', 'app.js'], /--measure is for --format collapsed/],
  [['--format', 'collapsed', '--measure', 'reserved', 'app.js'], /Allowed choices are live, allocated, mapped, resident/],
])('what cannot be measured is refused: %s', async (args, expected) => {
  const { code, stderr } = await allocscope(['track', ...args])
  expect(code).toBe(2)
  expect(stderr).toMatch(expected)
})
