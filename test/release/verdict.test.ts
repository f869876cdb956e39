import fc from 'fast-check'

import type { CheckedBytes, CheckRound, HeldBytes } from '../../lib/release/release-check.js'
import { summarise } from '../../lib/release/summary.js'
import { decideVerdict, findLive } from '../../lib/release/verdict.js'
import { nothingGrown } from '../../lib/release/grown-bytes.js'
import { grownOf } from './moments.js'

const mebibyte = 2 ** 20
const nothingHeld: HeldBytes = {
  v8LiveBytes: 0,
  v8FreeBytes: 0,
  otherHeapsBytes: 0,
  otherExternalBytes: 0,
  pagePoolBytes: 0,
  arrayBufferBytes: 0,
  sharedArrayBufferBytes: 0,
  elsewhereArrayBufferBytes: 0,
  wasmBytes: 0,
  recordBytes: 0,
  declaredBytes: 0,
  nativeBytes: 0,
  releasableBytes: 0,
  embeddedBytes: 0,
  embeddedMappedBytes: 0,
  embeddedReleasableBytes: 0,
  pinnedBytes: 0,
  stackBytes: 0,
  fileBytes: 0,
  sharedMemoryBytes: 0,
  unexplainedBytes: 0,
}

function checked(held: Partial<HeldBytes>): CheckedBytes {
  const whole = { ...nothingHeld, ...held }
  const heldBytes = Object.values(whole).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0)
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
    ['still-live', { v8LiveBytes: 40 * mebibyte, arrayBufferBytes: 20 * mebibyte, releasableBytes: 50 * mebibyte }],
  ] as const)('%s, when that holder has most', (verdict, held) => {
    expect(decideVerdict(checked(held), [], allowed, undefined, true)).toBe(verdict)
  })

  test('where native memory is not known, what is allowed to stay may be a leak', () => {
    const bytes = checked({ nativeBytes: undefined, v8FreeBytes: 2 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, undefined, false)).toBe('inconclusive')
    const growth = { bytesPerCall: 512, wantedBytesPerCall: 1024, isEnough: true }
    const told = { verdict: 'inconclusive', bytes, live: [], growth, calls: 1000, stayedWithin: true } as const
    expect(summarise(told, 'glibc')).toMatch(/what native code has in use is not known, so that a leak there would not show/)
  })

  test('what grows with every call is live, although RSS came back', () => {
    const leak = { where: 'native', bytes: 6400, grows: true, bytesPerCall: 64, confidence: 'high' } as const
    expect(decideVerdict(checked({}), [leak], allowed, undefined, true)).toBe('still-live')
  })

  test('never says returned when more stays than is allowed, nor otherwise when less does', () => {
    const holder = fc.integer({ min: -50, max: 300 }).map((mebibytes) => mebibytes * mebibyte)
    const held = fc.record({
      v8LiveBytes: holder,
      v8FreeBytes: holder,
      arrayBufferBytes: holder,
      nativeBytes: fc.option(holder, { nil: undefined }),
      releasableBytes: fc.option(holder, { nil: undefined }),
      pinnedBytes: fc.option(holder, { nil: undefined }),
      fileBytes: holder,
      unexplainedBytes: holder,
    })
    fc.assert(
      fc.property(held, (split) => {
        const bytes = checked(split)
        expect(decideVerdict(bytes, [], allowed, undefined, true) === 'returned').toBe(bytes.stayedBytes <= allowed)
        expect(decideVerdict(bytes, [], allowed, undefined, false)).not.toBe('returned')
      }),
    )
  })

  test('without the what-if, what is left over is the allocator’s when its own count of free memory grew as much', () => {
    const bytes = checked({ releasableBytes: undefined, pinnedBytes: undefined, unexplainedBytes: 80 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, 80 * mebibyte, true)).toBe('held-by-allocator')
    expect(decideVerdict(bytes, [], allowed, 10 * mebibyte, true)).toBe('inconclusive')
    expect(decideVerdict(bytes, [], allowed, undefined, true)).toBe('inconclusive')
  })

  test('as much as may stay may stay', () => {
    expect(decideVerdict(checked({ v8FreeBytes: allowed }), [], allowed, undefined, true)).toBe('returned')
    expect(decideVerdict(checked({ v8FreeBytes: allowed + 1 }), [], allowed, undefined, true)).toBe('held-by-v8')
  })

  test('memory that was kept once doesn’t decide where RSS came back', () => {
    const kept = { where: 'native', bytes: 8 * mebibyte, grows: false, bytesPerCall: 0, confidence: 'medium' } as const
    expect(decideVerdict(checked({}), [kept], allowed, undefined, true)).toBe('returned')
  })

  test('a holder decides from two fifths of what stays on', () => {
    const split = (releasableBytes: number): CheckedBytes => checked({ releasableBytes, unexplainedBytes: 50 * mebibyte - releasableBytes })
    expect(decideVerdict(split(20 * mebibyte), [], allowed, undefined, true)).toBe('held-by-allocator')
    expect(decideVerdict(split(20 * mebibyte - 1), [], allowed, undefined, true)).toBe('inconclusive')
  })

  test('pages of files are no part of what stays', () => {
    const bytes = checked({ pinnedBytes: 10 * mebibyte, fileBytes: 90 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, undefined, true)).toBe('fragmented')
  })

  test('what is live in one place isn’t set off against what became less in another', () => {
    const bytes = checked({ v8LiveBytes: 30 * mebibyte, nativeBytes: -25 * mebibyte, unexplainedBytes: 20 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, undefined, true)).toBe('still-live')
  })

  test('of two holders that have the same, the first named decides', () => {
    expect(decideVerdict(checked({ v8FreeBytes: 9 * mebibyte, pinnedBytes: 9 * mebibyte }), [], allowed, undefined, true)).toBe(
      'held-by-v8',
    )
  })

  test('without the what-if, the allocator holds no more than is unexplained, nor than its count grew', () => {
    const untried = { releasableBytes: undefined, pinnedBytes: undefined }
    // It counts 80 MiB of free memory more, most of it not resident.
    const little = checked({ ...untried, v8FreeBytes: 10 * mebibyte, unexplainedBytes: 5 * mebibyte })
    expect(decideVerdict(little, [], allowed, 80 * mebibyte, true)).toBe('held-by-v8')
    const much = checked({ ...untried, v8FreeBytes: 30 * mebibyte, unexplainedBytes: 35 * mebibyte })
    expect(decideVerdict(much, [], allowed, 29 * mebibyte, true)).toBe('held-by-v8')
    expect(decideVerdict(much, [], allowed, 31 * mebibyte, true)).toBe('held-by-allocator')
  })

  test('what a child found is believed, though it be nothing', () => {
    const bytes = checked({ releasableBytes: 0, unexplainedBytes: 50 * mebibyte })
    expect(decideVerdict(bytes, [], allowed, 50 * mebibyte, true)).toBe('inconclusive')
  })
})

