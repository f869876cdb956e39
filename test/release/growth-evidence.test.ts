import fc from 'fast-check'

import { judgeGrowth } from '../../lib/release/growth-evidence.js'
import type { GrowthPoint } from '../../lib/release/growth-evidence.js'

const noise = 100_000

/** Points of rounds of `calls`, each of which grew by `grown`. */
function pointsOf(rounds: readonly { readonly calls: number; readonly grown: number }[], start = 5_000_000): GrowthPoint[] {
  let bytes = start
  return [{ calls: 0, bytes }, ...rounds.map(({ calls, grown }) => ({ calls, bytes: (bytes += grown) }))]
}

const counts = fc.integer({ min: 2, max: 8 }).map((rounds) => Array.from({ length: rounds }, (_, round) => 4 ** round))

describe('judgeGrowth', () => {
  test('finds the bytes a call of any leak that stands out of the noise, whatever was in use before', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 1e12 }), (calls, rate, start) => {
        const points = pointsOf(
          calls.map((one) => ({ calls: one, grown: one * rate })),
          start,
        )
        const lastRounds = calls.slice(-3).reduce((sum, one) => sum + one, 0)
        const evidence = judgeGrowth(points, noise)
        expect(evidence.grows).toBe(lastRounds * rate >= noise)
        if (evidence.grows) expect(evidence.bytesPerCall).toBeCloseTo(rate, 6)
        if (evidence.grows) expect(evidence.confidence).toBe(calls.length >= 3 ? 'high' : 'medium')
      }),
    )
  })

  test('finds nothing in noise, however the rounds fall', () => {
    fc.assert(
      fc.property(counts, fc.array(fc.integer({ min: -30_000, max: 30_000 }), { minLength: 8, maxLength: 8 }), (calls, wobble) => {
        const points = pointsOf(calls.map((one, round) => ({ calls: one, grown: wobble[round] as number })))
        expect(judgeGrowth(points, noise).grows).toBe(false)
      }),
    )
  })

  test('finds nothing in what shrinks', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 1e6 }), (calls, rate) => {
        expect(judgeGrowth(pointsOf(calls.map((one) => ({ calls: one, grown: -one * rate }))), noise).grows).toBe(false)
      }),
    )
  })

  test('finds nothing in what is allocated once, at the first call or later', () => {
    fc.assert(
      fc.property(counts, fc.nat({ max: 7 }), fc.integer({ min: 0, max: 1e9 }), (calls, when, bytes) => {
        const points = pointsOf(calls.map((one, round) => ({ calls: one, grown: round === Math.min(when, calls.length - 1) ? bytes : 0 })))
        expect(judgeGrowth(points, noise).grows).toBe(false)
      }),
    )
  })

  test('finds nothing in a cache that fills up', () => {
    const filling = [1, 4, 16, 64, 256].map((calls, round) => ({ calls, grown: [1, 4, 16, 20, 0][round] as number }))
    expect(judgeGrowth(pointsOf(filling.map(({ calls, grown }) => ({ calls, grown: grown * 100_000 }))), noise).grows).toBe(false)
  })

  test('needs more than one round, and points at all', () => {
    expect(judgeGrowth([], noise).grows).toBe(false)
    expect(judgeGrowth(pointsOf([]), noise).grows).toBe(false)
    expect(judgeGrowth(pointsOf([{ calls: 1, grown: 1e9 }]), noise).grows).toBe(false)
  })

  test('says less of its confidence the less the rounds agree', () => {
    const of = (...rates: number[]): string => {
      const points = pointsOf(rates.map((rate, round) => ({ calls: 4 ** round * 100, grown: rate * 4 ** round * 100 })))
      return judgeGrowth(points, noise).confidence
    }
    expect(of(1000, 1000, 1000)).toBe('high')
    expect(of(1000, 1000)).toBe('medium')
    expect(of(1000, 1250, 1000)).toBe('medium')
    expect(of(1000, 1450)).toBe('low')
  })
})
