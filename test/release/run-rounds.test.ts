import { getEventListeners } from 'node:events'

import { planCheck } from '../../lib/release/check-plan.js'
import type { CheckOptions, CheckProgress } from '../../lib/release/check-plan.js'
import type { Baseline, LiveMoment } from '../../lib/release/memory-moment.js'
import { BufferList, OutsideHeap } from '../../lib/release/outside-heap.js'
import type { OutsideMoment } from '../../lib/release/outside-heap.js'
import type { PeakWatch } from '../../lib/release/peak-watch.js'
import type { CheckRound } from '../../lib/release/release-check.js'
import { Rounds } from '../../lib/release/run-rounds.js'
import { grownOf, liveMomentOf, momentOf } from './moments.js'

const mebibyte = 2 ** 20
const dayMs = 86_400_000
const clock = { nowMs: 0 }
const nothingOutside: OutsideMoment = {
  counts: { externalBytes: 0, arrayBufferBytes: 0, wasmBytes: 0 },
  heapBytes: 0,
  inUseBytes: 0,
  restBytes: 0,
  list: new BufferList(),
  embeddedBytesOf: () => 0,
}
const reading = { ms: 300, read: (_mayFork: boolean): LiveMoment => liveMomentOf() }

jest.mock('node:perf_hooks', () => ({ performance: { now: () => clock.nowMs } }))
jest.mock('../../lib/release/memory-moment.js', () => ({
  readLiveMoment: (mayFork: boolean) => {
    clock.nowMs += reading.ms
    return Promise.resolve(reading.read(mayFork))
  },
}))

interface Situation {
  readonly options: CheckOptions
  /** Milliseconds of each call. */
  readonly callMs?: number
  readonly action?: () => unknown
  /** What is live after so many calls. */
  readonly liveAfter?: (calls: number) => Partial<LiveMoment>
  readonly highestBytes?: number
}

interface Made {
  readonly rounds: readonly CheckRound[]
  readonly counts: readonly number[]
  readonly callsInAll: number
}

async function makeRounds({ options, callMs = 1, action, liveAfter = () => ({}), highestBytes = 0 }: Situation): Promise<Made> {
  clock.nowMs = 5000
  let calls = 0
  reading.read = () => liveMomentOf(liveAfter(calls))
  const peak = { during: (call: () => unknown) => call(), highestBytes } as unknown as PeakWatch
  const act = (): unknown => {
    calls += 1
    clock.nowMs += callMs
    return action?.()
  }
  const baseline: Baseline = { moment: momentOf(), outside: new OutsideHeap(nothingOutside) }
  const rounds = new Rounds(act, planCheck({ warmup: 0, ...options }), peak, baseline)
  const made = await rounds.make()
  expect(rounds.callsInAll).toBe(calls)
  return { rounds: made, counts: made.map((round) => round.calls), callsInAll: calls }
}

describe('as many runs as were planned', () => {
  test.each([
    [1, [1]],
    [2, [1, 1]],
    [3, [1, 2]],
    [4, [1, 1, 2]],
    [5, [1, 1, 3]],
    [10, [1, 1, 3, 5]],
    [16, [1, 1, 2, 4, 8]],
    // At most five rounds: the first has what the halves left.
    [100, [6, 6, 13, 25, 50]],
  ])('%d runs are rounds of %j calls', async (runs, counts) => {
    const { counts: made, callsInAll } = await makeRounds({ options: { runs } })
    expect(made).toEqual([0, ...counts])
    expect(callsInAll).toBe(runs)
  })

  test('the warm-up is made before, and isn’t counted in its round', async () => {
    const { counts, callsInAll, rounds } = await makeRounds({ options: { runs: 3, warmup: 4 }, callMs: 10 })
    expect(counts).toEqual([0, 1, 2])
    expect(callsInAll).toBe(7)
    // Without the 300 ms of the reading that follows.
    expect(rounds.map(({ durationMs }) => durationMs)).toEqual([40, 10, 20])
  })

  test('each round has what is live after it', async () => {
    const liveAfter = (calls: number): LiveMoment =>
      liveMomentOf({ rssBytes: calls, heap: { usedBytes: 2 * calls }, grown: grownOf({ nativeBytes: undefined }) })
    const { rounds } = await makeRounds({ options: { runs: 3 }, liveAfter })
    expect(rounds).toEqual([0, 1, 3].map((calls, index) => ({ calls: index, durationMs: index, ...liveAfter(calls) })))
  })

  test('says before each round how many calls were made', async () => {
    const told: CheckProgress[] = []
    await makeRounds({ options: { runs: 4, warmup: 2, onProgress: (progress) => told.push(progress) } })
    expect(told).toEqual([0, 2, 3, 4].map((calls) => ({ phase: 'calls', calls })))
  })

  test('forks only where that is allowed', async () => {
    for (const whatIf of [true, false]) {
      const forks: boolean[] = []
      const made = makeRounds({ options: { runs: 1, whatIf } })
      reading.read = (mayFork) => {
        forks.push(mayFork)
        return liveMomentOf()
      }
      await made
      expect(forks).toEqual([whatIf, whatIf])
    }
  })
})

