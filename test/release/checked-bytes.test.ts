import { checkRelease } from '../../lib/release/check-release.js'
import type { CheckProgress } from '../../lib/release/check-plan.js'
import type { MemoryMoment } from '../../lib/release/memory-moment.js'
import type { ReleaseCheck } from '../../lib/release/release-check.js'
import { liveMomentOf, momentOf, residencyOf } from './moments.js'

const mebibyte = 2 ** 20
const world = {
  nowMs: 0,
  moments: [] as MemoryMoment[],
  asked: [] as unknown[],
  peakBytes: 0,
  allocator: 'glibc',
}

function readNext(settleMs: number, mayFork: boolean): MemoryMoment | undefined {
  world.nowMs += 100
  world.asked.push([settleMs, mayFork])
  return world.moments.shift()
}

jest.mock('node:perf_hooks', () => ({ performance: { now: () => world.nowMs } }))
jest.mock('../../lib/allocator/index.js', () => ({
  getAllocatorStats: () => ({ allocator: world.allocator, provenance: { library: 'libc.so.6' } }),
}))
jest.mock('../../lib/release/memory-moment.js', () => ({
  ...jest.requireActual<object>('../../lib/release/memory-moment.js'),
  readBaseline: (settleMs: number, mayFork: boolean) => Promise.resolve({ moment: readNext(settleMs, mayFork) }),
  readMoment: (settleMs: number, mayFork: boolean) => Promise.resolve(readNext(settleMs, mayFork)),
  readLiveMoment: () => Promise.resolve(liveMomentOf()),
}))
jest.mock('../../lib/release/peak-watch.js', () => ({
  PeakWatch: class {
    during(call: () => unknown): unknown {
      return call()
    }
    get highestBytes(): number {
      return world.peakBytes
    }
  },
}))

function at(residentBytes: number, given: Partial<MemoryMoment> = {}, fileBytes = 0): MemoryMoment {
  return momentOf({ ...given, residency: residencyOf({ residentBytes, fileBytes }) })
}

async function check(before: MemoryMoment, after: MemoryMoment, options: object = {}): Promise<ReleaseCheck> {
  world.nowMs = 5000
  world.asked = []
  // The first is made only for what it brings about.
  world.moments = [at(1), before, after]
  return checkRelease(() => undefined, { runs: 2, ...options })
}

beforeEach(() => {
  world.peakBytes = 250 * mebibyte
  world.allocator = 'glibc'
})

