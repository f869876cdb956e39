import fc from 'fast-check'

import { judgeNativeGrowth, nativeGrowthOf, worthwhileCalls } from '../../lib/jest/native-growth.js'
import type { NativeEvidence, NativeGrowth } from '../../lib/jest/native-growth.js'
import type { CheckRound, LiveMemory } from '../../lib/release/index.js'
import { grownOf } from '../release/moments.js'

const kibibyte = 1024

/** Rounds of so many calls, each with what is in use after it. */
function roundsOf(points: readonly (readonly [calls: number, nativeBytes: number | undefined])[]): CheckRound[] {
  return points.map(([calls, nativeBytes]) => {
    return {
      calls,
      grown: grownOf({ nativeBytes }),
      externalBytes: 0,
      embeddedBytes: 0,
      embeddedMappedBytes: 0,
      durationMs: calls,
      rssBytes: 0,
      heap: { usedBytes: 0 },
    }
  })
}

function evidence(rounds: readonly CheckRound[], live: readonly LiveMemory[] = [], riseBytes = 0): NativeEvidence {
  return {
    rounds,
    live,
    calls: rounds.reduce((sum, { calls }) => sum + calls, 1),
    bytes: { baselineBytes: 8e7, peakBytes: 8e7 + riseBytes },
  }
}

const leak = (bytesPerCall: number): LiveMemory => ({ where: 'native', bytes: 1, grows: true, bytesPerCall, confidence: 'high' })

function growthOf(of: NativeEvidence): NativeGrowth {
  const growth = nativeGrowthOf(of)
  if (growth === undefined) throw new Error('nothing is known')
  return growth
}

describe('nativeGrowthOf', () => {
  test('is undefined when one round does not tell what is in use', () => {
    expect(
      nativeGrowthOf(
        evidence(
          roundsOf([
            [0, 0],
            [1, undefined],
            [2, 0],
          ]),
        ),
      ),
    ).toBeUndefined()
  })

  test('allows the noise over the calls of the last three rounds', () => {
    const rounds = roundsOf([
      [0, 0],
      [1, 0],
      [2, 0],
      [4, 0],
      [8, 0],
    ])
    expect(growthOf(evidence(rounds)).allowanceBytesPerCall).toBe((256 * kibibyte) / 14)
    // Half a hundredth of the rise besides.
    expect(growthOf(evidence(rounds, [], 1e8)).allowanceBytesPerCall).toBe((256 * kibibyte + 5e5) / 14)
  })

  test('growth a call is what the check found to grow in native memory, and there alone', () => {
    const rounds = roundsOf([
      [0, 0],
      [1, 0],
      [2, 0],
    ])
    expect(growthOf(evidence(rounds, [leak(64)]))).toMatchObject({ bytesPerCall: 64, confidence: 'high' })
    for (const other of [{ where: 'array-buffers' as const }, { where: 'declared' as const }, { grows: false }]) {
      expect(growthOf(evidence(rounds, [{ ...leak(64), ...other }])).bytesPerCall).toBe(0)
    }
  })

  test('what other threads have outside of their heaps counts as declared, and may be memories of WebAssembly', () => {
    const rounds = roundsOf([
      [0, 0],
      [1, 0],
      [2, 0],
    ])
    const [first, , last] = rounds as [CheckRound, CheckRound, CheckRound]
    const after = { ...last, grown: grownOf({ declaredBytes: 100, otherExternalBytes: 3000, wasmBytes: 2000 }) }
    expect(growthOf(evidence([first, first, after]))).toMatchObject({ declaredBytes: 3100, maybeWasmBytes: 2000 })
    const untold = { ...after, grown: grownOf({ declaredBytes: 100, otherExternalBytes: undefined, wasmBytes: 2000 }) }
    expect(growthOf(evidence([first, first, untold]))).toMatchObject({ declaredBytes: 100, maybeWasmBytes: 0 })
  })

  test('one round proves nothing', () => {
    const growth = growthOf(
      evidence(
        roundsOf([
          [0, 0],
          [1, 0],
        ]),
      ),
    )
    expect(growth.allowanceBytesPerCall).toBe(Infinity)
    expect([0, 1, 1e12].map((perCall) => judgeNativeGrowth(growth, perCall))).toEqual(['unproven', 'unproven', 'unproven'])
    expect(judgeNativeGrowth({ ...growth, netBytes: 1e9 }, 0)).toBe('unproven')
  })

  test('a reading that was high for a moment does not hide what grew after it', () => {
    expect(
      growthOf(
        evidence(
          roundsOf([
            [0, 900],
            [1, 100],
            [2, 300],
            [4, 700],
          ]),
        ),
      ).netBytes,
    ).toBe(600)
  })
})

