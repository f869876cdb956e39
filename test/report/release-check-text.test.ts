import fc from 'fast-check'

import type { ReleaseCheck } from '../../lib/release/index.js'
import { releaseVerdicts } from '../../lib/release/index.js'
import { plainStyle, renderReleaseCheck } from '../../lib/report/index.js'

const bytes = fc.integer({ min: -(2 ** 34), max: 2 ** 34 })
const maybeBytes = fc.option(bytes, { nil: undefined })

const held = fc.record({
  v8LiveBytes: bytes,
  v8FreeBytes: bytes,
  otherHeapsBytes: maybeBytes,
  otherExternalBytes: maybeBytes,
  pagePoolBytes: bytes,
  arrayBufferBytes: bytes,
  sharedArrayBufferBytes: bytes,
  elsewhereArrayBufferBytes: bytes,
  wasmBytes: bytes,
  recordBytes: bytes,
  declaredBytes: bytes,
  nativeBytes: maybeBytes,
  releasableBytes: maybeBytes,
  embeddedBytes: bytes,
  embeddedMappedBytes: bytes,
  embeddedReleasableBytes: maybeBytes,
  pinnedBytes: maybeBytes,
  stackBytes: bytes,
  fileBytes: bytes,
  sharedMemoryBytes: bytes,
  unexplainedBytes: bytes,
})

const checks = fc
  .record({ held, baseline: fc.nat(2 ** 34), rise: fc.nat(2 ** 34), verdict: fc.constantFrom(...releaseVerdicts) })
  .map(({ held: split, baseline, rise, verdict }) => {
    const check: Omit<ReleaseCheck, 'allocator'> = {
      verdict,
      summary: 'A sentence.',
      bytes: {
        baselineBytes: baseline,
        peakBytes: baseline + rise,
        afterBytes: baseline,
        returnedBytes: rise,
        heldBytes: 0,
        stayedBytes: 0,
        held: split,
      },
      live: [],
      holderSearch: undefined,
      nativeSearch: undefined,
      embedded: [],
      advice: ['One thing.'],
      rounds: [],
      calls: 1,
      growth: { bytesPerCall: undefined, wantedBytesPerCall: 1024, isEnough: false },
      allowedBytes: 1,
      whatIf: { made: true, reason: undefined, releasableBytes: 0, forkMs: 1 },
      coarse: false,
      missing: [],
      durationMs: 1,
    }
    return check as ReleaseCheck
  })

describe('renderReleaseCheck', () => {
  test('draws a bar that is as wide as its screen allows, whatever the figures', () => {
    fc.assert(
      fc.property(checks, fc.integer({ min: 60, max: 200 }), (check, width) => {
        const text = renderReleaseCheck(check, 'subject', { ...plainStyle, width })
        const bar = /^ {2}\[(.*)\]$/m.exec(text)?.[1]
        if (bar !== undefined) expect(bar).toHaveLength(Math.min(72, width - 6))
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width)
      }),
    )
  })

  test('fills the bar in proportion', () => {
    const [check] = fc.sample(checks, 1) as [ReleaseCheck]
    const none = Object.fromEntries(Object.keys(check.bytes.held).map((name) => [name, 0])) as unknown as ReleaseCheck['bytes']['held']
    const split = { ...none, releasableBytes: 50, pinnedBytes: 25 }
    const text = renderReleaseCheck({ ...check, bytes: { ...check.bytes, baselineBytes: 0, peakBytes: 100, held: split } }, '', plainStyle)
    expect(text).toContain(`[${'r'.repeat(36)}${'p'.repeat(18)}${'·'.repeat(18)}]`)
  })
})