describe('checkRelease', () => {
  test('the bytes of a check', async () => {
    const { bytes, durationMs, calls, rounds } = await check(at(50 * mebibyte), at(80 * mebibyte, {}, 6 * mebibyte))
    expect(bytes).toMatchObject({
      baselineBytes: 50 * mebibyte,
      peakBytes: 250 * mebibyte,
      afterBytes: 80 * mebibyte,
      returnedBytes: 170 * mebibyte,
      heldBytes: 30 * mebibyte,
      stayedBytes: 24 * mebibyte,
    })
    expect(bytes.held).toMatchObject({ fileBytes: 6 * mebibyte, unexplainedBytes: 24 * mebibyte })
    expect([calls, rounds.map((round) => round.calls)]).toEqual([3, [0, 1, 1]])
    // Three readings of 100 ms, and rounds of no time.
    expect(durationMs).toBe(300)
  })

  test('the peak is never below either end', async () => {
    world.peakBytes = 10 * mebibyte
    expect((await check(at(50 * mebibyte), at(80 * mebibyte))).bytes).toMatchObject({ peakBytes: 80 * mebibyte, returnedBytes: 0 })
    expect((await check(at(50 * mebibyte), at(30 * mebibyte))).bytes).toMatchObject({ peakBytes: 50 * mebibyte, heldBytes: -20 * mebibyte })
  })

  test('4 MiB and a twentieth of the rise may stay, or what is given', async () => {
    const free = (bytes: number): MemoryMoment => at(50 * mebibyte + bytes, { heap: { usedBytes: 0, residentBytes: bytes } })
    const border = 14 * mebibyte
    const [returned, held] = [await check(at(50 * mebibyte), free(border)), await check(at(50 * mebibyte), free(border + 1))]
    expect([returned.allowedBytes, returned.verdict, held.verdict]).toEqual([border, 'returned', 'held-by-v8'])
    for (const allowBytes of [0, 7]) {
      const { allowedBytes, verdict } = await check(at(50 * mebibyte), free(8), { allowBytes })
      expect([allowedBytes, verdict]).toEqual([allowBytes, 'held-by-v8'])
    }
    expect((await check(at(50 * mebibyte), free(8), { allowBytes: 8 })).verdict).toBe('returned')
  })

  test('what a purge gives back at the end, and what was tried', async () => {
    const purge = {
      releasableBytes: 33 * mebibyte,
      inUseBytes: 0,
      pinnedBytes: 0,
      forkMs: 2.5,
      embeddedReleasableBytes: undefined,
      lack: undefined,
    }
    const found = await check(at(50 * mebibyte), at(80 * mebibyte, { purge }))
    expect(found).toMatchObject({
      verdict: 'held-by-allocator',
      whatIf: { made: true, reason: undefined, releasableBytes: 33 * mebibyte, forkMs: 2.5 },
      coarse: false,
    })
    expect(found.summary).toContain('glibc keeps 33.0 MiB free')
    expect(found.advice[0]).toContain('33.0 MiB')
    expect(world.asked).toEqual([
      [0, true],
      [2000, true],
      [2000, true],
    ])
  })

  test('without a purge, by how much the allocator’s own count of free memory grew', async () => {
    const untried = (retainedBytes: number | undefined): Partial<MemoryMoment> => {
      return { purge: { reason: 'whatIf is false', inUseBytes: 0, retainedBytes, lack: undefined } }
    }
    const verdictOf = async (from: number | undefined, to: number | undefined): Promise<string> =>
      (await check(at(50 * mebibyte, untried(from)), at(80 * mebibyte, untried(to)), { whatIf: false, settleMs: 70 })).verdict
    expect(await verdictOf(10 * mebibyte, 35 * mebibyte)).toBe('held-by-allocator')
    expect(world.asked).toEqual([
      [0, false],
      [70, false],
      [70, false],
    ])
    // 10 MiB are less than two fifths of 30.
    expect(await verdictOf(25 * mebibyte, 35 * mebibyte)).toBe('inconclusive')
    expect(await verdictOf(undefined, 35 * mebibyte)).toBe('inconclusive')
    expect(await verdictOf(10 * mebibyte, undefined)).toBe('inconclusive')
    const { whatIf, coarse } = await check(at(0), at(0, untried(1)))
    expect([whatIf, coarse]).toEqual([{ made: false, reason: 'whatIf is false', releasableBytes: undefined, forkMs: undefined }, true])
  })

  test('a count of free memory says nothing where a purge was tried at one end', async () => {
    const untried = { purge: { reason: 'fork', inUseBytes: 0, retainedBytes: 35 * mebibyte, lack: undefined } }
    expect((await check(at(50 * mebibyte), at(80 * mebibyte, untried))).verdict).toBe('inconclusive')
    expect((await check(at(50 * mebibyte, untried), at(80 * mebibyte))).verdict).toBe('inconclusive')
  })

  test('what is live', async () => {
    const { live, verdict } = await check(
      at(50 * mebibyte),
      at(90 * mebibyte, { heap: { usedBytes: 40 * mebibyte, residentBytes: 40 * mebibyte } }),
    )
    expect(verdict).toBe('still-live')
    expect(live).toMatchObject([{ where: 'javascript-heap', bytes: 40 * mebibyte, grows: false }])
  })

  test('names the allocator, and one that isn’t known as such', async () => {
    const purge = {
      releasableBytes: 33 * mebibyte,
      inUseBytes: 0,
      pinnedBytes: 0,
      forkMs: 2.5,
      embeddedReleasableBytes: undefined,
      lack: undefined,
    }
    for (const [allocator, name] of [
      ['tcmalloc', 'tcmalloc'],
      ['unknown', 'the allocator'],
    ] as const) {
      world.allocator = allocator
      const found = await check(at(50 * mebibyte), at(80 * mebibyte, { purge }))
      expect(found.allocator).toEqual({ allocator, provenance: { library: 'libc.so.6' } })
      expect(found.summary).toContain(`stayed: ${name} keeps`)
    }
  })

  test('says what it is doing', async () => {
    const told: CheckProgress[] = []
    await check(at(0), at(0), { onProgress: (progress: CheckProgress) => told.push(progress) })
    expect(told.map(({ phase, calls }) => `${phase} ${calls}`)).toEqual(['baseline 0', 'calls 0', 'calls 1', 'calls 2', 'settling 3'])
  })

  test('sets up before the baseline, and tears down after the end, though a call fail', async () => {
    const order: string[] = []
    const note = (name: string) => () => void order.push(`${name} ${world.asked.length}`)
    await check(at(0), at(0), { setup: note('setup'), teardown: note('teardown') })
    expect(order).toEqual(['setup 0', 'teardown 3'])
    world.moments = [at(1), at(1)]
    const failing = checkRelease(() => Promise.reject(new Error('from the call')), { runs: 1, teardown: note('teardown') })
    await expect(failing).rejects.toThrow('from the call')
    expect(order).toHaveLength(3)
  })

  test('refuses what is no function', async () => {
    const message = expect.stringMatching(/"action" argument must be of type function/) as string
    await expect(checkRelease(7 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE', message })
  })
})
