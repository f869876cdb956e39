import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

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
    (await runFile('go', ['tool', 'pprof', '-top', '-cum', '-nodefraction=0', '-nodecount=1000', ...args, file])).stdout
  const amountOf = (table: string, name: string): string | undefined =>
    new RegExp(`^ *\\S+ +\\S+ +\\S+ +(\\S+) +\\S+ +${name}$`, 'm').exec(table)?.[1]
  const mapped = await pprof(['-sample_index=mapped_space'])
  expect(['first', 'second', 'shared'].map((name) => amountOf(mapped, name))).toEqual([`${mappedEach}MB`, `${mappedEach}MB`, `${shared}MB`])
  const resident = await pprof(['-sample_index=mapped_resident'])
  expect(['first', 'second'].map((name) => amountOf(resident, name))).toEqual([`${touched.first}MB`, `${touched.second}MB`])
  expect(await pprof([])).toMatch(/^Type: inuse_space$/m)
})

test.each([
  [['--measure', 'mapped', 'app.js'], /--measure is for --format collapsed/],
  [['--format', 'collapsed', '--measure', 'reserved', 'app.js'], /Allowed choices are live, allocated, mapped, resident/],
])('what cannot be measured is refused: %s', async (args, expected) => {
  const { code, stderr } = await allocscope(['track', ...args])
  expect(code).toBe(2)
  expect(stderr).toMatch(expected)
})
