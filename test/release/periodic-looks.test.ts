import { startPeriodicRelease } from '../../lib/release/periodic-release.js'
import type { PeriodicRelease } from '../../lib/release/periodic-release.js'
import type { PeriodicReleaseOptions } from '../../lib/release/periodic-options.js'

const mebibyte = 2 ** 20
const world = { rssBytes: 0, minorFaults: 0, usedBytes: 0, utilization: 0.1 }
const release = {
  asked: [] as unknown[],
  report: { returnedBytes: 0, longestStallMs: 0, after: { rssBytes: 0 } },
  /** Set, the next release takes until it is called. */
  make: undefined as (() => Promise<unknown>) | undefined,
}

jest.mock('node:perf_hooks', () => ({
  performance: {
    now: () => Date.now(),
    eventLoopUtilization: (since?: object) => ({ utilization: since === undefined ? 1 : world.utilization }),
  },
}))
jest.mock('../../lib/binding/index.js', () => ({ requireBinding: () => ({}) }))
jest.mock('../../lib/heap/index.js', () => ({ getHeapStats: () => ({ usedBytes: world.usedBytes }) }))
jest.mock('../../lib/process/index.js', () => ({ getProcessMemory: () => ({ ...world }) }))
jest.mock('../../lib/release/release-memory.js', () => ({
  releaseMemory: (options: unknown) => {
    release.asked.push(options)
    return release.make?.() ?? Promise.resolve(release.report)
  },
}))

type Told = readonly [event: string, given: unknown]
let running: PeriodicRelease | undefined

beforeEach(() => {
  jest.useFakeTimers()
  Object.assign(world, { rssBytes: 0, minorFaults: 0, usedBytes: 0, utilization: 0.1 })
  release.asked = []
  release.make = undefined
  returns(10 * mebibyte)
})

afterEach(() => {
  running?.stop()
  expect(jest.getTimerCount()).toBe(0)
  jest.useRealTimers()
})

/** What releases return from now on, the RSS that they leave, and for how long they stall. */
function returns(returnedBytes: number, rssBytes = 0, longestStallMs = 1): void {
  release.report = { returnedBytes, longestStallMs, after: { rssBytes } }
}

function start(options: PeriodicReleaseOptions): { readonly periodic: PeriodicRelease; readonly told: Told[] } {
  const told: Told[] = []
  const periodic = startPeriodicRelease(options)
  for (const event of ['release', 'skip', 'faultBack', 'stop'] as const) periodic.on(event, (given: unknown) => told.push([event, given]))
  running = periodic
  return { periodic, told }
}

const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms)
const eventsOf = (told: readonly Told[]): readonly string[] => told.map(([event]) => event)
const givenTo = (told: readonly Told[], event: string): readonly unknown[] =>
  told.filter(([one]) => one === event).map(([, given]) => given)

describe('when a release is made', () => {
  test('at the interval, and again at the interval after', async () => {
    const { told } = start({ intervalMs: 5000, faultBackMs: 60_000 })
    await pass(4999)
    expect(told).toEqual([])
    await pass(1)
    expect(told).toEqual([['release', release.report]])
    expect(release.asked).toEqual([{ gc: false, settleMs: 0 }])
    await pass(4999)
    expect(told).toHaveLength(1)
    await pass(1)
    expect(eventsOf(told)).toEqual(['release', 'release'])
  })

  test('a short interval is looked at as often', async () => {
    const { told } = start({ intervalMs: 300, faultBackMs: 60_000 })
    await pass(901)
    expect(told).toHaveLength(3)
  })

  test('a long one each second, so that it needn’t be missed by much', async () => {
    const { told } = start({ intervalMs: 5000 })
    world.utilization = 0.9
    await pass(7999)
    expect(eventsOf(told)).toEqual(['skip', 'skip', 'skip'])
    world.utilization = 0.1
    await pass(1)
    expect(eventsOf(told)).toEqual(['skip', 'skip', 'skip', 'release'])
  })

  test('not while another one runs', async () => {
    let finish: (report: unknown) => void = () => undefined
    release.make = () => new Promise((resolve) => (finish = resolve))
    const { told } = start({ intervalMs: 1000 })
    await pass(3500)
    expect(release.asked).toHaveLength(1)
    finish(release.report)
    // The interval counts from its end.
    await pass(999)
    expect([eventsOf(told), release.asked.length]).toEqual([['release'], 1])
    await pass(501)
    expect(release.asked).toHaveLength(2)
    finish(release.report)
  })
})

