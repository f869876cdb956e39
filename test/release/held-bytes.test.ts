import type { GrownBytes } from '../../lib/release/grown-bytes.js'
import { splitHeld } from '../../lib/release/held-bytes.js'
import type { TriedPurge } from '../../lib/release/what-if.js'
import { embeddedOf, grownOf, momentOf, residencyOf } from './moments.js'

const before = momentOf({
  residency: residencyOf({ residentBytes: 100, stackBytes: 10, fileBytes: 20, sharedMemoryBytes: 5 }),
  heap: { usedBytes: 30, residentBytes: 50 },
  embedded: embeddedOf({ inUseBytes: 21, mappedBytes: 31 }),
  purge: { releasableBytes: 3, inUseBytes: 40, pinnedBytes: 2, forkMs: 1, embeddedReleasableBytes: 4, lack: undefined },
})
const after = momentOf({
  residency: residencyOf({ residentBytes: 1000, stackBytes: 11, fileBytes: 25, sharedMemoryBytes: 8 }),
  heap: { usedBytes: 130, residentBytes: 170 },
  embedded: embeddedOf({ inUseBytes: 28, mappedBytes: 42 }),
  grown: grownOf({
    arrayBufferBytes: 20,
    sharedArrayBufferBytes: 6,
    elsewhereBytes: 9,
    declaredBytes: 31,
    wasmBytes: 2,
    recordBytes: 13,
    nativeBytes: 265,
    nativeMostBytes: 281,
    otherHeapsBytes: 14,
    pagePoolBytes: 17,
    unclaimedBytes: 18,
  }),
  purge: { releasableBytes: 103, inUseBytes: 340, pinnedBytes: 12, forkMs: 1, embeddedReleasableBytes: 19, lack: undefined },
})

describe('splitHeld', () => {
  test('each holder has what it gained, and what none of them has is unexplained', () => {
    expect(splitHeld(before, after)).toEqual({
      v8LiveBytes: 100,
      // 40 free at the end, 20 at the beginning.
      v8FreeBytes: 20,
      otherHeapsBytes: 14,
      otherExternalBytes: 0,
      pagePoolBytes: 17,
      arrayBufferBytes: 20,
      sharedArrayBufferBytes: 6,
      elsewhereArrayBufferBytes: 9,
      wasmBytes: 2,
      recordBytes: 13,
      // Of the 31 that are declared, malloc may serve 281 - 265.
      declaredBytes: 16,
      nativeBytes: 265,
      releasableBytes: 100,
      embeddedBytes: 7,
      embeddedMappedBytes: 11,
      embeddedReleasableBytes: 15,
      pinnedBytes: 10,
      stackBytes: 1,
      fileBytes: 5,
      sharedMemoryBytes: 3,
      // RSS rose by 900.
      unexplainedBytes: 900 - (100 + 20 + 14 + 17 + 20 + 6 + 9 + 2 + 13 + 16 + 265 + 100 + 7 + 11 + 15 + 10 + 1 + 5 + 3),
    })
  })

  test('what malloc may serve of other threads’ Buffers is what is left between least and most', () => {
    const withOthers = (grown: Partial<GrownBytes>): ReturnType<typeof splitHeld> =>
      splitHeld(before, momentOf({ ...after, grown: { ...after.grown, ...grown } }))
    expect(withOthers({ nativeBytes: 200, otherExternalBytes: 70 })).toMatchObject({
      declaredBytes: 31,
      otherExternalBytes: 50,
      nativeBytes: 200,
    })
    expect(withOthers({ otherExternalBytes: undefined, nativeBytes: 250 })).toMatchObject({
      declaredBytes: 31,
      otherExternalBytes: undefined,
    })
    const untold = { nativeBytes: undefined, nativeMostBytes: undefined, otherExternalBytes: 70 }
    expect(withOthers(untold)).toMatchObject({ declaredBytes: 31, otherExternalBytes: undefined })
  })

  test('what became less is negative', () => {
    const less = Object.fromEntries(Object.entries(after.grown).map(([name, bytes]) => [name, -(bytes as number)]))
    const back = splitHeld(after, momentOf({ ...before, grown: grownOf(less) }))
    expect(back).toMatchObject({ v8LiveBytes: -100, v8FreeBytes: -20, nativeBytes: -265, releasableBytes: -100, pinnedBytes: -10 })
    expect(back.unexplainedBytes).toBe(-splitHeld(before, after).unexplainedBytes)
  })

  test('a figure that one end lacks is unknown, and explains nothing', () => {
    const untried = { reason: 'whatIf is false', inUseBytes: undefined, retainedBytes: 7, lack: undefined }
    const grown = { ...after.grown, nativeBytes: undefined, nativeMostBytes: undefined, recordBytes: 0, otherHeapsBytes: undefined }
    for (const [from, to] of [
      [momentOf({ ...before, purge: untried }), momentOf({ ...after, grown })],
      [before, momentOf({ ...after, purge: untried, grown })],
    ] as const) {
      const held = splitHeld(from, to)
      expect(held).toMatchObject({
        nativeBytes: undefined,
        releasableBytes: undefined,
        embeddedReleasableBytes: undefined,
        pinnedBytes: undefined,
      })
      // What is declared counts whole, where malloc doesn't tell how much it serves.
      expect(held.unexplainedBytes).toBe(900 - (100 + 20 + 17 + 20 + 6 + 9 + 2 + 31 + 7 + 11 + 1 + 5 + 3))
    }
  })

  test('an allocator that came with a library in between began with nothing', () => {
    const from = momentOf({ ...before, purge: { ...before.purge, embeddedReleasableBytes: undefined } as TriedPurge })
    expect(splitHeld(from, after).embeddedReleasableBytes).toBe(19)
    expect(splitHeld(after, from).embeddedReleasableBytes).toBeUndefined()
  })

  test('memory in use is known without a purge, too', () => {
    const untried = { reason: 'whatIf is false', retainedBytes: 7, lack: undefined }
    const from = momentOf({ ...before, purge: { ...untried, inUseBytes: 40 } })
    const to = momentOf({ ...after, purge: { ...untried, inUseBytes: 340 } })
    expect(splitHeld(from, to)).toMatchObject({ nativeBytes: 265, releasableBytes: undefined, pinnedBytes: undefined })
  })
})
