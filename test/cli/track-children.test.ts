import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { StayingProcess, TrackedTreeReport } from '../../lib/track/index.js'
import { allocscope, program } from './run-cli.js'
import type { CliResult } from './run-cli.js'

// Each member of the family says itself what it holds.

const family = path.resolve('test/track/programs/family.cjs')
const folder = mkdtempSync(path.join(tmpdir(), 'track-children-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Member {
  readonly role: string
  readonly pid: number
  readonly bytes: number
}

function membersOf({ stdout }: CliResult): ReadonlyMap<string, Member> {
  const members = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Member)
  return new Map(members.map((member) => [member.role, member]))
}

let files = 0
async function track(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<CliResult & { readonly report: () => TrackedTreeReport }> {
  const file = path.join(folder, `report-${(files += 1)}.json`)
  const asked = ['track', '--children', '--json', '--interval', '1', '-o', file, ...args]
  const result = await allocscope(asked, { env: { TMPDIR: folder, ...env } })
  return { ...result, report: () => JSON.parse(readFileSync(file, 'utf8')) as TrackedTreeReport }
}

/** Of the line that holds: node's own blocks for Buffers are no more than a tenth. */
function expectHeld(liveBytes: number | undefined, bytes: number): void {
  expect(liveBytes).toBeGreaterThanOrEqual(bytes)
  expect(liveBytes).toBeLessThan(bytes * 1.1)
}

test('each process with what it holds, their sums, and why one has no report', async () => {
  const result = await track([family, 'lives', 'child,killed'])
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 3, stderr: '' })
  const members = membersOf(result)
  const { processes, total, lines, stacks, limitations } = result.report()
  expect(limitations).toEqual([])
  const told = ['root', 'child', 'grandchild'].map((role) => members.get(role) as Member)
  for (const { pid, bytes } of told) {
    // What a process takes for itself and keeps is less than one of its members holds.
    const live = processes.find((process) => process.pid === pid)?.figures?.liveBytes ?? 0
    expect(live).toBeGreaterThanOrEqual(bytes)
    expect(live).toBeLessThan(bytes + 1_000_000)
  }
  const root = members.get('root') as Member
  const killed = processes.find(({ pid }) => pid === members.get('killed')?.pid)
  expect(killed).toMatchObject({ parentPid: root.pid, figures: null, reason: 'it ended without its exit event, as by SIGKILL' })
  expect(killed?.command).toBe(`${family} killed`)
  expect(processes).toHaveLength(4)
  expect(processes.find(({ pid }) => pid === members.get('child')?.pid)).toMatchObject({ parentPid: root.pid, reason: null })
  const held = told.reduce((sum, { bytes }) => sum + bytes, 0)
  expectHeld(
    lines.filter(({ name }) => name.startsWith(`hold ${family}:`)).reduce((sum, { liveBytes }) => sum + liveBytes, 0),
    held,
  )
  const sumOf = (figures: readonly { readonly liveBytes: number }[]): number => figures.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  expect(sumOf(processes.flatMap(({ figures }) => figures ?? []))).toBe(total.liveBytes)
  expect(sumOf(stacks)).toBe(total.liveBytes)
  // Nothing is left there.
  expect(readdirSync(folder).filter((name) => name.startsWith('allocscope'))).toEqual([])
})

test('the text has a table of processes and names the one without a report', async () => {
  const { code, stderr } = await allocscope(['track', '--children', '--interval', '512', family, 'lives', 'child,killed'])
  expect(code).toBe(3)
  expect(stderr).toMatch(/^allocscope track: native allocations\n {2}live .* blocks of 3 processes, when each ended\n/)
  const [, table = ''] = stderr.split(/\nBy process\n|\nBy JavaScript line\n/)
  expect(table).toMatch(/^ +Live +Blocks +Allocated +Process +Of +Command\n/)
  expect(table).toMatch(/ \d+ +\d+ {2}\S+family\.cjs grandchild\n/)
  expect(stderr.replace(/\n {4}/g, ' ')).toMatch(/ – without a report: process \d+, \S+family\.cjs killed: it ended without its exit event/)
})