describe('as many runs as it takes', () => {
  const budgetMs = dayMs
  /** Grows and falls back by as much as is noise: neither a leak, nor quiet. */
  const restless = (): ((calls: number) => Partial<LiveMoment>) => {
    let readings = 0
    return () => ({ heap: { usedBytes: 4e5 * ((readings += 1) % 2) } })
  }

  test('rounds grow by what their reading takes beside them, and end after three of the longest', async () => {
    const { counts } = await makeRounds({ options: { budgetMs }, liveAfter: restless() })
    // 300 ms by 1 ms are more than 64; by 64 ms 4.7, so 5; then at least 4.
    expect(counts).toEqual([0, 1, 64, 320, 1280, 5120, 20_480, 65_536, 65_536, 65_536])
  })

  test('the first is made in any case, and the next if its calls are within the budget', async () => {
    expect((await makeRounds({ options: { budgetMs: 0 } })).counts).toEqual([0, 1])
    // 1 ms, then 64.
    expect((await makeRounds({ options: { budgetMs: 64 } })).counts).toEqual([0, 1])
    expect((await makeRounds({ options: { budgetMs: 65 } })).counts).toEqual([0, 1, 64])
  })

  test('from the fifth on, readings count as well', async () => {
    // Warm-up and four rounds: 300 ms of reading each, and 1 + 64 + 320 + 1,280 calls of 1 ms. Then 5,120 calls and a reading.
    const expectedMs = 5 * 300 + 1665 + 5120 + 300
    const counts = async (ms: number): Promise<readonly number[]> =>
      (await makeRounds({ options: { budgetMs: ms }, liveAfter: restless() })).counts
    expect(await counts(expectedMs - 1)).toEqual([0, 1, 64, 320, 1280])
    expect((await counts(expectedMs)).slice(0, 6)).toEqual([0, 1, 64, 320, 1280, 5120])
  })

  test('ends once a leak of 1 KiB a call would have shown, or of 64 B when it is to be thorough', async () => {
    // 512 KiB are noise, over the calls of the last three rounds.
    expect((await makeRounds({ options: { budgetMs } })).counts).toEqual([0, 1, 64, 320, 1280])
    expect((await makeRounds({ options: { budgetMs, thorough: true } })).counts).toEqual([0, 1, 64, 320, 1280, 5120, 20_480])
  })

  test('of what calls use, a thousandth a call may go unseen', async () => {
    const { counts } = await makeRounds({ options: { budgetMs }, highestBytes: 64e6 })
    // 844,288 bytes are noise, 64,000 a call are wanted: 14 calls.
    expect(counts).toEqual([0, 1, 64, 320])
  })

  test('slow calls are four times as many in each round', async () => {
    const { counts } = await makeRounds({ options: { budgetMs: 80_000 }, callMs: 600 })
    // 600 ms, 2.4 s, 9.6 s; 38.4 s; the next would take 153.6 s.
    expect(counts).toEqual([0, 1, 4, 16, 64])
  })

  test('what a round added to RSS bounds the calls of the next', async () => {
    const grown = (bytes: number) => (calls: number) => ({ rssBytes: 1e9 + (calls > 0 ? bytes : 0) })
    const second = async (bytes: number): Promise<number | undefined> =>
      (await makeRounds({ options: { budgetMs: 1000 }, liveAfter: grown(bytes) })).counts[2]
    // Eight times as much would be 256 MiB.
    expect(await second(32 * mebibyte)).toBe(8)
    expect(await second(4 * mebibyte)).toBe(64)
    expect(await second(256 * mebibyte)).toBe(4)
    expect(await second(256 * mebibyte + 1)).toBeUndefined()
    // RSS that fell bounds nothing.
    expect(await second(-32 * mebibyte)).toBe(64)
  })

  const grow = (calls: number): Partial<LiveMoment> => ({ rssBytes: 1e9, grown: grownOf({ declaredBytes: 5e6 + calls * 1024 }) })

  test('ends when three rounds agree on a leak', async () => {
    const { counts } = await makeRounds({ options: { budgetMs }, liveAfter: grow, highestBytes: 1e9 })
    expect(counts).toEqual([0, 1, 64, 320])
  })

  test('goes on where other threads’ buffers rise, which these may collect', async () => {
    const liveAfter = (calls: number): Partial<LiveMoment> => ({ rssBytes: 1e9, grown: grownOf({ otherExternalBytes: calls * 4096 }) })
    const { counts } = await makeRounds({ options: { budgetMs }, liveAfter, highestBytes: 1e9 })
    expect(counts.slice(0, 4)).toEqual([0, 1, 64, 320])
    expect(counts.length).toBeGreaterThan(4)
  })

  test('the more RSS rose, the more of it is noise', async () => {
    // Three rounds grow by 394,240 bytes. 64 KiB and half a percent of 80 MB are more; with the fourth round it is 1.7 MB.
    const { counts } = await makeRounds({ options: { budgetMs }, liveAfter: grow, highestBytes: 1e9 + 80e6 })
    expect(counts).toEqual([0, 1, 64, 320, 1280])
  })

  test('goes on while rounds agree less than well', async () => {
    const liveAfter = (calls: number): Partial<LiveMoment> => ({
      ...grow(calls),
      grown: grownOf({ declaredBytes: 1e6 * Math.pow(calls, 0.95) }),
    })
    const { counts } = await makeRounds({ options: { budgetMs: 5000 }, liveAfter, highestBytes: 1e9 })
    expect(counts.length).toBeGreaterThan(4)
  })
})

