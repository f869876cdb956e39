import type { FailureRecord } from '../../lib/binding/index.js'
import { RowBuffer } from '../../lib/sampling/row-buffer.js'

/** A drain's header: the words of its rows, then samples, missed, lost, processor time, time and interval. */
const counters = [200, 30, 4, 5, 1000, 12] as const

/** A sampler that gives out one batch of rows at each drain. */
function sampler(...batches: readonly (readonly (readonly number[])[])[]): {
  readonly drain: (buffer: Float64Array) => undefined | FailureRecord
  readonly buffers: readonly Float64Array[]
} {
  const buffers: Float64Array[] = []
  const left = [...batches]
  const drain = (buffer: Float64Array): undefined => {
    buffers.push(buffer)
    const words = (buffer.length === counters.length + 1 ? [] : (left.shift() ?? [])).flat()
    buffer.set([words.length, ...counters, ...words])
  }
  return { drain, buffers }
}

function allRows(rows: RowBuffer): readonly (readonly number[])[] {
  const taken: number[][] = []
  for (let row = rows.take(); row !== undefined; row = rows.take()) taken.push([...row])
  return taken
}

test('rows come in order, each by its own length, and the sampler is asked when none is left', () => {
  const { drain, buffers } = sampler(
    [
      [3, 1, 1],
      [2, 2],
    ],
    [[4, 3, 3, 3]],
  )
  const rows = new RowBuffer(drain)
  expect(rows.take()).toEqual(Float64Array.of(3, 1, 1))
  expect(rows.take()).toEqual(Float64Array.of(2, 2))
  expect(buffers).toHaveLength(1)
  expect(rows.take()).toEqual(Float64Array.of(4, 3, 3, 3))
  expect(buffers).toHaveLength(2)
  expect(rows.take()).toBeUndefined()
  expect(buffers).toHaveLength(3)
  rows.close()
})

test('the summary is the counters of the last drain, by their places', () => {
  const rows = new RowBuffer(sampler().drain)
  expect(rows.summary()).toEqual({
    samples: 200,
    missedSamples: 30,
    lostSamples: 4,
    waitingSamples: 196,
    durationMs: 1000,
    cpuMs: 5,
    cpuShare: 0.005,
    intervalMs: 12,
  })
  rows.close()
})

test('a summary drains no rows over those that were not taken', () => {
  const { drain, buffers } = sampler([
    [2, 1],
    [2, 2],
  ])
  const rows = new RowBuffer(drain)
  rows.take()
  expect(rows.summary().samples).toBe(200)
  // The counters alone, which stand before the rows.
  expect(buffers.slice(1).map(({ length }) => length)).toEqual([7])
  expect(allRows(rows)).toEqual([[2, 2]])
  rows.close()
})

test('the counters are those of now, also while rows wait to be taken', () => {
  let samples = 2
  const rows = new RowBuffer((buffer) => {
    buffer.set([buffer.length > 7 ? 4 : 0, samples, 0, 0, 0, 0, 1])
    if (buffer.length > 7) buffer.set([2, 1, 2, 2], 7)
    return undefined
  })
  rows.take()
  samples = 9
  expect(rows.summary()).toMatchObject({ samples: 9, waitingSamples: 8 })
  expect(rows.take()).toEqual(Float64Array.of(2, 2))
  rows.close()
})

test('rows that a summary drained are still to be taken', () => {
  const rows = new RowBuffer(sampler([[2, 1]]).drain)
  rows.summary()
  expect(allRows(rows)).toEqual([[2, 1]])
  rows.close()
})

test('a watch that has lasted no time has used no share of it', () => {
  const rows = new RowBuffer((buffer) => {
    buffer.set([0, 0, 0, 0, 5, 0, 12])
    return undefined
  })
  expect(rows.summary()).toMatchObject({ cpuMs: 5, durationMs: 0, cpuShare: 0 })
  rows.close()
})

test('a drain that fails is an error, and leaves no rows of the one before', () => {
  const failure: FailureRecord = { failure: { code: 'INTERNAL', call: 'drainSampler', errno: 0, message: 'no such sampler' } }
  const { drain } = sampler([[2, 1]])
  let fails = false
  const rows = new RowBuffer((buffer) => (fails ? failure : drain(buffer)))
  rows.take()
  fails = true
  const refused = expect.objectContaining({ code: 'ERR_ALLOCSCOPE_INTERNAL' }) as Error
  expect(() => rows.take()).toThrow(refused)
  expect(() => rows.take()).toThrow(refused)
  fails = false
  expect(rows.take()).toBeUndefined()
  rows.close()
})

describe('once it is closed', () => {
  test('nothing is drained, and the counters are those of the end', () => {
    const { drain, buffers } = sampler()
    const rows = new RowBuffer(drain)
    rows.take()
    rows.close()
    expect(rows.take()).toBeUndefined()
    expect(rows.summary()).toMatchObject({ samples: 200, missedSamples: 30, lostSamples: 4, durationMs: 1000, cpuMs: 5, intervalMs: 12 })
    expect(buffers).toHaveLength(1)
  })

  test('rows that were not taken are still there, whatever the next watch drains', () => {
    const { drain, buffers } = sampler([
      [2, 1],
      [2, 2],
    ])
    const rows = new RowBuffer(drain)
    rows.take()
    rows.close()
    const next = sampler([[2, 9]])
    const others = new RowBuffer(next.drain)
    others.take()
    expect(next.buffers[0]).not.toBe(buffers[0])
    expect(allRows(rows)).toEqual([[2, 2]])
    others.close()
  })

  test('its buffer serves the next watch, emptied, and one watch only', () => {
    const first = sampler([[2, 1]])
    const rows = new RowBuffer(first.drain)
    allRows(rows)
    rows.close()
    rows.close()
    // It drains nothing, so that what it sees is the buffer as it was handed over.
    const seen: Float64Array[] = []
    const next = new RowBuffer((buffer) => {
      seen.push(buffer)
      return undefined
    })
    const beside = sampler()
    const another = new RowBuffer(beside.drain)
    expect(next.summary()).toEqual({
      samples: 0,
      missedSamples: 0,
      lostSamples: 0,
      waitingSamples: 0,
      durationMs: 0,
      cpuMs: 0,
      cpuShare: 0,
      intervalMs: 0,
    })
    another.summary()
    expect(seen[0]).toBe(first.buffers[0])
    expect(beside.buffers[0]).not.toBe(seen[0])
    expect(beside.buffers[0]).toHaveLength(8192)
    // What the next watch drains doesn't change the counters of the one that ended.
    expect(rows.summary().samples).toBe(200)
    another.close()
    next.close()
  })

  test('a second call gives no buffer away', () => {
    const first = sampler()
    const rows = new RowBuffer(first.drain)
    rows.take()
    rows.close()
    const next = sampler()
    const taken = new RowBuffer(next.drain)
    rows.close()
    const third = sampler()
    const another = new RowBuffer(third.drain)
    another.take()
    taken.take()
    expect(third.buffers[0]).toHaveLength(8192)
    another.close()
    taken.close()
  })
})