describe('judgeNativeGrowth', () => {
  const quiet: NativeGrowth = {
    bytesPerCall: 0,
    confidence: 'low',
    allowanceBytesPerCall: 10,
    netBytes: 0,
    noiseBytes: 1000,
    untoldBytes: 0,
    servedBytes: 0,
    declaredBytes: 0,
    maybeWasmBytes: 0,
    lastCalls: 50,
    calls: 100,
  }

  test.each<[string, Partial<NativeGrowth>, number, string]>([
    ['no growth, none allowed', {}, 0, 'within'],
    ['no growth, more allowed than is noise', {}, 11, 'within'],
    ['no growth, but noise would hide more than 64 KiB a call', { allowanceBytesPerCall: 65_537 }, 0, 'unproven'],
    ['no growth, noise would hide as much', { allowanceBytesPerCall: 65_536 }, 0, 'within'],
    ['no growth, more is allowed than that', { allowanceBytesPerCall: 65_537 }, 65_537, 'within'],
    ['no growth, but noise would hide more than is allowed', {}, 9, 'unproven'],
    ['growth, none allowed', { bytesPerCall: 64, netBytes: 6400 }, 0, 'leaks'],
    ['growth of what is allowed', { bytesPerCall: 64, netBytes: 6400 }, 64, 'within'],
    ['growth of what is allowed and noise', { bytesPerCall: 64, netBytes: 6400 }, 54, 'leaks'],
    ['growth that the rounds do not agree on', { netBytes: 1001 }, 0, 'doubtful'],
    ['growth that the rounds do not agree on, less than is allowed', { netBytes: 2400 }, 20, 'within'],
    ['as much is declared as malloc serves', { servedBytes: 9000, declaredBytes: 9000 }, 0, 'within'],
    ['more is declared than malloc serves, so that some of it lies elsewhere', { servedBytes: 9000, declaredBytes: 10_001 }, 0, 'unproven'],
    ['malloc serves more than is declared', { servedBytes: 9000, declaredBytes: 7999 }, 0, 'unproven'],
    ['the same, within the noise', { servedBytes: 9000, declaredBytes: 8000 }, 0, 'within'],
    ['what is declared may be memories of WebAssembly', { servedBytes: 9000, declaredBytes: 9000, maybeWasmBytes: 1001 }, 0, 'unproven'],
    ['the same within the noise', { servedBytes: 9000, declaredBytes: 9000, maybeWasmBytes: 1000 }, 0, 'within'],
    ['the same, but what malloc serves is allowed', { servedBytes: 9000, declaredBytes: 10_001 }, 160, 'within'],
  ])('%s', (_, of, perCall, expected) => {
    expect(judgeNativeGrowth({ ...quiet, ...of }, perCall)).toBe(expected)
  })

  test('allowing more never makes a leak of what was none', () => {
    const growth = fc.record({
      bytesPerCall: fc.nat(1000),
      confidence: fc.constant('low' as const),
      allowanceBytesPerCall: fc.nat(1000),
      netBytes: fc.integer({ min: -1e6, max: 1e6 }),
      noiseBytes: fc.nat(1e5),
      untoldBytes: fc.constant(0),
      servedBytes: fc.nat(1e5),
      declaredBytes: fc.nat(1e5),
      maybeWasmBytes: fc.nat(1e5),
      lastCalls: fc.nat(50),
      calls: fc.integer({ min: 1, max: 1000 }),
    })
    fc.assert(
      fc.property(growth, fc.nat(1000), fc.nat(1000), (of, perCall, more) => {
        if (judgeNativeGrowth(of, perCall) !== 'leaks') expect(judgeNativeGrowth(of, perCall + more)).not.toBe('leaks')
        if (judgeNativeGrowth(of, perCall) === 'within' && perCall > 0) expect(judgeNativeGrowth(of, perCall + more)).toBe('within')
      }),
    )
  })
})

describe('worthwhileCalls', () => {
  test('as many as there is time for, when far fewer were made', () => {
    // A millisecond each: 3,000 in 3 s.
    expect(
      worthwhileCalls(
        evidence(
          roundsOf([
            [0, 0],
            [1, 0],
            [4, 0],
          ]),
        ),
      ),
    ).toBe(3000)
  })

  test('none when about as many were made', () => {
    expect(
      worthwhileCalls(
        evidence(
          roundsOf([
            [0, 0],
            [1000, 0],
          ]),
        ),
      ),
    ).toBeUndefined()
  })

  test('no more than 256 MiB of what calls take', () => {
    expect(
      worthwhileCalls(
        evidence(
          roundsOf([
            [0, 0],
            [1, 0],
          ]),
          [],
          2 * 2 ** 20,
        ),
      ),
    ).toBe(256)
  })

  test('seven of what is slow, so that there are three rounds', () => {
    const rounds = roundsOf([
      [0, 0],
      [1, 0],
    ]).map((round) => ({ ...round, durationMs: 10_000 }))
    expect(worthwhileCalls(evidence(rounds))).toBe(7)
  })
})
