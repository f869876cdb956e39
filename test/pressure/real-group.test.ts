import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { makeGroup } from '../installed/control-group.js'
import type { TestGroup } from '../installed/control-group.js'
import { skipWhere } from '../installed/test-where.js'
import { runPressed } from './pressed-program.js'
import type { PressedProgram, PrintedEvent } from './pressed-program.js'

const mebibyte = 2 ** 20
const limitBytes = 256 * mebibyte

describe.each([1, 2] as const)('version %i of control groups', (version) => {
  const group = makeGroup(version, limitBytes)
  const missing = typeof group === 'string' ? group : undefined
  afterAll(() => {
    if (typeof group !== 'string') group.remove()
  })
  const run = (program: string): Promise<PressedProgram> => runPressed((group as TestGroup).through, program)
  const psiOf = version === 1 ? 'machine' : 'group'
  const usageFile = path.join(typeof group === 'string' ? '' : group.folder, version === 1 ? 'memory.usage_in_bytes' : 'memory.current')

  skipWhere(missing)('the thread sees what happens while the event loop is blocked, and the listener is told of that moment', async () => {
    const { printed, stderr, code } = await run(`
      const watch = onMemoryPressure({ headroomBytes: 100 * 2 ** 20, intervalMs: 10 }, (event) => { events.push(event) })
      const before = Date.now()
      fill(180)
      const usage = Number(readFileSync(${JSON.stringify(usageFile)}, 'utf8'))
      untilSampled(watch, 2)
      const filledMs = Date.now()
      kept.length = 0
      untilSampled(watch, 30)
      const { supported, isPressed, figures, unwatched } = watch
      const blocked = { supported, isPressed, figures, unwatched, told: events.length, before, filledMs, usage, after: Date.now() }
      told(() => events.length > 0, () => console.log(JSON.stringify({ ...blocked, events, now: watch.isPressed })))`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const seen = printed as Record<'before' | 'filledMs' | 'after' | 'usage', number> & { readonly events: readonly PrintedEvent[] }
    expect(printed).toMatchObject({ supported: true, isPressed: false, told: 0, unwatched: {}, now: true })
    const [event, ...others] = seen.events as [PrintedEvent]
    expect(others).toEqual([])
    expect(event).toMatchObject({ kind: 'headroomBytes', threshold: 100 * mebibyte, limitBytes, events: { oomKill: 0 } })
    expect(event.psi?.of).toBe(existsSync('/proc/pressure/memory') ? psiOf : undefined)
    expect(event.headroomBytes).toBeLessThanOrEqual(100 * mebibyte)
    expect(event.headroomBytes).toBe(limitBytes - (event.workingSetBytes as number))
    // Seen on the way up: no more than what the kernel said at the top.
    expect(event.workingSetBytes).toBeLessThanOrEqual(seen.usage)
    // Dated while the loop was blocked; the two clocks may differ by a millisecond's rounding.
    expect(event.timeMs).toBeGreaterThanOrEqual(seen.before - 2)
    expect(event.timeMs).toBeLessThanOrEqual(seen.filledMs + 2)
    expect(event.delayMs).toBeGreaterThanOrEqual(seen.after - event.timeMs - 2)
  })

  skipWhere(missing)('several listeners, a worker among them; none keeps the process alive', async () => {
    const { printed, stderr, code } = await run(`
      const { Worker } = require('node:worker_threads')
      const worker = new Worker(${JSON.stringify(`
        const { parentPort, workerData } = require('node:worker_threads')
        const watch = require(workerData).onMemoryPressure({ headroomBytes: 100 * 2 ** 20 }, (event) => { parentPort.postMessage(event) })
        parentPort.postMessage(watch.supported)
        parentPort.once('message', () => {})`)}, { eval: true, workerData: ${JSON.stringify(path.join(__dirname, '..', '..', 'dist'))} })
      const watches = [100, 120].map((room) => onMemoryPressure({ headroomBytes: room * 2 ** 20 }, ({ threshold }) => { events.push(threshold / 2 ** 20) }))
      const stopped = onMemoryPressure({ headroomBytes: 2 ** 30 }, () => { events.push('stopped') })
      stopped.stop()
      stopped.stop()
      const fromWorker = []
      worker.on('message', (message) => {
        fromWorker.push(message)
        if (message === true) fill(180)
      })
      told(() => events.length === 2 && fromWorker.length === 2, () => {
        console.log(JSON.stringify({ events, fromWorker }))
        worker.unref()
      })`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { events, fromWorker } = printed as { readonly events: readonly number[]; readonly fromWorker: readonly unknown[] }
    expect([...events].sort()).toEqual([100, 120])
    expect(fromWorker).toMatchObject([true, { kind: 'headroomBytes', limitBytes }])
  })

  skipWhere(missing)('the time that is left, and a listener that throws', async () => {
    const { printed, stderr, code } = await run(`
      process.on('uncaughtException', ({ message }) => { events.push(message) })
      const watch = onMemoryPressure({ headroomSeconds: 86400, headroomBytes: 100 * 2 ** 20, intervalMs: 10 }, (event) => {
        events.push(event)
        throw new Error(event.kind)
      })
      const timer = setInterval(() => { fill(kept.length < 180 ? 1 : 0) }, 10)
      told(() => events.length === 4, () => { clearInterval(timer); console.log(JSON.stringify(events)) })`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = (printed as readonly unknown[]).filter((each) => typeof each === 'object') as readonly PrintedEvent[]
    expect((printed as readonly unknown[]).filter((each) => typeof each === 'string').sort()).toEqual(['headroomBytes', 'headroomSeconds'])
    const seconds = events.find(({ kind }) => kind === 'headroomSeconds') as PrintedEvent
    expect(seconds.bytesPerSecond).toBeGreaterThan(0)
    // What is left divided by how fast it goes.
    expect((seconds.headroomBytes as number) / (seconds.bytesPerSecond as number)).toBeCloseTo(seconds.secondsToLimit as number)
    expect(seconds.secondsToLimit).toBeLessThanOrEqual(86_400)
  })

  skipWhere(missing)('a limit that is moved is followed', async () => {
    const { folder } = group as TestGroup
    const limitFile = path.join(folder, version === 1 ? 'memory.limit_in_bytes' : 'memory.max')
    const { printed, stderr, code } = await run(`
      fill(100)
      const watch = onMemoryPressure({ headroomBytes: 2 ** 20, intervalMs: 10 }, (event) => { events.push(event) })
      told(() => watch.figures !== undefined, () => {
        require('node:fs').writeFileSync(${JSON.stringify(limitFile)}, String(Math.ceil(watch.figures.workingSetBytes / 4096 + 2048) * 4096))
        told(() => watch.figures.limitBytes < ${limitBytes}, () => {
          const { limitBytes, headroomBytes, workingSetBytes } = watch.figures
          console.log(JSON.stringify({ limitBytes, headroomBytes, workingSetBytes }))
        })
      })`)
    writeFileSync(limitFile, String(limitBytes))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const seen = printed as Record<'limitBytes' | 'headroomBytes' | 'workingSetBytes', number>
    expect(seen.limitBytes).toBeGreaterThan(100 * mebibyte)
    expect(seen.limitBytes).toBeLessThan(limitBytes)
    expect(seen.headroomBytes).toBe(Math.max(0, seen.limitBytes - seen.workingSetBytes))
  })
})
