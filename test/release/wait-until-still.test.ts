import { waitUntilStill } from '../../lib/release/wait-until-still.js'

const clock = { nowMs: 0 }
const rss = { at: (_ms: number): number => 0 }

jest.mock('node:perf_hooks', () => ({ performance: { now: () => clock.nowMs } }))
jest.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => {
    clock.nowMs += ms
    return Promise.resolve()
  },
}))
jest.mock('../../lib/process/index.js', () => ({ getRss: () => rss.at(clock.nowMs) }))

const quarterMebibyte = 262_144

/** Waits in a process whose RSS is `at` these milliseconds. */
async function wait(
  at: (ms: number) => number,
  maxMs: number,
): Promise<{ readonly still: boolean; readonly looks: number; readonly ms: number }> {
  clock.nowMs = 0
  rss.at = at
  let looks = 0
  const still = await waitUntilStill(maxMs, () => {
    looks += 1
  })
  return { still, looks, ms: clock.nowMs }
}

describe('waitUntilStill', () => {
  test('is done after six looks at an RSS that stands still', async () => {
    expect(await wait(() => 1e9, 1000)).toEqual({ still: true, looks: 6, ms: 150 })
  })

  test('needs just the time of six looks', async () => {
    expect(await wait(() => 1e9, 150)).toEqual({ still: true, looks: 6, ms: 150 })
    expect(await wait(() => 1e9, 149)).toEqual({ still: false, looks: 5, ms: 125 })
    expect(await wait(() => 1e9, 0)).toEqual({ still: false, looks: 0, ms: 0 })
  })

  test('stands still while it moves by less than a quarter MiB a look, up or down', async () => {
    for (const direction of [1, -1]) {
      const moving = (bytes: number) => (ms: number) => 1e9 + (direction * ms * bytes) / 25
      expect(await wait(moving(quarterMebibyte - 1), 1000)).toMatchObject({ still: true, looks: 6 })
      expect(await wait(moving(quarterMebibyte), 1000)).toEqual({ still: false, looks: 40, ms: 1000 })
    }
  })

  test('counts from the beginning after each move', async () => {
    expect(await wait((ms) => (ms < 100 ? 1e9 : 2e9), 1000)).toEqual({ still: true, looks: 10, ms: 250 })
  })

  test('works without an eye on its looks', async () => {
    clock.nowMs = 0
    rss.at = () => 1
    expect(await waitUntilStill(1000)).toBe(true)
  })
})