describe('when it is skipped', () => {
  test('the event loop was busy for as much as idleBelow, or more', async () => {
    const { told } = start({ intervalMs: 1000, idleBelow: 0.25, faultBackMs: 60_000 })
    world.utilization = 0.25
    await pass(1000)
    expect(told).toEqual([['skip', { cause: 'busy', utilization: 0.25, expectedStallMs: undefined }]])
    world.utilization = 0.2499
    await pass(1000)
    expect(eventsOf(told)).toEqual(['skip', 'release'])
  })

  test('with gc, 2 ms of stall are expected for each MiB of the heap', async () => {
    const { told } = start({ intervalMs: 1000, gc: true, maxStallMs: 50, faultBackMs: 60_000 })
    world.usedBytes = 26 * mebibyte
    await pass(1000)
    expect(told).toEqual([['skip', { cause: 'budget', utilization: 0.1, expectedStallMs: 52 }]])
    world.usedBytes = 25 * mebibyte
    await pass(1000)
    expect(eventsOf(told)).toEqual(['skip', 'release'])
    expect(release.asked).toEqual([{ gc: true, settleMs: 0 }])
  })

  test('with gc, no less is expected than the last release took', async () => {
    const { told } = start({ intervalMs: 1000, gc: true, maxStallMs: 50, faultBackMs: 60_000 })
    returns(mebibyte, 0, 40)
    await pass(1000)
    world.utilization = 0.9
    world.usedBytes = 10 * mebibyte
    await pass(1000)
    world.usedBytes = 24 * mebibyte
    await pass(1000)
    expect(givenTo(told, 'skip')).toMatchObject([{ expectedStallMs: 40 }, { expectedStallMs: 48 }])
  })

  test('without gc, what the last release took is expected, whatever the heap', async () => {
    const { told } = start({ intervalMs: 1000, maxStallMs: 50, faultBackMs: 60_000 })
    world.usedBytes = 4096 * mebibyte
    returns(mebibyte, 0, 12)
    await pass(1000)
    world.utilization = 0.9
    await pass(1000)
    expect(told[1]).toEqual(['skip', { cause: 'busy', utilization: 0.9, expectedStallMs: 12 }])
  })
})

describe('what became of a release', () => {
  const quick = { intervalMs: 1000, faultBackMs: 400 }

  async function faultBackOf(returnedBytes: number, grownBytes: number, options: PeriodicReleaseOptions = {}): Promise<unknown> {
    returns(returnedBytes, 500)
    world.minorFaults = 70
    const { told, periodic } = start({ ...quick, ...options })
    await pass(1000)
    Object.assign(world, { rssBytes: 500 + grownBytes, minorFaults: 95 })
    await pass(399)
    expect(eventsOf(told)).toEqual(['release'])
    await pass(1)
    periodic.stop()
    return givenTo(told, 'faultBack')[0]
  }

  test('how much RSS grew, as a share of what was returned', async () => {
    expect(await faultBackOf(10 * mebibyte, 4 * mebibyte)).toEqual({
      returnedBytes: 10 * mebibyte,
      grownBackBytes: 4 * mebibyte,
      share: 0.4,
      minorFaults: 25,
      afterMs: 400,
      vain: false,
    })
  })

  test('no more grows back than was returned, and no less than nothing', async () => {
    expect(await faultBackOf(10 * mebibyte, 14 * mebibyte)).toMatchObject({ grownBackBytes: 10 * mebibyte, share: 1, vain: true })
    expect(await faultBackOf(10 * mebibyte, -500)).toMatchObject({ grownBackBytes: 0, share: 0, vain: false })
  })

  test('a release that RSS grew in returned nothing', async () => {
    expect(await faultBackOf(-mebibyte, mebibyte)).toMatchObject({ returnedBytes: 0, grownBackBytes: 0, share: 0, vain: true })
    expect(await faultBackOf(0, mebibyte, { minReturnedBytes: 0 })).toMatchObject({ returnedBytes: 0, share: 0, vain: false })
  })

  test('vain is more than the share that may grow back, and less than the least', async () => {
    const share = { maxFaultBackShare: 0.25 }
    expect(await faultBackOf(8 * mebibyte, 2 * mebibyte, share)).toMatchObject({ vain: false })
    expect(await faultBackOf(8 * mebibyte, 2 * mebibyte + 1, share)).toMatchObject({ vain: true })
    expect(await faultBackOf(mebibyte, 0)).toMatchObject({ vain: false })
    expect(await faultBackOf(mebibyte - 1, 0)).toMatchObject({ vain: true })
  })

  test('faults are counted from before the listeners of the release', async () => {
    const { periodic, told } = start(quick)
    periodic.prependListener('release', () => {
      world.minorFaults += 30
    })
    await pass(1400)
    expect(givenTo(told, 'faultBack')).toMatchObject([{ minorFaults: 30 }])
  })
})

