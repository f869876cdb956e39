import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { getPageBytes, PeakRss } from '../../lib/process/outside-memory.js'
import { OutsideSource } from '../../lib/sampling/outside-source.js'
import type { OutsideSample } from '../../lib/sampling/outside-source.js'
import { readRecording } from '../../lib/record/index.js'
import type { Recording, Track, TrackSource } from '../../lib/record/index.js'
import { allocscope, cli } from '../cli/run-cli.js'

const mebibyte = 2 ** 20
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function programFile(name: string): string {
  return path.resolve('test/record/programs', name)
}

function trackOf({ tracks }: Recording, process: number, source: TrackSource): Track {
  const found = tracks.find((track) => track.process === process && track.source === source)
  if (found === undefined) throw new Error(`no ${source} track of process ${process}`)
  return found
}

function markOf({ marks }: Recording, name: string): number {
  const found = marks.find((mark) => mark.name === name)
  if (found === undefined) throw new Error(`no mark ${name}`)
  return found.timeMs
}

/** A column's figures at the moments from one to the other. */
function between({ timeMs, columns }: Track, name: keyof Track['columns'], fromMs: number, toMs: number): readonly number[] {
  return Array.from(columns[name] ?? []).filter((_, index) => (timeMs[index] as number) >= fromMs && (timeMs[index] as number) <= toMs)
}

describe('a Node program', () => {
  const file = path.join(folder, 'steps.rec')
  let recording: Recording
  let own: NodeJS.MemoryUsage
  beforeAll(async () => {
    const result = await allocscope(['record', '--node-option=--expose-gc', '-o', file, programFile('steps.cjs')])
    expect(result).toMatchObject({ code: 7, signal: null })
    expect(result.stderr).toContain(`recorded ${file}`)
    recording = readRecording(file)
    own = JSON.parse(result.stdout) as NodeJS.MemoryUsage
  })

  test('is recorded to its end, with how it ended', () => {
    expect(recording).toMatchObject({ damage: undefined, end: { reason: 'program-ended', exitCode: 7 } })
    expect(recording.processes).toMatchObject([{ parent: undefined, node: { nodeVersion: process.version } }])
  })

  test.each(['outside', 'inside'] as const)('a block of 64 MiB is in RSS once it is filled, seen from %s', (source) => {
    const track = trackOf(recording, 0, source)
    const inner = recording.spans.find(({ name }) => name === 'inner')
    const before = between(track, 'rssBytes', 0, markOf(recording, 'begin'))
    // The block is kept to the end, but RSS falls while the process is taken down.
    const after = between(track, 'rssBytes', inner?.endMs ?? NaN, Infinity)
    expect(before.length).toBeGreaterThan(0)
    expect(after.length).toBeGreaterThan(0)
    expect(Math.max(...after) - (before.at(-1) as number)).toBeGreaterThanOrEqual(63 * mebibyte)
  })

  test("V8's figures are those that the program itself sees", () => {
    const figures = Array.from(trackOf(recording, 0, 'inside').columns.arrayBufferBytes ?? [])
    expect(figures).toContain(own.arrayBuffers)
  })

  test('each collection is there once, at its time', () => {
    const { timeMs, columns } = trackOf(recording, 0, 'gc')
    const full = Array.from(timeMs).filter((_, index) => columns.gcKind?.[index] === 4)
    const asked = full.filter((time) => time >= markOf(recording, 'collect') && time <= markOf(recording, 'collected'))
    expect(asked).toHaveLength(3)
  })

  test('spans stand in each other, and have RSS at both ends', () => {
    const [touch, inner, outer] = ['touch', 'inner', 'outer'].map((name) => recording.spans.find((span) => span.name === name))
    expect([outer?.depth, inner?.depth, touch?.depth]).toEqual([0, 1, 2])
    expect((inner?.endRssBytes ?? 0) - (inner?.startRssBytes ?? 0)).toBeGreaterThanOrEqual(63 * mebibyte)
    expect(outer?.startMs).toBeLessThanOrEqual(inner?.startMs ?? 0)
    expect(outer?.endMs).toBeGreaterThanOrEqual((inner?.endMs ?? 0) + 250)
  })
})

