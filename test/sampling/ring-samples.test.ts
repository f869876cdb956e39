import type * as Binding from '../../lib/binding/index.js'
import { sampleInto, SharedRing } from '../../lib/sampling/index.js'
import type { RowLayout } from '../../lib/sampling/index.js'

const calls: (readonly unknown[])[] = []
const failure = { failure: { code: 'PROC_UNREADABLE', call: 'memfd_create', errno: 24, message: 'no file' } }
const answers: { open: unknown; start: unknown; batches: number[][] } = { open: undefined, start: 9, batches: [] }

jest.mock('../../lib/binding/index.js', () => ({
  ...jest.requireActual<typeof Binding>('../../lib/binding/index.js'),
  requireBinding: () => ({
    describeAllocator: () => ({ allocator: 'mimalloc', footprintFields: ['rssBytes', 'committedBytes', 'peakCommittedBytes'] }),
    openRing: (bytes: number) => {
      calls.push(['open', bytes])
      return answers.open
    },
    drainRing: (buffer: Float64Array, id: number) => {
      calls.push(['drain', id])
      const words = answers.batches.shift() ?? []
      buffer.set([words.length, 2, 1, 0, 3, 100, 10, ...words])
    },
    closeRing: (id: number) => void calls.push(['close', id]),
    startSampler: (...values: readonly unknown[]) => {
      calls.push(['start', ...values])
      return answers.start
    },
    publishFigures: (figures: Float64Array, id: number) => void calls.push(['publish', [...figures], id]),
  }),
}))

beforeEach(() => {
  calls.length = 0
  Object.assign(answers, { open: { id: 3, descriptor: 21 }, start: 9, batches: [] })
})

test("a ring's samples carry what their owner had published", () => {
  const layout: RowLayout = { allocator: 'mimalloc', figures: ['committedBytes', 'peakCommittedBytes'], published: 2, clockOffsetMs: -500 }
  answers.batches.push([11, 900, 2, 0, 0, 0, 4096, 30, 40, 71, NaN])
  const ring = SharedRing.open(65_536)
  expect(ring.descriptor).toBe(21)
  expect(ring.next(layout)).toEqual({
    sample: expect.objectContaining({ timeMs: 400, rssBytes: 4096, mappedBytes: 30, arenas: [] }) as unknown,
    published: [71, undefined],
  })
  expect(ring.next(layout)).toBeUndefined()
  expect(ring.summary()).toMatchObject({ samples: 2, missedSamples: 1, cpuShare: 0.03 })
  ring.close()
  expect(calls[0]).toEqual(['open', 65_536])
  expect(calls.at(-1)).toEqual(['close', 3])
  expect(calls.filter(([name]) => name === 'drain').every(([, id]) => id === 3)).toBe(true)
  const before = calls.length
  expect(ring.next(layout)).toBeUndefined()
  expect(ring.summary().samples).toBe(2)
  expect(calls).toHaveLength(before)
})

test("a ring that can't be made is an error", () => {
  answers.open = failure
  expect(() => SharedRing.open(65_536)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE', errno: 24 }) as Error)
})

test('a sampler writes into the ring behind a descriptor, and publishes by its own number', () => {
  const sampler = sampleInto(21, 65_536, 10, 0.5, 2)
  expect(calls).toEqual([['start', 10, 0.5, 65_536, 21, 2]])
  expect(sampler.layout).toEqual({
    allocator: 'mimalloc',
    figures: ['committedBytes', 'peakCommittedBytes'],
    published: 2,
    clockOffsetMs: 0,
  })
  sampler.publish(Float64Array.of(5, 6))
  expect(calls.at(-1)).toEqual(['publish', [5, 6], 9])
})

test("a sampler that can't be started is an error", () => {
  answers.start = failure
  expect(() => sampleInto(21, 65_536, 10, 0.5, 2)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_PROC_UNREADABLE' }) as Error)
})