describe('when it ends', () => {
  const quick = { intervalMs: 1000, faultBackMs: 400 }

  test('after so many vain releases in a row, with the figures', async () => {
    const { told } = start({ ...quick, vainReleases: 2 })
    returns(4 * mebibyte)
    world.rssBytes = 3 * mebibyte
    await pass(1400)
    // One that sticks begins the count anew.
    world.rssBytes = 1 * mebibyte
    await pass(1000)
    world.rssBytes = 3 * mebibyte
    await pass(1000)
    expect(eventsOf(told)).not.toContain('stop')
    await pass(1000)
    const vain = givenTo(told, 'faultBack').map((given) => (given as { vain: boolean }).vain)
    expect(vain).toEqual([true, false, true, true])
    expect(told.at(-1)).toEqual([
      'stop',
      {
        cause: 'in-vain',
        reason:
          "purging doesn't stick: 2 releases in a row were in vain; of the 4194304 bytes last returned, 3145728 were back after 400 ms",
        releases: 4,
        returnedBytes: 16 * mebibyte,
        grownBackBytes: 10 * mebibyte,
        error: undefined,
      },
    ])
    await pass(10_000)
    expect(release.asked).toHaveLength(4)
  })

  test('after a release that stalled for longer than allowed', async () => {
    const { told } = start({ ...quick, maxStallMs: 20 })
    returns(mebibyte, 0, 20)
    await pass(1000)
    expect(eventsOf(told)).toEqual(['release'])
    returns(2 * mebibyte, 0, 20.05)
    await pass(1000)
    const reason = expect.stringMatching(/for 20\.[01] ms, longer than the 20 ms allowed/) as string
    const totals = { releases: 2, returnedBytes: 3 * mebibyte, grownBackBytes: 0, error: undefined }
    expect(told.slice(-2)).toEqual([
      ['release', release.report],
      ['stop', { cause: 'stalled', reason, ...totals }],
    ])
    await pass(10_000)
    expect(eventsOf(told)).toEqual(['release', 'faultBack', 'release', 'stop'])
  })

  test('when a release failed', async () => {
    for (const [error, reason] of [
      [new Error('from the allocator'), 'from the allocator'],
      ['a word', 'a word'],
    ] as const) {
      const { told } = start(quick)
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- whatever it is
      release.make = () => Promise.reject(error)
      await pass(1000)
      expect(told).toEqual([['stop', { cause: 'failed', reason, releases: 0, returnedBytes: 0, grownBackBytes: 0, error }]])
    }
  })

  test('a release in which RSS grew takes nothing from what was returned', async () => {
    const { told, periodic } = start({ ...quick, faultBackMs: 60_000 })
    await pass(1000)
    returns(-3 * mebibyte)
    await pass(1000)
    periodic.stop()
    expect(told.at(-1)).toMatchObject(['stop', { cause: 'called', reason: 'stop() was called', returnedBytes: 10 * mebibyte }])
  })

  test('once, and whatever runs by then is told to nobody', async () => {
    let finish: (report: unknown) => void = () => undefined
    release.make = () => new Promise((resolve) => (finish = resolve))
    const { told, periodic } = start(quick)
    await pass(1000)
    periodic.stop()
    periodic[Symbol.dispose]()
    finish(release.report)
    await pass(10_000)
    expect(eventsOf(told)).toEqual(['stop'])
  })

  test('by dispose', () => {
    const { told, periodic } = start(quick)
    periodic[Symbol.dispose]()
    expect(eventsOf(told)).toEqual(['stop'])
  })
})