test('marks and spans of worker threads are recorded, each with its thread', async () => {
  const file = path.join(folder, 'workers.rec')
  const { code, stdout } = await allocscope(['record', '-o', file, programFile('marking-workers.cjs')])
  expect(code).toBe(0)
  const told = JSON.parse(stdout) as readonly { readonly thread: number; readonly spans: number }[]
  const { marks, spans } = readRecording(file)
  expect(told).toHaveLength(3)
  for (const { thread, spans: made } of told) {
    const span = spans.filter((one) => one.thread === thread)
    expect(span.map(({ name }) => name)).toEqual(Array.from({ length: made }, (_, index) => `span ${index} of ${thread}`))
    expect(marks.filter(({ name, by }) => by === 'program' && name === `mark of ${thread}`)).toMatchObject([{ thread }])
    for (const { startMs, endMs } of span) expect(endMs).toBeGreaterThanOrEqual(startMs)
  }
  expect(marks.find(({ name }) => name === 'mark of the main thread')?.thread).toBeUndefined()
  const report = await allocscope(['report', file])
  for (const { thread } of told) expect(report.stdout).toContain(`mark of ${thread} (worker ${thread})`)
})

test('children are recorded, also those that a worker started, and theirs', async () => {
  const file = path.join(folder, 'family.rec')
  expect(await allocscope(['record', '--children', '-o', file, programFile('family.cjs')])).toMatchObject({ code: 0 })
  const { processes, tracks } = readRecording(file)
  const byName = (word: string): number => processes.findIndex(({ command }) => command.endsWith(word))
  const [first, second, third] = ['with-child', 'of-worker', 'grandchild'].map(byName) as [number, number, number]
  expect(processes[first]).toMatchObject({ parent: 0 })
  expect(processes[second]).toMatchObject({ parent: 0 })
  expect(processes[third]).toMatchObject({ parent: first })
  for (const process of [first, second]) {
    const rss = tracks.find((track) => track.process === process)?.columns.rssBytes ?? []
    expect(Math.max(...rss)).toBeGreaterThan(32 * mebibyte)
  }
})

test('any command is recorded from outside, and what is written already is not replaced', async () => {
  const file = path.join(folder, 'command.rec')
  const given = ['record', '-o', file, '--', 'sh', '-c', 'sleep 0.2; exit 3']
  const { code, stderr } = await allocscope(given)
  expect(code).toBe(3)
  expect(stderr).toContain('From outside alone')
  expect(readRecording(file)).toMatchObject({ start: { command: ['sh', '-c', 'sleep 0.2; exit 3'] }, end: { exitCode: 3 } })
  const bytes = readFileSync(file)
  const again = await allocscope(given)
  expect(again).toMatchObject({ code: 2, stdout: '' })
  expect(again.stderr).toMatch(/there is a file of this name \[ERR_ALLOCSCOPE_RECORDING\]/)
  expect(readFileSync(file)).toEqual(bytes)
})

test('a process that runs is recorded until the time is over, and runs on', async () => {
  const file = path.join(folder, 'running.rec')
  const target = spawn(process.execPath, [programFile('ticks.cjs')])
  try {
    expect(await allocscope(['record', '--pid', String(target.pid), '--timeout', '0.3', '-o', file])).toMatchObject({ code: 0 })
    expect(target.exitCode).toBeNull()
    const { end, tracks } = readRecording(file)
    expect(end).toMatchObject({ reason: 'timeout' })
    expect(tracks[0]?.timeMs.length).toBeGreaterThan(1)
  } finally {
    target.kill('SIGKILL')
  }
})

test('Ctrl-C in the moment in which the file appears keeps the recording', async () => {
  const file = path.join(folder, 'at-once.rec')
  const target = spawn(process.execPath, [programFile('ticks.cjs')])
  const recorder = spawn(process.execPath, [cli, 'record', '--pid', String(target.pid), '-o', file], { stdio: 'ignore' })
  try {
    const ended = once(recorder, 'exit')
    while (!existsSync(file)) await setImmediate()
    recorder.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(readRecording(file)).toMatchObject({ damage: undefined, end: { reason: 'interrupted' } })
    expect(target.exitCode).toBeNull()
  } finally {
    recorder.kill('SIGKILL')
    target.kill('SIGKILL')
  }
})

