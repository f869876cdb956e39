import type { NativeBinding } from '../../lib/binding/index.js'
import { RssSamples } from '../../lib/sampling/index.js'

const failure = { failure: { code: 'PROC_UNREADABLE', call: 'pthread_create', errno: 11, message: 'no thread' } }

/** A row: its length, its time, three figures and the arenas' count, the RSS, and what else there is. */
function row(timeMs: number, rssBytes: number, ...rest: readonly number[]): readonly number[] {
  return [7 + rest.length, timeMs, 0, 0, 0, 0, rssBytes, ...rest]
}

interface Sampler {
  readonly binding: NativeBinding
  readonly calls: (readonly unknown[])[]
  /** What the drains to come give out. */
  readonly batches: (readonly (readonly number[])[])[]
  lost: number
}

function sampler(answers: { readonly start?: unknown; readonly drain?: unknown } = {}): Sampler {
  const calls: (readonly unknown[])[] = []
  const batches: (readonly (readonly number[])[])[] = []
  const made: Sampler = {
    calls,
    batches,
    lost: 0,
    binding: {
      startSampler: (...values: readonly unknown[]) => {
        calls.push(['start', ...values])
        return answers.start ?? 5
      },
      drainSampler: (buffer: Float64Array, id: number) => {
        calls.push(['drain', id])
        const words = (batches.shift() ?? []).flat()
        buffer.set([words.length, 0, 0, made.lost, 0, 0, 0, ...words])
        return answers.drain
      },
      stopSampler: (id: number) => void calls.push(['stop', id]),
      closeSampler: (id: number) => void calls.push(['close', id]),
    } as unknown as NativeBinding,
  }
  return made
}

beforeEach(() => {
  jest.useFakeTimers()
  // 2 s after the clock's beginning.
  jest.spyOn(process.hrtime, 'bigint').mockReturnValue(2_000_000_000n)
})

afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

test('of every row the RSS, at its time since the sampling began', () => {
  const { binding, batches } = sampler()
  const rss = new RssSamples(10, binding)
  // One that was made in the millisecond of the start, one whose RSS the kernel refused, and rows of several lengths.
  batches.push([row(1999.5, 100), row(2010, NaN), row(2020.25, 300, 1, 2, 3)], [row(2030, 400)])
  rss.stop()
  expect(rss.samples).toEqual([
    { timeMs: 0, rssBytes: 100 },
    { timeMs: 20.25, rssBytes: 300 },
    { timeMs: 30, rssBytes: 400 },
  ])
})

test('is drained twice a second until nothing comes, and once more after its end', () => {
  const made = sampler()
  const rss = new RssSamples(10, made.binding)
  expect(made.calls).toEqual([['start', 10, 1, 4 * 2 ** 20, -1, 0]])
  jest.advanceTimersByTime(499)
  expect(made.calls).toHaveLength(1)
  made.batches.push([row(2001, 1)], [row(2002, 2)])
  jest.advanceTimersByTime(1)
  expect(made.calls.slice(1)).toEqual([
    ['drain', 5],
    ['drain', 5],
    ['drain', 5],
  ])
  expect(rss.samples).toHaveLength(2)
  made.lost = 3
  rss.stop()
  expect(made.calls.slice(4)).toEqual([
    ['stop', 5],
    ['drain', 5],
    ['close', 5],
  ])
  expect(rss.lostSamples).toBe(3)
  jest.advanceTimersByTime(5000)
  expect(made.calls).toHaveLength(7)
})

test("doesn't keep the process alive", () => {
  const { binding } = sampler()
  const timers = jest.spyOn(globalThis, 'setInterval')
  const rss = new RssSamples(10, binding)
  expect((timers.mock.results[0]?.value as NodeJS.Timeout).hasRef()).toBe(false)
  rss.stop()
})

test("a sampler that can't be started is an error", () => {
  const refused = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', errno: 11 }) as Error
  expect(() => new RssSamples(10, sampler({ start: failure }).binding)).toThrow(refused)
})

test('a drain that fails at the end is an error, and the sampler is closed', () => {
  const made = sampler({ drain: failure })
  const rss = new RssSamples(10, made.binding)
  expect(() => {
    rss.stop()
  }).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE' }) as Error)
  expect(made.calls.at(-1)).toEqual(['close', 5])
  expect(rss.samples).toEqual([])
})
