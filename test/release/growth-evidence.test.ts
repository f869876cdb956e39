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

  test('the borders of agreement are within it', () => {
    const of = (...rates: number[]): unknown => {
      const { grows, confidence } = judgeGrowth(pointsOf(rates.map((rate) => ({ calls: 100, grown: rate * 100 }))), noise)
      return grows && confidence
    }
    expect([of(1000, 1000, 1200), of(1000, 1000, 1201)]).toEqual(['high', 'medium'])
    expect([of(1000, 1000, 1300), of(1000, 1000, 1301)]).toEqual(['medium', 'low'])
    expect([of(1000, 1300), of(1000, 1301)]).toEqual(['medium', 'low'])
    expect([of(1000, 1600), of(1000, 1601)]).toEqual(['low', false])
    expect(of(1600, 1000)).toBe('low')
  })

  test('growth of exactly the noise stands out of it', () => {
    const rounds = [1, 3].map((calls) => ({ calls, grown: calls * 25_000 }))
    expect(judgeGrowth(pointsOf(rounds), 100_000)).toEqual({ grows: true, bytesPerCall: 25_000, confidence: 'medium' })
    expect(judgeGrowth(pointsOf(rounds), 100_001)).toEqual({ grows: false, bytesPerCall: 0, confidence: 'low' })
  })

  test('what stands still doesn’t grow, where nothing is noise', () => {
    const still = [1, 1, 1].map((calls) => ({ calls, grown: 0 }))
    expect(judgeGrowth(pointsOf(still), 0).grows).toBe(false)
  })

  test('growth a call is of all bytes by all calls of the rounds that agree, not the mean of their rates', () => {
    const rounds = [
      { calls: 100, grown: 100_000 },
      { calls: 300, grown: 450_000 },
    ]
    expect(judgeGrowth(pointsOf(rounds), noise).bytesPerCall).toBe(550_000 / 400)
  })

  test('judges the last three rounds, and the last two where the third doesn’t agree', () => {
    const of = (...rates: number[]): object => judgeGrowth(pointsOf(rates.map((rate) => ({ calls: 1000, grown: rate * 1000 }))), noise)
    expect(of(900, 1000, 1000, 1000)).toEqual({ grows: true, bytesPerCall: 1000, confidence: 'high' })
    expect(of(9000, 1000, 1100)).toEqual({ grows: true, bytesPerCall: 1050, confidence: 'medium' })
    expect(of(1000, 1000, 9000)).toMatchObject({ grows: false })
  })

  test('a third round that agrees less takes nothing from what the last two say', () => {
    const of = (...rates: number[]): object => judgeGrowth(pointsOf(rates.map((rate) => ({ calls: 1000, grown: rate * 1000 }))), noise)
    // Within 1.6 times, and beyond it.
    for (const third of [1301, 1600, 1601]) {
      expect(of(third, 1000, 1000)).toEqual({ grows: true, bytesPerCall: 1000, confidence: 'medium' })
    }
    // Three within 1.3 times say no more than two, and count with all their calls; three within 1.6 times stand for two that don't agree better.
    expect(of(1300, 1000, 1000)).toEqual({ grows: true, bytesPerCall: 1100, confidence: 'medium' })
    expect(of(1000, 1000, 1500)).toEqual({ grows: true, bytesPerCall: 3500 / 3, confidence: 'low' })
    // The last two alone drown in noise.
    expect(judgeGrowth(pointsOf([1500, 1000, 1000].map((rate) => ({ calls: 1, grown: rate }))), 3000)).toMatchObject({ confidence: 'low' })
  })
})