test('a program that SIGKILL ends: those that it started are reported, and the command ends as it did', async () => {
  const result = await track([family, 'dies', 'child'])
  expect(result.signal).toBe('SIGKILL')
  const { processes } = result.report()
  const members = membersOf(result)
  expect(processes.find(({ pid }) => pid === members.get('root')?.pid)?.reason).toMatch(/as by SIGKILL/)
  expect(processes.find(({ pid }) => pid === members.get('child')?.pid)?.reason).toBeNull()
})

test('one that runs on after the program is named', async () => {
  const result = await track([family, 'lives', 'stays'])
  const members = membersOf(result)
  const pid = members.get('stays')?.pid as number
  process.kill(pid, 'SIGKILL')
  expect(result.report().processes.find((process) => process.pid === pid)?.reason).toBe('it runs on after the program')
})

test("the program's own NODE_OPTIONS stay, and one without children is reported as well", async () => {
  const result = await track([program('exit-3.js')], { NODE_OPTIONS: '--max-http-header-size=8192' })
  expect(result.code).toBe(3)
  const { processes } = result.report()
  expect(processes.map(({ command, reason }) => ({ command, reason }))).toEqual([{ command: program('exit-3.js'), reason: null }])
})

test('where nobody told anything, the reason is given', async () => {
  const { signal, stderr } = await track([program('kills-itself.js')])
  expect(signal).toBe('SIGKILL')
  expect(stderr).toMatch(/nothing is known .*process \d+: it ended without its exit event.*\[ERR_ALLOCSCOPE_TRACK_RECORD\]/)
})

interface Said {
  readonly pid: number
  readonly held: Readonly<Record<'leak' | 'cache' | 'step', number>>
}

test('what stays of each process, by its own time: in JSON and as text', async () => {
  const two = path.resolve('test/track/programs/stays-by-two.cjs')
  const result = await track(['--leaks', '--exact-functions', two, '1500', '3000'])
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' })
  const said = result.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Said)
  const { leaks } = result.report() as TrackedTreeReport & { readonly leaks: { readonly processes: readonly StayingProcess[] } }
  expect(said).toHaveLength(2)
  for (const { pid, held } of said) {
    const { lines = [], coursesReason } = leaks.processes.find((process) => process.pid === pid) ?? {}
    expect(coursesReason).toBeNull()
    for (const [name, course] of [
      ['leak', 'grows'],
      ['cache', 'once'],
      ['step', 'varies'],
    ] as const) {
      const place = lines.find((line) => line.name.startsWith(`${name} `))
      expect(place?.course).toBe(course)
      // The addon's lists of blocks take eight bytes a block, and up to as much again.
      expect(place?.liveBytes).toBeGreaterThanOrEqual(held[name])
      expect(place?.liveBytes).toBeLessThan(held[name] * 1.02)
    }
  }
  const { stderr } = await allocscope(['track', '--children', '--leaks', '--interval', '4KiB', '--exact-functions', two, '1500', '1500'])
  const sections = stderr.split(/\n(?=Process \d+, )/).slice(1)
  const ofTwo = sections.filter((section) => /^Process \d+, \S+stays\.cjs 1500: .* live when it ended, after /.test(section))
  expect(ofTwo).toHaveLength(2)
  for (const section of ofTwo) expect(section).toMatch(/\nGrows\n(?:.*\n)*?.* leak \S+stays\.cjs:\d+\n/)
})

test.each([
  [['--pid', '1', '--children'], /--children are for a program that is started here/],
  [['--children', '--leaks', '--format', 'html', '-o', '/dev/null', 'app.js'], /--leaks is a report of its own, as text or JSON/],
])('options that do not go together are refused: %s', async (args, expected) => {
  const { code, stderr } = await allocscope(['track', ...args])
  expect(code).toBe(2)
  expect(stderr).toMatch(expected)
})
