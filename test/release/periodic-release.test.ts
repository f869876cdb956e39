import { startPeriodicRelease } from '../../lib/index.js'
import type { FaultBack, PeriodicReleaseEnd, ReleaseReport, SkippedRelease } from '../../lib/index.js'
import { runScript } from './scripts.js'

const mebibyte = 2 ** 20

/** However busy the event loop seems, and however long it stalls: on a machine with other work it does both while this process waits for a core. */
const whenever = { intervalMs: 200, idleBelow: 1, maxStallMs: 60_000 } as const

interface Told {
  readonly releases: readonly ReleaseReport[]
  readonly faultBacks: readonly FaultBack[]
  readonly skips: readonly SkippedRelease[]
  readonly end: PeriodicReleaseEnd
}

/** Starts a periodic release while `during` works, and tells what it told until it ended. */
async function runPeriodic(options: object, during: string): Promise<Told> {
  return (await runScript(`
    const releases = [], faultBacks = [], skips = []
    const periodic = startPeriodicRelease(${JSON.stringify(options)})
    periodic.on('release', (report) => releases.push(report))
    periodic.on('faultBack', (faultBack) => faultBacks.push(faultBack))
    periodic.on('skip', (skipped) => skips.push(skipped))
    const ended = new Promise((resolve) => periodic.once('stop', resolve))
    // Freed in the middle of the heap, so that glibc keeps it.
    const use = () => { const handle = fixture.allocate(40_000, 1000); fixture.allocate(1, 1000); fixture.free(handle, 0) }
    // Its own timers keep no process alive.
    const alive = setInterval(() => undefined, 1000)
    ended.then(() => clearInterval(alive))
    ${during}
    print({ releases, faultBacks, skips, end: await ended })`)) as Told
}

describe('startPeriodicRelease', () => {
  test('stops itself, with an event that says so, when what it purges comes back', async () => {
    const { releases, faultBacks, end } = await runPeriodic(
      { ...whenever, faultBackMs: 150, vainReleases: 2 },
      `periodic.on('release', use)
       use()`,
    )
    expect(end).toMatchObject({ cause: 'in-vain', releases: 2 })
    expect(end.reason).toMatch(/purging doesn't stick: 2 releases in a row/)
    expect(releases).toHaveLength(2)
    for (const { returnedBytes, share, vain, minorFaults } of faultBacks) {
      // 40 MB were freed, and then used again.
      expect(returnedBytes).toBeGreaterThan(30 * mebibyte)
      expect(share).toBeGreaterThan(0.5)
      expect(vain).toBe(true)
      // Each page that came back was a fault.
      expect(minorFaults * 4096).toBeGreaterThan(30 * mebibyte)
    }
  })

  test('goes on while it sticks, until it is stopped', async () => {
    const { faultBacks, end } = await runPeriodic(
      { ...whenever, faultBackMs: 100, minReturnedBytes: 0 },
      // Only the first has much to return. Of the few pages of each later one more than half may come back, which is in vain: three in a row would end it.
      `use()
       periodic.on('faultBack', () => { if (faultBacks.length === 2) periodic.stop() })`,
    )
    expect(end).toMatchObject({ cause: 'called' })
    expect(faultBacks).toHaveLength(2)
    expect(faultBacks[0]?.share).toBeLessThan(0.2)
    expect(end.returnedBytes).toBeGreaterThan(30 * mebibyte)
  })

  test('stops itself when a release stalled the event loop for longer than allowed', async () => {
    const { releases, faultBacks, end } = await runPeriodic({ intervalMs: 200, maxStallMs: 0 }, 'use()')
    expect(end).toMatchObject({ cause: 'stalled', releases: 1 })
    expect(releases).toHaveLength(1)
    expect(releases[0]?.longestStallMs).toBeGreaterThan(0)
    expect(end.reason).toMatch(/stalled the event loop for \d+\.\d ms, longer than the 0 ms allowed/)
    // What it returned isn't looked at any more.
    expect(faultBacks).toEqual([])
    expect(end.returnedBytes).toBe(releases[0]?.returnedBytes)
  })

  test('waits while the event loop is busy', async () => {
    const { releases, skips } = await runPeriodic(
      { intervalMs: 200 },
      `const busy = setInterval(() => { for (const end = performance.now() + 40; performance.now() < end; ); }, 41)
       setTimeout(() => { clearInterval(busy); periodic.stop() }, 1200)`,
    )
    expect(releases).toEqual([])
    expect(skips.length).toBeGreaterThan(0)
    for (const { cause, utilization } of skips) {
      expect(cause).toBe('busy')
      expect(utilization).toBeGreaterThan(0.3)
    }
  })

  test('doesn’t collect a heap that would stall for longer than the budget', async () => {
    const { releases, skips } = await runPeriodic(
      { ...whenever, gc: true, maxStallMs: 1 },
      `periodic.once('skip', () => setImmediate(() => periodic.stop()))`,
    )
    expect(releases).toEqual([])
    expect(skips[0]).toMatchObject({ cause: 'budget' })
    expect(skips[0]?.expectedStallMs).toBeGreaterThan(1)
  })

  test('keeps no process alive', async () => {
    expect(await runScript(`startPeriodicRelease(); print('ended')`)).toBe('ended')
  })

  test('ends once, however often it is stopped', () => {
    const ends: PeriodicReleaseEnd[] = []
    const periodic = startPeriodicRelease()
    periodic.on('stop', (end) => ends.push(end))
    periodic.stop()
    periodic[Symbol.dispose]()
    expect(ends).toMatchObject([{ cause: 'called', releases: 0, returnedBytes: 0 }])
  })

  test.each([
    [{ intervalMs: 1 }, 'ERR_OUT_OF_RANGE'],
    [{ idleBelow: 2 }, 'ERR_OUT_OF_RANGE'],
    [{ gc: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ vainReleases: 'many' }, 'ERR_INVALID_ARG_TYPE'],
    [{ interval: 1000 }, 'ERR_INVALID_ARG_VALUE'],
    ['often', 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j', (options, code) => {
    expect(() => startPeriodicRelease(options as never)).toThrow(expect.objectContaining({ code }) as Error)
  })
})