describe('a signal', () => {
  test('that has aborted before makes no call and no round', async () => {
    for (const runs of [5, undefined]) {
      const { counts, callsInAll } = await makeRounds({ options: { warmup: 3, signal: AbortSignal.abort(), ...(runs && { runs }) } })
      expect(counts).toEqual([0])
      expect(callsInAll).toBe(0)
    }
  })

  test('ends the round with the call that it came in, and no further one begins', async () => {
    for (const runs of [16, undefined]) {
      const abort = new AbortController()
      let calls = 0
      const action = (): void => {
        calls += 1
        if (calls === 7) abort.abort()
      }
      const { counts } = await makeRounds({ options: { signal: abort.signal, ...(runs && { runs }) }, action })
      expect(counts.reduce((sum, one) => sum + one, 0)).toBe(7)
      expect(counts.at(-1)).toBe(runs === undefined ? 6 : 3)
    }
  })

  test('doesn’t wait for a call that never ends', async () => {
    const abort = new AbortController()
    const action = (): Promise<void> => {
      setImmediate(() => {
        abort.abort()
      })
      return new Promise(() => undefined)
    }
    const { counts } = await makeRounds({ options: { runs: 9, signal: abort.signal }, action })
    expect(counts).toEqual([0, 1])
  })

  test('is listened to only while a call runs', async () => {
    const { signal } = new AbortController()
    const listening: number[] = []
    const action = async (): Promise<void> => {
      await Promise.resolve()
      listening.push(getEventListeners(signal, 'abort').length)
    }
    await makeRounds({ options: { runs: 3, signal }, action })
    expect(listening).toEqual([1, 1, 1])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('doesn’t hide what a call throws', async () => {
    const { signal } = new AbortController()
    const action = (): Promise<void> => Promise.reject(new Error('from the call'))
    await expect(makeRounds({ options: { runs: 3, signal }, action })).rejects.toThrow('from the call')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
