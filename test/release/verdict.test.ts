import fc from 'fast-check'

import type { CheckedBytes, CheckRound, HeldBytes } from '../../lib/release/release-check.js'
import { decideVerdict, findLive } from '../../lib/release/verdict.js'

const mebibyte = 2 ** 20
const nothingHeld: HeldBytes = {
  v8LiveBytes: 0,
  v8FreeBytes: 0,
  externalBytes: 0,
  arrayBufferBytes: 0,
  nativeBytes: 0,
  releasableBytes: 0,
  pinnedBytes: 0,
  stackBytes: 0,
  fileBytes: 0,
  sharedMemoryBytes: 0,
  unexplainedBytes: 0,
}

function checked(held: Partial<HeldBytes>): CheckedBytes {
  const whole = { ...nothingHeld, ...held }
  const { arrayBufferBytes: _, ...holders } = whole
  const heldBytes = Object.values(holders).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
  const baselineBytes = 50 * mebibyte
  const peakBytes = baselineBytes + 400 * mebibyte
  const stayedBytes = heldBytes - whole.fileBytes
  const returnedBytes = 400 * mebibyte - heldBytes
  return { baselineBytes, peakBytes, afterBytes: baselineBytes + heldBytes, returnedBytes, heldBytes, stayedBytes, held: whole }
}

const allowed = 4 * mebibyte

describe('decideVerdict', () => {
  test.each([
    ['returned', { v8FreeBytes: 2 * mebibyte, fileBytes: 30 * mebibyte }],
    ['held-by-v8', { v8FreeBytes: 30 * mebibyte, releasableBytes: 10 * mebibyte }],
    ['held-by-allocator', { releasableBytes: 100 * mebibyte, pinnedBytes: 30 * mebibyte }],
    ['fragmented', { releasableBytes: 10 * mebibyte, pinnedBytes: 60 * mebibyte, nativeBytes: 8 * mebibyte }],
    ['inconclusive', { unexplainedBytes: 50 * mebibyte, releasableBytes: 10 * mebibyte }],
    ['still-live', { v8LiveBytes: 40 * mebibyte, externalBytes: 20 * mebibyte, releasableBytes: 50 * mebibyte }],
  ] as const)('%s, when that holder has most', (verdict, held) => {
    expect(decideVerdict(checked(held), [], allowed, undefined)).toBe(verdict)
  })

  test('what grows with every call is live, although RSS came back', () => {
    const leak = { where: 'native', bytes: 6400, grows: true, bytesPerCall: 64, confidence: 'high' } as const
    expect(decideVerdict(checked({}), [leak], allowed, undefined)).toBe('still-live')
  })

  test('never says returned when more stays than is allowed, nor otherwise when less does', () => {
    const holder = fc.integer({ min: -50, max: 300 }).map((mebibytes) => mebibytes * mebibyte)
    const held = fc.record({
      v8LiveBytes: holder,
      v8FreeBytes: holder,
      externalBytes: holder,
      nativeBytes: fc.option(holder, { nil: undefined }),
      releasableBytes: fc.option(holder, { nil: undefined }),
      pinnedBytes: fc.option(holder, { nil: undefined }),
      fileBytes: holder,
      unexplainedBytes: holder,
    })
    fc.assert(
      fc.property(held, (split) => {
        const bytes = checked(split)
        expect(decideVerdict(bytes, [], allowed, undefined) === 'returned').toBe(bytes.stayedBytes <= allowed)
      }),
    )
  })

  test('without the what-if, what is left over is the allocator’s when its own count of free memory grew as much', () => {
    const bytes = checked({ releasableBytes: undefined, pinnedBytes: undefined, unexplainedBytes: 80 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, 80 * mebibyte)).toBe('held-by-allocator')
    expect(decideVerdict(bytes, [], allowed, 10 * mebibyte)).toBe('inconclusive')
    expect(decideVerdict(bytes, [], allowed, undefined)).toBe('inconclusive')
  })
})

function rounds(figures: readonly Partial<CheckRound>[]): CheckRound[] {
  return figures.map((figure, index) => ({
    calls: index === 0 ? 0 : 4 ** (index - 1) * 100,
    durationMs: 1,
    rssBytes: 0,
    heap: { usedBytes: 0 },
    externalBytes: 0,
    nativeBytes: 0,
    ...figure,
  }))
}

describe('findLive', () => {
  test('tells a leak from what was kept once', () => {
    const growing = rounds([0, 1, 5, 21].map((units) => ({ externalBytes: units * 5 * mebibyte })))
    expect(findLive(checked({ externalBytes: 105 * mebibyte }), growing, allowed)).toEqual([
      expect.objectContaining({ where: 'external', grows: true, confidence: 'high' }),
    ])
    const once = rounds([0, 0, 0, 0].map(() => ({ externalBytes: 105 * mebibyte })))
    expect(findLive(checked({ externalBytes: 105 * mebibyte }), once, allowed)).toEqual([
      expect.objectContaining({ where: 'external', grows: false, bytes: 105 * mebibyte, bytesPerCall: 0 }),
    ])
  })

  test('takes native memory beside external memory for rounding to size classes, up to a quarter of it', () => {
    const growing = (nativeShare: number): CheckRound[] =>
      rounds([0, 1, 5, 21].map((units) => ({ externalBytes: units * 5 * mebibyte, nativeBytes: units * 5 * mebibyte * nativeShare })))
    const bytes = checked({ externalBytes: 105 * mebibyte, nativeBytes: 20 * mebibyte })
    expect(findLive(bytes, growing(0.2), allowed).map(({ where }) => where)).toEqual(['external'])
    expect(findLive(bytes, growing(0.5), allowed).map(({ where }) => where)).toEqual(['external', 'native'])
  })

  test('a figure that one round lacks is no evidence', () => {
    const gaps = rounds([0, 1, 5, 21].map((units) => ({ nativeBytes: units === 5 ? undefined : units * 5 * mebibyte })))
    expect(findLive(checked({ nativeBytes: undefined }), gaps, allowed)).toEqual([])
  })
})
