import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { readRecording } from '../../lib/record/index.js'
import type { Recording } from '../../lib/record/index.js'
import type * as Record from '../../lib/record/index.js'

// Those that are recorded from inside need the built preload.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the built file, with the types of its source
const { recordProgram } = require('../../dist/record/index.js') as typeof Record

// In memory, where there is such a folder: a disk that keeps a write waiting, as on a busy machine, is not what is tested.
const folder = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'allocscope-test-'))
// Each kill takes a start of node: 200 of each were run once, `ALLOCSCOPE_KILLS=200 npx jest test/record/killed`.
const kills = Number(process.env['ALLOCSCOPE_KILLS'] ?? 40)
const atOnce = 4

afterAll(() => {
  rmSync(folder, { recursive: true })
})

function programFile(name: string): string {
  return path.resolve('test/record/programs', name)
}

/** How long a thread has waited for a processor, milliseconds. Undefined once it has ended. */
function waitedMs(task: string): number | undefined {
  try {
    return Number(readFileSync(path.join(task, 'schedstat'), 'utf8').split(' ')[1]) / 1e6
  } catch {
    return undefined
  }
}

/** Whether a thread waits for a processor, or has one. */
function isRunnable(task: string): boolean {
  try {
    return /^\d+ \(.*\) R /s.test(readFileSync(path.join(task, 'stat'), 'latin1'))
  } catch {
    return false
  }
}

/**
 * Begins to count how long the threads of these processes wait for a processor: while they do, nothing is sampled and nothing is written. The answer
 * tells it of those that still run, milliseconds. It is undefined while one waits: for how long already, the kernel tells when it has a processor again.
 */
function countWaits(...pids: readonly number[]): () => number | undefined {
  const tasksNow = (): readonly string[] =>
    pids.flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}`))
  const before = new Map(tasksNow().map((task) => [task, waitedMs(task) ?? 0]))
  // It has a processor: it asks.
  const own = `/proc/${process.pid}/task/${process.pid}`
  return () => {
    const tasks = tasksNow()
    if (tasks.some((task) => task !== own && isRunnable(task))) return undefined
    return tasks.reduce((sum, task) => sum + Math.max(0, (waitedMs(task) ?? 0) - (before.get(task) ?? 0)), 0)
  }
}

/** Resolves once the file's beginning is there; rejects if whoever writes it ends before. */
async function untilWritten(file: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    if (hasEnded()) throw new Error('the recorder has ended')
    // The header and the first events are written with the first sample.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 200) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A seeded time to live, so that kills fall on all moments between two flushes. */
function lifeMs(index: number): number {
  return 20 + ((index * 37) % 250)
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

/** Runs `work` for each number below `count`, some at once. */
async function each(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

/** When the last sample of a source was taken, by the wall clock. */
function lastSampleMs({ start, tracks }: Recording, source: 'outside' | 'inside'): number {
  const times = tracks.filter((track) => track.source === source).map(({ timeMs }) => timeMs.at(-1) ?? NaN)
  return start.timeMs + Math.max(...times)
}

/** What may be lost, and the error of `Date.now()` against the monotonic clock, which is read to the millisecond. */
const allowedMs = 100 + 2

test('a recorder that is killed has written all but the last 100 ms', async () => {
  const target = spawn('sleep', ['600'])
  await once(target, 'spawn')
  let timed = 0
  try {
    await each(kills, async (index) => {
      const file = path.join(folder, `recorder-${index}.rec`)
      const recorder = spawn(process.execPath, [programFile('recorder.cjs'), String(target.pid), file], { stdio: 'ignore' })
      await untilWritten(file, () => recorder.exitCode !== null)
      const waitsSince = countWaits(recorder.pid as number)
      await sleep(lifeMs(index))
      const killedMs = Date.now()
      const waited = waitsSince()
      await killed(recorder)
      const recording = readRecording(file)
      expect(recording.end).toBeUndefined()
      // A kill in the middle of a write leaves a block that is cut; nothing else is amiss.
      expect([undefined, 'the file ends within a block']).toContain(recording.damage?.reason)
      if (waited !== undefined) {
        timed += 1
        expect(killedMs - lastSampleMs(recording, 'outside')).toBeLessThanOrEqual(allowedMs + waited)
      }
      rmSync(file)
    })
    expect(timed).toBeGreaterThan(0)
  } finally {
    await killed(target)
  }
})

async function killed(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

test('of a program that is killed all but the last 100 ms is there, from inside as well', async () => {
  const pids = new Map<number, number>()
  let timed = 0
  await each(kills, async (index) => {
    const file = path.join(folder, `program-${index}.rec`)
    const options = { file, replace: true, intervalMs: 10, children: false, timeoutMs: undefined, allocscopeVersion: '0' }
    const running = recordProgram(programFile('ticks.cjs'), [], {
      ...options,
      allocator: undefined,
      nodeOptions: [],
      isCommand: false,
      onFailure: () => undefined,
    })
    let hasEnded = false
    const noteEnd = (): void => {
      hasEnded = true
    }
    running.then(noteEnd, noteEnd)
    await untilWritten(file, () => hasEnded)
    const { pid } = readRecording(file).start
    pids.set(index, pid)
    await untilInside(file, () => hasEnded)
    const waitsSince = countWaits(pid, process.pid)
    await sleep(lifeMs(index))
    const killedMs = Date.now()
    const waited = waitsSince()
    process.kill(pid, 'SIGKILL')
    expect(await running).toMatchObject({ signal: 'SIGKILL', inside: true })
    const recording = readRecording(file)
    expect(recording).toMatchObject({ damage: undefined, end: { reason: 'program-ended', signal: 'SIGKILL' } })
    if (waited !== undefined) {
      timed += 1
      expect(killedMs - lastSampleMs(recording, 'inside')).toBeLessThanOrEqual(allowedMs + waited)
      // The recorder is this process, which also starts the next programs: its samples come from a thread of their own.
      expect(killedMs - lastSampleMs(recording, 'outside')).toBeLessThanOrEqual(allowedMs + waited)
    }
    rmSync(file)
  })
  expect(timed).toBeGreaterThan(0)
  expect(new Set(pids.values()).size).toBe(kills)
})

async function untilInside(file: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    if (hasEnded()) throw new Error('the program has ended')
    if (readRecording(file).tracks.some(({ source, timeMs }) => source === 'inside' && timeMs.length > 0)) return
    await sleep(10)
  }
}
