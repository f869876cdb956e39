import fc from 'fast-check'

import { grownSince } from '../../lib/release/grown-bytes.js'
import type { GrowingFigures } from '../../lib/release/grown-bytes.js'
import type { OutsideGrowth } from '../../lib/release/outside-heap.js'
import { ownersOf } from './moments.js'

const mebibyte = 2 ** 20

function figures(inUseBytes: number | undefined, given: Partial<GrowingFigures> = {}): GrowingFigures {
  return { heap: { usedBytes: 0 }, allocator: 'glibc', purge: { inUseBytes }, listedHandleBytes: 0, owners: ownersOf({}), ...given }
}

const nothing: OutsideGrowth = {
  arrayBufferBytes: 0,
  sharedArrayBufferBytes: 0,
  elsewhereBytes: 0,
  resizableBytes: 0,
  declaredBytes: 0,
  buffers: 0,
}

function grown(
  inUse: number | undefined,
  outside: Partial<OutsideGrowth>,
  after: Partial<GrowingFigures> = {},
): ReturnType<typeof grownSince> {
  return grownSince(figures(0), figures(inUse, after), { ...nothing, ...outside })
}

test('native memory is what malloc has beyond Buffers, shared or not, and what is declared', () => {
  const { nativeBytes, nativeMostBytes } = grown(100 * mebibyte, {
    arrayBufferBytes: 32 * mebibyte,
    sharedArrayBufferBytes: 16 * mebibyte,
    elsewhereBytes: 30 * mebibyte,
    declaredBytes: 20 * mebibyte,
  })
  // A thirty-second of Buffers may be rounding.
  expect(nativeMostBytes).toBe((100 - 48 - 1.5) * mebibyte)
  expect(nativeBytes).toBe((100 - 48 - 1.5 - 20) * mebibyte)
})

test('nor is what V8 counts for other threads', () => {
  const owners = ownersOf({ otherExternalBytes: 32 * mebibyte })
  const { nativeBytes, nativeMostBytes, otherExternalBytes, recordBytes } = grown(
    100 * mebibyte,
    { declaredBytes: 20 * mebibyte },
    { owners },
  )
  expect({ otherExternalBytes, recordBytes }).toEqual({ otherExternalBytes: 32 * mebibyte, recordBytes: mebibyte })
  expect(nativeMostBytes).toBe(99 * mebibyte)
  expect(nativeBytes).toBe((99 - 20 - 32) * mebibyte)
})

test('where it isn’t known, nothing is taken off', () => {
  const owners = ownersOf({ otherExternalBytes: undefined })
  expect(grown(4 * mebibyte, {}, { owners })).toMatchObject({ otherExternalBytes: undefined, nativeBytes: 4 * mebibyte, recordBytes: 0 })
})

test('V8’s records of other threads’ pages are no native memory', () => {
  const owners = ownersOf({ otherHeapsBytes: 10_000_000 })
  const { recordBytes, nativeBytes } = grown(100_000, {}, { owners })
  expect({ recordBytes, nativeBytes }).toEqual({ recordBytes: 100_000, nativeBytes: 0 })
})

test('memory that JavaScript objects have elsewhere hides no leak', () => {
  expect(grown(4 * mebibyte, { elsewhereBytes: 4 * mebibyte })).toMatchObject({ nativeBytes: 4 * mebibyte })
})

test('V8’s records of buffers and pages are no native memory', () => {
  expect(grown(184_000, { buffers: 1000 })).toMatchObject({ recordBytes: 184_000, nativeBytes: 0 })
  expect(grown(mebibyte, {}, { listedHandleBytes: 100_000 })).toMatchObject({ recordBytes: 100_000, nativeBytes: mebibyte - 100_000 })
  expect(grown(100_000, {}, { heap: { usedBytes: 10_000_000 } })).toMatchObject({ recordBytes: 100_000, nativeBytes: 0 })
  expect(grown(mebibyte, {}, { heap: { usedBytes: -10_000_000 } })).toMatchObject({ recordBytes: 0, nativeBytes: mebibyte })
})

test('other allocators may round up by a quarter', () => {
  expect(grown(5 * mebibyte, { arrayBufferBytes: 4 * mebibyte }, { allocator: 'jemalloc' })).toMatchObject({ nativeBytes: 0 })
  expect(grown(5 * mebibyte, { arrayBufferBytes: 4 * mebibyte }).nativeBytes).toBeGreaterThan(0.8 * mebibyte)
})

test('what V8 has from the system for resizable buffers is claimed', () => {
  const after = { owners: ownersOf({ unclaimedBytes: 5 * mebibyte }) }
  expect(grown(0, { elsewhereBytes: 3 * mebibyte, resizableBytes: 3 * mebibyte }, after).unclaimedBytes).toBe(2 * mebibyte)
  expect(grown(0, { resizableBytes: 8 * mebibyte }, after).unclaimedBytes).toBe(0)
})

test('what isn’t known stays unknown', () => {
  expect(grown(undefined, { declaredBytes: 5 })).toMatchObject({ nativeBytes: undefined, nativeMostBytes: undefined, recordBytes: 0 })
  const untold = ownersOf({ otherHeapsBytes: undefined, unclaimedBytes: undefined })
  expect(grown(0, {}, { owners: untold })).toMatchObject({ otherHeapsBytes: undefined, unclaimedBytes: undefined })
})

test('no declared byte makes native memory of the other sign, and at least is no more than at most', () => {
  const bytes = fc.integer({ min: -300, max: 300 }).map((some) => some * mebibyte)
  fc.assert(
    fc.property(bytes, bytes, bytes, fc.nat(100_000), (inUse, arrayBufferBytes, declaredBytes, buffers) => {
      const { nativeBytes = NaN, nativeMostBytes = NaN, recordBytes } = grown(inUse, { arrayBufferBytes, declaredBytes, buffers })
      expect(nativeMostBytes + recordBytes).toBeCloseTo(inUse - arrayBufferBytes, 3)
      expect(Math.sign(nativeBytes) * Math.sign(nativeMostBytes)).toBeGreaterThanOrEqual(0)
      expect(Math.abs(nativeBytes)).toBeLessThanOrEqual(Math.abs(nativeMostBytes))
      expect(Math.abs(nativeMostBytes - nativeBytes)).toBeLessThanOrEqual(Math.abs(2 * declaredBytes))
    }),
  )
})
