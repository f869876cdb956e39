import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { readRecording } from '../../lib/record/index.js'
import type { Recording, Track, TrackSource } from '../../lib/record/index.js'
import { allocscope, plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { tracesOf, whileBlocked, withTarget } from './target.js'
import type { Target } from './target.js'
import { notAttachable, notAttachableByOthers } from './where-attachable.js'

const cli = path.resolve('dist/cli/main.js')
const mebibyte = 2 ** 20
const heldBytes = 96 * mebibyte

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
let files = 0

function newFile(): string {
  return path.join(folder, `${files++}.rec`)
}

interface Recorder {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>
}

function recorder(pid: number, file: string, ...options: readonly string[]): Recorder {
  const child = spawn(process.execPath, [cli, 'attach', String(pid), 'record', '-o', file, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: plainEnvironment(),
  })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  return { child, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, text })) }
}

/** Once the process tells of itself: there is a file then, and samples from inside in it. */
async function begun(file: string): Promise<void> {
  while (!existsSync(file) || statSync(file).size === 0 || trackOf(readRecording(file), 'inside').timeMs.length === 0) await pause(20)
}

function trackOf({ tracks }: Recording, source: TrackSource): Track {
  return tracks.find((track) => track.source === source) ?? { process: 0, source, timeMs: new Float64Array(), columns: {} }
}

function lastInside(file: string): number {
  return trackOf(readRecording(file), 'inside').timeMs.at(-1) ?? NaN
}

/** Once there is a sample from inside whose figures of V8 were read after now. */
async function sampledAnew(file: string): Promise<void> {
  const nowMs = Date.now()
  await until(() => {
    const recording = readRecording(file)
    const loopTimeMs = trackOf(recording, 'inside').columns.loopTimeMs?.at(-1) ?? NaN
    // Times in a recording are since its start, which is known to the millisecond.
    return recording.start.timeMs + loopTimeMs > nowMs + 1
  })
}

function hasRing(pid: number): boolean {
  return readFileSync(`/proc/${pid}/maps`, 'utf8').includes('memfd:') || tracesOf(pid).descriptors.some((one) => one.includes('memfd:'))
}

function socketsOf(pid: number): number {
  return tracesOf(pid).descriptors.filter((one) => one.includes('socket:')).length
}

/** Every 20 ms until it is so: the target ends a visit in turns of its event loop. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(20)
}

/** Two messages: the order is taken, and done. */
async function tellTwice({ tell, child }: Target, order: string): Promise<unknown> {
  const answers: unknown[] = []
  const done = new Promise((resolve) => {
    child.on('message', (message) => {
      if (answers.push(message) === 2) resolve(answers)
    })
  })
  await tell({ do: order })
  return await done
}

