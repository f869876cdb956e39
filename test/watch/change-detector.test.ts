import fc from 'fast-check'

import { ChangeDetector } from '../../lib/watch/change-detector.js'
import { Trend } from '../../lib/watch/trend.js'
import type { BareChange } from '../../lib/watch/change-detector.js'

const defaults = { minBytes: 100, minGrowth: 0, consecutiveSamples: 1 }

function changesIn(values: readonly number[], filter: Partial<typeof defaults> = {}): readonly BareChange[] {
  const detector = new ChangeDetector('rss', undefined, { ...defaults, ...filter })
  return values.flatMap((value, index) => detector.add(index * 10, value) ?? [])
}

function steps(values: readonly number[], filter?: Partial<typeof defaults>): readonly (readonly [number, number])[] {
  return changesIn(values, filter).map(({ fromBytes, toBytes }) => [fromBytes, toBytes])
}

describe('what passes the filter', () => {
  test.each([
    ['a jump', [1000, 1100], {}, [[1000, 1100]]],
    ['slow growth that adds up', [0, 40, 80, 120, 160], {}, [[0, 120]]],
    ['a swing within the filter', [1000, 1099, 901, 1099], {}, []],
    [
      'up and down',
      [0, 200, 0],
      {},
      [
        [0, 200],
        [200, 0],
      ],
    ],
    ['bytes enough, share too small', [1000, 1100, 1200], { minGrowth: 0.2 }, [[1000, 1200]]],
    ['a spike of one sample, three needed', [0, 200, 0, 0], { consecutiveSamples: 3 }, []],
    ['three samples in a row', [0, 200, 210, 220], { consecutiveSamples: 3 }, [[0, 220]]],
    ['up, then down: not two in a row', [1000, 1200, 800, 1200], { consecutiveSamples: 2 }, []],
  ] as const)('%s', (_, values, filter, expected) => {
    expect(steps(values, filter)).toEqual(expected)
  })

  test('the changes of any series join end to end, and what is left is within the filter', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1 }), fc.integer({ min: 1, max: 3000 }), (values, minBytes) => {
        const changes = steps(values, { minBytes })
        let at = values[0] as number
        for (const [from, to] of changes) {
          expect(from).toBe(at)
          expect(Math.abs(to - from)).toBeGreaterThanOrEqual(minBytes)
          at = to
        }
        expect(Math.abs((values.at(-1) as number) - at)).toBeLessThan(minBytes)
      }),
    )
  })
})

describe('the trend', () => {
  test('of a straight line is its slope, whatever its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: 2, max: 500 }), (slope, count) => {
        const trend = new Trend(1000)
        const valueAt = (index: number): number => 1e7 + (slope * index) / 100
        for (let index = 0; index < count; index++) trend.add(index * 10, valueAt(index))
        const { bytesPerSecond, overMs } = trend.at((count - 1) * 10, valueAt(count - 1))
        expect(bytesPerSecond).toBeCloseTo(slope, 4)
        expect(overMs).toBeLessThanOrEqual(1000)
      }),
    )
  })

  test('of one point is unknown', () => {
    const trend = new Trend(1000)
    trend.add(5, 1)
    expect(trend.at(5, 1)).toEqual({ bytesPerSecond: undefined, changedBytes: 0, overMs: 0, risenBytes: 0, fallenBytes: 0 })
  })

  test('counts every rise and every fall, also of samples that no point is kept of', () => {
    const trend = new Trend(1e6)
    const values = [0, 10, 5, 25, 20, 20]
    values.forEach((value, index) => {
      trend.add(index, value)
    })
    expect(trend.at(5, 20)).toMatchObject({ risenBytes: 30, fallenBytes: 10 })
  })
})
