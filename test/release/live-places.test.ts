import { livePlaces, noiseOf, pointsOf } from '../../lib/release/live-places.js'
import { grownOf, liveMomentOf } from './moments.js'

describe('noiseOf', () => {
  test('is what a process that does little moves by, and half a percent of the rise', () => {
    expect(noiseOf('javascript-heap', 0)).toBe(524_288)
    expect(noiseOf('array-buffers', 0)).toBe(65_536)
    expect(noiseOf('native', 0)).toBe(262_144)
    expect(noiseOf('native', 200_000_000)).toBeCloseTo(262_144 + 1_000_000, 3)
    expect(noiseOf('declared', 1000)).toBeCloseTo(65_541, 6)
  })

  test('is no less where RSS fell', () => {
    expect(noiseOf('wasm-memory', -200_000_000)).toBe(65_536)
  })
})

describe('pointsOf', () => {
  const rounds = [0, 2, 8].map((calls, index) => ({
    calls,
    durationMs: 1,
    ...liveMomentOf({
      rssBytes: 5,
      heap: { usedBytes: 10 + index },
      embeddedBytes: 40 + index,
      grown: grownOf({
        nativeBytes: 30 + index,
        arrayBufferBytes: 50 + index,
        sharedArrayBufferBytes: 60 + index,
        elsewhereBytes: 70 + index,
        wasmBytes: 80 + index,
        declaredBytes: 90 + index,
        otherHeapsBytes: 100 + index,
        otherExternalBytes: 120 + index,
        unclaimedBytes: 110 + index,
      }),
    }),
  }))

  test('has the calls of each round, and the bytes of the place', () => {
    const first = livePlaces.map(({ place, bytesOf }) => [place, pointsOf(rounds, bytesOf)])
    const points = (bytes: number): object[] => [
      { calls: 0, bytes },
      { calls: 2, bytes: bytes + 1 },
      { calls: 8, bytes: bytes + 2 },
    ]
    expect(first).toEqual([
      ['javascript-heap', points(10)],
      ['array-buffers', points(50)],
      ['shared-array-buffers', points(60)],
      ['array-buffers-elsewhere', points(70)],
      ['wasm-memory', points(80)],
      ['declared', points(90)],
      ['native', points(30)],
      ['embedded', points(40)],
      ['other-heaps', points(100)],
      ['other-external', points(120)],
      ['unclaimed', points(110)],
    ])
  })

  test('has none where one round lacks the figure', () => {
    expect(pointsOf(rounds, ({ calls, grown }) => (calls === 2 ? undefined : grown.nativeBytes))).toEqual([])
  })
})