test("a peak from before the recording isn't the recording's", async () => {
  const file = path.join(folder, 'after-peak.rec')
  // Most of it goes back to the system at once: a block of this size has a mapping of its own.
  const code = `
    let block = Buffer.alloc(200 * 2 ** 20, 1)
    block = undefined
    globalThis.gc()
    globalThis.gc()
    setInterval(() => process.stdout.write('.'), 50)`
  const target = spawn(process.execPath, ['--expose-gc', '--single-threaded-gc', '-e', code])
  try {
    await new Promise((resolve) => target.stdout.once('data', resolve))
    const result = await allocscope(['record', '--json', '--pid', String(target.pid), '--timeout', '0.3', '-o', file])
    const { peakRssBytes } = JSON.parse(result.stderr) as { readonly peakRssBytes: number }
    const { columns } = trackOf(readRecording(file), 0, 'outside')
    expect(Math.max(...(columns.peakRssBytes ?? []))).toBeGreaterThan(200 * mebibyte)
    expect(peakRssBytes).toBe(Math.max(...(columns.rssBytes ?? [])))
    expect(peakRssBytes).toBeLessThan(200 * mebibyte)
  } finally {
    target.kill('SIGKILL')
  }
})

test('a full disk ends the recording, not the program', async () => {
  const { code, stdout, stderr } = await allocscope(['record', '-f', '-o', '/dev/full', programFile('family.cjs')])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('the recording ends here, and the program goes on')
  expect(stderr).toContain('lost')
})

test.each([
  [['--pid', '99999999'], 1, /there is no such process \[ERR_ALLOCSCOPE_PROC_UNREADABLE\]/],
  [['--', '/no/such/command'], 2, /cannot start .*\[ERR_ALLOCSCOPE_PROGRAM\]/],
])('%p is refused, and leaves no file', async (given, expected, message) => {
  const file = path.join(folder, 'none.rec')
  const { code, stderr } = await allocscope(['record', '-o', file, ...given])
  expect(code).toBe(expected)
  expect(stderr).toMatch(message)
  expect(() => readFileSync(file)).toThrow('ENOENT')
})

test('what is read from outside is what the kernel says, until the process ends', async () => {
  const pageBytes = Number(execFileSync('getconf', ['PAGESIZE']))
  expect(getPageBytes()).toBe(pageBytes)
  const child = spawn('sleep', ['60'])
  await new Promise((resolve) => child.once('spawn', resolve))
  // The process sleeps: it may still be loading at the first look.
  const [, resident = 0, shared = 0] = await settled(child.pid ?? 0)
  const source = new OutsideSource(1)
  const monotonicMs = Number(process.hrtime.bigint()) / 1e6
  expect(source.follow(child.pid ?? 0, 7)).toBe(true)
  const first = await nextOf(source)
  expect(first).toMatchObject({ process: 7, rssBytes: resident * pageBytes, sharedBytes: shared * pageBytes })
  // The first moment after it was followed, or before: the thread had begun.
  expect(first.timeMs).toBeGreaterThan(monotonicMs - 1000)
  expect(first.timeMs).toBeLessThanOrEqual(Number(process.hrtime.bigint()) / 1e6)
  const peak = new PeakRss(child.pid ?? 0)
  expect(peak.read()).toBe(kernelPeak(child.pid ?? 0))
  expect(peak.read()).toBeGreaterThanOrEqual(resident * pageBytes)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('close', resolve))
  let last = await nextOf(source)
  while (last.rssBytes > 0) last = await nextOf(source)
  expect(last).toMatchObject({ process: 7, rssBytes: 0 })
  source.stop()
  expect(source.next()).toBeUndefined()
  expect(source.follow(child.pid ?? 0, 8)).toBe(false)
  expect(peak.read()).toBeUndefined()
  peak.close()
  const late = new PeakRss(child.pid ?? 0)
  expect(late.read()).toBeUndefined()
  late.close()
  source.close()
})

/** VmHWM, as the kernel prints it. */
function kernelPeak(pid: number): number {
  return Number(execFileSync('awk', ['/^VmHWM:/ { print $2 }', `/proc/${pid}/status`])) * 1024
}

async function nextOf(source: OutsideSource): Promise<OutsideSample> {
  for (;;) {
    const sample = source.next()
    if (sample !== undefined) return sample
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** The fields of `statm` once the process has become `sleep`, and sleeps. */
async function settled(pid: number): Promise<readonly number[]> {
  for (;;) {
    if (readFileSync(`/proc/${pid}/stat`, 'utf8').includes('(sleep) S '))
      return readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