function rounds(figures: readonly Partial<CheckRound>[]): CheckRound[] {
  return figures.map((figure, index) => ({
    calls: index === 0 ? 0 : 4 ** (index - 1) * 100,
    durationMs: 1,
    rssBytes: 0,
    heap: { usedBytes: 0 },
    externalBytes: 0,
    grown: nothingGrown,
    embeddedBytes: 0,
    embeddedMappedBytes: 0,
    ...figure,
  }))
}

describe('findLive', () => {
  test('tells a leak from what was kept once', () => {
    const growing = rounds([0, 1, 5, 21].map((units) => ({ grown: grownOf({ arrayBufferBytes: units * 5 * mebibyte }) })))
    expect(findLive(checked({ arrayBufferBytes: 105 * mebibyte }), growing, allowed)).toEqual([
      expect.objectContaining({ where: 'array-buffers', grows: true, confidence: 'high' }),
    ])
    const once = rounds([0, 0, 0, 0].map(() => ({ grown: grownOf({ arrayBufferBytes: 105 * mebibyte }) })))
    expect(findLive(checked({ arrayBufferBytes: 105 * mebibyte }), once, allowed)).toEqual([
      expect.objectContaining({ where: 'array-buffers', grows: false, bytes: 105 * mebibyte, bytesPerCall: 0 }),
    ])
  })

  test('a figure that one round lacks is no evidence', () => {
    const gaps = rounds([0, 1, 5, 21].map((units) => ({ grown: grownOf({ nativeBytes: units === 5 ? undefined : units * 5 * mebibyte }) })))
    expect(findLive(checked({ nativeBytes: undefined }), gaps, allowed)).toEqual([])
  })

  test('what was kept once is named from the first byte beyond what may stay, at medium confidence', () => {
    const still = rounds([0, 0, 0].map(() => ({})))
    expect(findLive(checked({ v8LiveBytes: allowed }), still, allowed)).toEqual([])
    expect(findLive(checked({ v8LiveBytes: allowed + 1 }), still, allowed)).toEqual([
      { where: 'javascript-heap', bytes: allowed + 1, grows: false, bytesPerCall: 0, confidence: 'medium' },
    ])
  })

  test('a leak is named however small it is, with the confidence of its rounds', () => {
    const growing = rounds([0, 1, 5, 6].map((units) => ({ heap: { usedBytes: units * 64_000 } })))
    expect(findLive(checked({ v8LiveBytes: 640 }), growing, allowed)).toEqual([])
    const twice = rounds([0, 1, 5].map((units) => ({ heap: { usedBytes: units * 120_000 } })))
    const riseOf = (riseBytes: number): CheckedBytes => {
      const bytes = checked({ v8LiveBytes: 640 })
      return { ...bytes, peakBytes: bytes.baselineBytes + riseBytes }
    }
    expect(findLive(riseOf(0), twice, allowed)).toEqual([
      { where: 'javascript-heap', bytes: 640, grows: true, bytesPerCall: 1200, confidence: 'medium' },
    ])
    // It grew by 600,000 bytes. 0.5 MiB are noise, and when RSS rose by 20 MiB 0.1 MiB more.
    expect(findLive(riseOf(20 * mebibyte), twice, allowed)).toEqual([])
  })

  test('the place with most comes first', () => {
    const bytes = checked({ v8LiveBytes: 10 * mebibyte, arrayBufferBytes: 20 * mebibyte, nativeBytes: 30 * mebibyte })
    expect(findLive(bytes, [], allowed).map(({ where }) => where)).toEqual(['native', 'array-buffers', 'javascript-heap'])
  })

  test('native memory that grows is a leak beside Buffers that were kept once', () => {
    const growing = rounds(
      [0, 1, 5].map((units) => ({ grown: grownOf({ arrayBufferBytes: 100 * mebibyte, nativeBytes: units * mebibyte }) })),
    )
    const found = findLive(checked({ arrayBufferBytes: 100 * mebibyte, nativeBytes: 5 * mebibyte }), growing, allowed)
    expect(found.map(({ where, grows }) => [where, grows])).toEqual([
      ['array-buffers', false],
      ['native', true],
    ])
  })

  test('what nobody claims is named where it grows, and only there', () => {
    const bytes = checked({ unexplainedBytes: 50 * mebibyte })
    const growing = rounds([0, 1, 5, 21].map((units) => ({ grown: grownOf({ unclaimedBytes: units * mebibyte }) })))
    expect(findLive(bytes, growing, allowed)).toEqual([
      { where: 'unclaimed', bytes: 21 * mebibyte, grows: true, bytesPerCall: mebibyte / 100, confidence: 'high' },
    ])
    const once = rounds([0, 0, 0].map(() => ({ grown: grownOf({ unclaimedBytes: 50 * mebibyte }) })))
    expect(findLive(bytes, once, allowed)).toEqual([])
  })

  test('what other threads’ heaps gain may be garbage: it is named without confidence, and is no verdict', () => {
    const bytes = checked({ otherHeapsBytes: 210 * mebibyte })
    const growing = rounds([0, 1, 5, 21].map((units) => ({ grown: grownOf({ otherHeapsBytes: units * 10 * mebibyte }) })))
    const live = findLive(bytes, growing, allowed)
    expect(live).toEqual([{ where: 'other-heaps', bytes: 210 * mebibyte, grows: true, bytesPerCall: mebibyte / 10, confidence: 'low' }])
    expect(decideVerdict(bytes, live, allowed, undefined, true)).toBe('inconclusive')
  })

  test('so may their Buffers: a leak may hide among them, however little stayed', () => {
    const bytes = checked({ otherExternalBytes: mebibyte })
    const growing = rounds([0, 1, 5, 21].map((units) => ({ grown: grownOf({ otherExternalBytes: units * mebibyte }) })))
    const live = findLive(bytes, growing, allowed)
    expect(live).toEqual([{ where: 'other-external', bytes: 21 * mebibyte, grows: true, bytesPerCall: mebibyte / 100, confidence: 'low' }])
    expect(decideVerdict({ ...bytes, stayedBytes: allowed }, live, allowed, undefined, true)).toBe('inconclusive')
    expect(decideVerdict({ ...bytes, stayedBytes: allowed }, [], allowed, undefined, true)).toBe('returned')
    const unknown = rounds([0, 1, 5, 21].map(() => ({ grown: grownOf({ otherExternalBytes: undefined }) })))
    expect(findLive(bytes, unknown, allowed)).toEqual([])
  })
})