if (notAttachable !== undefined) testWhere(notAttachable)('a process that runs is recorded', () => undefined)
else {
  testOnEachNode('a process that runs tells what it takes, collects, marks and starts, and is left as it was', async (node) => {
    await withTarget(node, async (target) => {
      const { pid, tell, output } = target
      await tellTwice(target, 'startWorker')
      const [before, listeners] = [tracesOf(pid), await tell({ do: 'listeners' })]
      const file = newFile()
      const { child, ended } = recorder(pid, file)
      await begun(file)
      const heldFromMs = Date.now()
      await tell({ do: 'hold', bytes: heldBytes })
      await sampledAnew(file)
      const collectedFromMs = Date.now()
      await tell({ do: 'collect', times: 3 })
      const collectedToMs = Date.now()
      await tell({ do: 'mark', from: path.resolve('dist/index.js'), name: 'from within' })
      await tellTwice(target, 'endWorker')
      await sampledAnew(file)
      child.kill('SIGINT')
      expect(await ended).toMatchObject({ code: 0, text: expect.stringContaining('until it was interrupted') as string })
      const recording = readRecording(file)
      expect(recording).toMatchObject({ damage: undefined, end: { reason: 'interrupted', lostSamples: 0 } })
      expect(recording.processes).toMatchObject([{ pid, node: { allocator: 'glibc' } }])
      const startMs = recording.start.timeMs
      const { timeMs, columns } = trackOf(recording, 'inside')
      const [rss = [], buffers = [], workers = []] = [columns.rssBytes, columns.arrayBufferBytes, columns.workers]
      const first = Array.from(timeMs).findIndex((time) => startMs + time >= heldFromMs)
      const highest = (figures: ArrayLike<number>): number => {
        const after = Array.from(figures).filter((_, index) => index >= first && startMs + (timeMs[index] as number) < collectedFromMs)
        return Math.max(...after)
      }
      const held = (figures: ArrayLike<number>): number => highest(figures) - (figures[first - 1] as number)
      // V8 counts the block to the byte, and those of messages, which come and are collected: small ones, and one of node's pools of 8 KiB or two, from which
      // small buffers are cut. RSS has it, less what is given back meanwhile.
      expect(highest(buffers)).toBeGreaterThanOrEqual(heldBytes)
      expect(Math.abs(held(buffers) - heldBytes)).toBeLessThan(2 * 8192 + 4096)
      expect(held(rss)).toBeGreaterThan(heldBytes * 0.9)
      const gc = trackOf(recording, 'gc')
      const full = Array.from(gc.timeMs).filter((time, index) => gc.columns.gcKind?.[index] === 4 && startMs + time >= collectedFromMs - 5)
      expect(full.filter((time) => startMs + time <= collectedToMs + 5)).toHaveLength(3)
      // How many ran before isn't known: no number is given.
      expect(Array.from(workers).every(Number.isNaN)).toBe(true)
      expect(recording.marks.map(({ name, by }) => ({ name, by }))).toEqual([{ name: 'from within', by: 'program' }])
      await until(() => !hasRing(pid) && socketsOf(pid) === before.descriptors.filter((one) => one.includes('socket:')).length)
      const after = tracesOf(pid)
      // Its worker has ended.
      expect(after.threads).toBe(before.threads - 1)
      // The addon keeps two files of /proc/self open; the worker's are closed.
      expect(after.descriptors.length - before.descriptors.length).toBeLessThanOrEqual(2)
      expect(await tell({ do: 'listeners' })).toEqual({ ...listeners, exitOfWorker: 0 })
      expect(output()).toBe('')
    })
  })

  testOnEachNode('workers that begin meanwhile are marked, and none of them is listened to afterwards', async (node) => {
    await withTarget(node, async (target) => {
      const { pid, tell } = target
      const before = await tell({ do: 'listeners' })
      const file = newFile()
      const { child, ended } = recorder(pid, file)
      await begun(file)
      const [, { thread }] = (await tellTwice(target, 'startWorker')) as [unknown, { readonly thread: number }]
      await pause(150)
      child.kill('SIGINT')
      expect(await ended).toMatchObject({ code: 0 })
      expect(readRecording(file).marks).toMatchObject([{ name: `worker ${thread} started`, by: 'recorder' }])
      expect(await tell({ do: 'listeners' })).toEqual(before)
    })
  })

  testOnEachNode('samples from inside come while the event loop is blocked, for the time of --for', async (node) => {
    await withTarget(node, async (target) => {
      const { pid } = target
      const file = newFile()
      const { child, ended } = recorder(pid, file, '--for', '4s', '--json')
      await begun(file)
      await whileBlocked(target, async (free) => {
        const sinceMs = lastInside(file)
        while (child.exitCode === null && lastInside(file) < sinceMs + 2000) await pause(20)
        await free()
      })
      const { code, text } = await ended
      const report = JSON.parse(text) as Record<string, unknown>
      expect({ code, ...report }).toMatchObject({ code: 0, file, pid, inside: true, reason: 'timeout', lostSamples: 0 })
      expect(report['durationMs']).toBeGreaterThanOrEqual(4000)
      const { timeMs, columns } = trackOf(readRecording(file), 'inside')
      const silent = Array.from(timeMs).map((time, index) => time - (columns.loopTimeMs?.[index] ?? NaN))
      // The loop didn't turn for two seconds by the samples' clock; when it was blocked, the last of them may not have been written yet.
      expect(Math.max(...silent.filter((ms) => !Number.isNaN(ms)))).toBeGreaterThan(800)
    })
  })

  testOnEachNode('when the recording side is killed, the process runs on as it was, and the file is good up to there', async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      const [{ threads }, listeners] = [tracesOf(pid), await tell({ do: 'listeners' })]
      const file = newFile()
      const { child, ended } = recorder(pid, file)
      await begun(file)
      expect(hasRing(pid)).toBe(true)
      child.kill('SIGKILL')
      await ended
      await until(() => !hasRing(pid))
      expect(tracesOf(pid).threads).toBe(threads)
      expect(await tell({ do: 'listeners' })).toEqual(listeners)
      expect(readRecording(file)).toMatchObject({ damage: undefined, end: undefined, processes: [{ pid }] })
    })
  })

  testOnEachNode('a process that is killed meanwhile is told as one that ended', async (node) => {
    await withTarget(node, async ({ pid, child }) => {
      const file = newFile()
      const { ended } = recorder(pid, file)
      await begun(file)
      child.kill('SIGKILL')
      expect(await ended).toMatchObject({ code: 0 })
      expect(readRecording(file)).toMatchObject({ damage: undefined, end: { reason: 'program-ended' } })
    })
  })

  testOnEachNode('a program with an agent is recorded through it, once and again', async (node) => {
    const options = { execArgv: ['--require', path.resolve('dist/agent/agent.js')] }
    await withTarget(
      node,
      async ({ pid, tell }) => {
        const listeners = await tell({ do: 'listeners' })
        for (let time = 0; time < 2; time++) {
          const file = newFile()
          const { child, ended } = recorder(pid, file)
          await begun(file)
          child.kill('SIGTERM')
          expect(await ended).toMatchObject({ code: 0 })
          expect(readRecording(file)).toMatchObject({ damage: undefined, end: { reason: 'interrupted' } })
          await until(() => !hasRing(pid))
        }
        expect(await tell({ do: 'listeners' })).toEqual(listeners)
      },
      options,
    )
  })

  testWhere(notAttachableByOthers)('a file that is there is refused before the process is touched', async () => {
    await withTarget(process.execPath, async ({ pid }) => {
      const file = newFile()
      writeFileSync(file, 'mine')
      const { code, stderr } = await allocscope(['attach', String(pid), 'record', '-o', file])
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringContaining('there is a file of this name [ERR_ALLOCSCOPE_RECORDING]') as string,
      })
      expect(readFileSync(file, 'utf8')).toBe('mine')
      expect(tracesOf(pid).files.some((name) => name.includes('allocscope'))).toBe(false)
    })
  })

  testWhere(notAttachableByOthers)('record --pid --inside is the same, with the options of record', async () => {
    await withTarget(process.execPath, async ({ pid }) => {
      const file = newFile()
      const args = ['record', '--pid', String(pid), '--inside', '--interval', '20', '--timeout', '0.5', '--json', '-o', file]
      const { code, stderr } = await allocscope(args)
      expect({ code, ...(JSON.parse(stderr) as object) }).toMatchObject({ code: 0, pid, inside: true, reason: 'timeout' })
      expect(readRecording(file)).toMatchObject({ start: { intervalMs: 20 }, end: { reason: 'timeout' } })
    })
  })
}
