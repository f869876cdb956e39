import { releaseMemory } from '../../lib/index.js'
import type { ReleaseReport } from '../../lib/index.js'
import { fixtureFile } from '../allocator/fixture.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runScript } from './scripts.js'

const mebibyte = 2 ** 20

interface Released {
  readonly report: ReleaseReport
  readonly newSpaceBefore: number
  readonly newSpaceAfter: number
  readonly usedBefore: number
  readonly usedAfter: number
}

describe('releaseMemory', () => {
  testOnEachNode('collects everything and shrinks the young generation', async (node) => {
    const { report, newSpaceBefore, newSpaceAfter, usedBefore, usedAfter } = (await runScript(
      `
      const space = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
      const used = () => v8.getHeapStatistics().used_heap_size
      // Long-lived enough to be promoted, so that a collection of the young generation alone would leave them.
      let kept = []
      for (let round = 0; round < 20; round += 1) kept.push(Array.from({ length: 50_000 }, (_, index) => ({ index, round })))
      const [newSpaceBefore, usedBefore] = [space(), used()]
      kept = undefined
      const report = await releaseMemory()
      print({ report, newSpaceBefore, newSpaceAfter: space(), usedBefore, usedAfter: used() })`,
      { node },
    )) as Released
    // A million objects of at least 40 bytes were live.
    expect(usedBefore - usedAfter).toBeGreaterThan(40 * mebibyte)
    expect(newSpaceAfter).toBeLessThan(newSpaceBefore)
    expect(newSpaceAfter).toBeLessThanOrEqual(4 * mebibyte)
    expect(report.steps.map(({ step }) => step)).toEqual(['gc', 'settle', 'purge'])
    expect(report.returnedBytes).toBeGreaterThan(40 * mebibyte)
  })

  test('purges what the allocator keeps, the tops of other arenas included', async () => {
    // Threads that end leave what they freed at the top of their arenas, since freeing a block of 31 MiB raised the trim threshold to 62 MiB.
    const { report } = (await runScript(`
      fixture.free(fixture.allocate(1, 31 * 2 ** 20), 0)
      fixture.holdInThreads(4, 300, 100_000)
      fixture.joinThreads()
      print({ report: await releaseMemory({ gc: false, settleMs: 0 }) })`)) as Released
    const [purge] = report.steps
    expect(purge).toMatchObject({ step: 'purge', supported: true, arenasSkipped: 0 })
    expect(purge?.calls).toMatch(/malloc_trim\(0\).*tops of the other arenas/)
    // Four threads held 28.6 MiB each.
    expect(purge?.returnedAnonymousBytes).toBeGreaterThan(100 * mebibyte)
    // An arena was locked while the kernel took some 7,000 pages from it, and no longer than the step took.
    expect(purge?.longestLockMs).toBeGreaterThan(0.05)
    expect(purge?.longestLockMs).toBeLessThanOrEqual(purge?.durationMs ?? NaN)
    expect(report.before.anonymousBytes - report.after.anonymousBytes).toBeGreaterThan(100 * mebibyte)
    expect(report.returnedBytes).toBe(report.before.rssBytes - report.after.rssBytes)
  })

  test('passes over an arena that somebody is using, and harms nobody', async () => {
    // V8's own threads would use arenas of theirs.
    const { reports } = (await runScript(
      `
      fixture.startVictim()
      const reports = []
      for (let round = 0; round < 200; round += 1) reports.push(await releaseMemory({ gc: false, settleMs: 0 }))
      fixture.stopVictim()
      print({ reports })`,
      { flags: ['--single-threaded'] },
    )) as { readonly reports: readonly ReleaseReport[] }
    for (const { steps } of reports) expect(steps[0]?.arenasSkipped).toBeLessThanOrEqual(1)
  })

  test('says so when it passed over an arena', async () => {
    // mallinfo2 holds an arena's lock for as long as it walks what is free in it: most of the time, as half a million blocks are.
    const skipped = (await runScript(
      `
      const source = \`
        const fixture = require(\${JSON.stringify(${JSON.stringify(fixtureFile)})})
        fixture.free(fixture.allocate(1_000_000, 200), 2)
        const { parentPort, workerData } = require('node:worker_threads')
        parentPort.postMessage('walking')
        while (Atomics.load(workerData, 0) === 0) fixture.mallinfo2()\`
      const done = new Int32Array(new SharedArrayBuffer(4))
      const worker = new worker_threads.Worker(source, { eval: true, workerData: done })
      await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
      const skipped = []
      for (let round = 0; round < 10; round += 1) skipped.push((await releaseMemory({ gc: false, settleMs: 0 })).steps[0].arenasSkipped)
      Atomics.store(done, 0, 1)
      print(skipped)`,
      { flags: ['--single-threaded'] },
    )) as readonly number[]
    expect(Math.max(...skipped)).toBe(1)
  })

  test('does the steps that are asked for', async () => {
    expect((await releaseMemory({ gc: false, purge: false, settleMs: 0 })).steps).toEqual([])
    const { steps, longestStallMs } = await releaseMemory({ purge: false, settleMs: 0 })
    expect(steps).toMatchObject([{ step: 'gc', supported: true, arenasSkipped: undefined }])
    // A collection blocks the thread: the stall is at least half of what the step took, less its pause.
    expect(longestStallMs).toBe(steps[0]?.longestStallMs)
    expect(longestStallMs).toBeGreaterThan(0)
  })

  test.each([
    [{ gc: 'yes' }, 'ERR_INVALID_ARG_TYPE', /options\.gc.*boolean/],
    [{ settleMs: -1 }, 'ERR_OUT_OF_RANGE', /options\.settleMs/],
    [{ settleMs: NaN }, 'ERR_OUT_OF_RANGE', /options\.settleMs/],
    [{ trim: true }, 'ERR_INVALID_ARG_VALUE', /'gc', 'purge', 'settleMs'/],
    [null, 'ERR_INVALID_ARG_TYPE', /options/],
    [7, 'ERR_INVALID_ARG_TYPE', /options/],
  ])('refuses %j', async (options, code, message) => {
    await expect(releaseMemory(options as never)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  test('hands on what an option’s getter throws', async () => {
    const hostile = Object.defineProperty({}, 'gc', {
      enumerable: true,
      get: () => {
        throw new Error('from the getter')
      },
    })
    await expect(releaseMemory(hostile)).rejects.toThrow('from the getter')
  })
})
