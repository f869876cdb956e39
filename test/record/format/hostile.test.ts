import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'

import { findPeaks, summariseRecording } from '../../../lib/record/analysis/index.js'
import { decodeBlock, encodeBlock } from '../../../lib/record/format/block.js'
import { encodeFileHeader, fileHeaderBytes } from '../../../lib/record/format/file-header.js'
import { findRecordings, readRecording } from '../../../lib/record/index.js'
import { plainStyle } from '../../../lib/report/index.js'
import { recordingCsv, recordingJson, renderPeaks, renderRecording } from '../../../lib/report/recording/index.js'
import { makeRichRecording } from '../made-recording.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const hostile = path.join(folder, 'hostile')
const good = path.join(folder, 'good')
makeRichRecording(good)
const goodBytes = readFileSync(good)

/** Reads it, and makes all of it that a command would. Whatever else than the typed error is thrown fails the test. */
function readAll(bytes: Uint8Array): void {
  writeFileSync(hostile, bytes)
  try {
    const recording = readRecording(hostile)
    renderRecording(summariseRecording(recording), plainStyle)
    renderPeaks([{ recording, peaks: findPeaks(recording) }], plainStyle)
    Array.from(recordingCsv(recording))
    JSON.parse(Array.from(recordingJson(recording)).join(''))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_RECORDING' })
  }
  expect(findRecordings(folder).length).toBeGreaterThanOrEqual(1)
}

const header = encodeFileHeader()

test('any bytes are refused, or read up to where they are wrong', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      readAll(Buffer.concat([header, bytes]))
    }),
  )
})

/** The payloads of the good file's blocks. */
function goodBlocks(): readonly { readonly kind: number; readonly payload: Uint8Array }[] {
  const blocks = []
  for (let at = fileHeaderBytes; at < goodBytes.length;) {
    const decoded = decodeBlock(goodBytes, at)
    if ('wrong' in decoded) throw new Error(decoded.wrong)
    blocks.push(decoded.block)
    at = decoded.end
  }
  return blocks
}

test('payloads changed under a checksum that is right: by a byte, by length, in another order', () => {
  const blocks = goodBlocks()
  const change = fc.record({
    block: fc.nat(blocks.length - 1),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    to: fc.nat(255),
  })
  const edits = fc.record({ changes: fc.array(change, { maxLength: 4 }), cut: fc.option(change), swap: fc.option(change) })
  fc.assert(
    fc.property(edits, ({ changes, cut, swap }) => {
      const edited = blocks.map(({ kind, payload }) => ({ kind, payload: Buffer.from(payload) }))
      changes.forEach(({ block, at, to }) => {
        const payload = edited[block]?.payload
        if (payload !== undefined) payload[Math.floor(at * payload.length)] = to
      })
      if (cut !== null) {
        const shortened = edited[cut.block] as (typeof edited)[number]
        shortened.payload = shortened.payload.subarray(0, Math.floor(cut.at * shortened.payload.length))
      }
      if (swap !== null) edited.splice(swap.block, 0, ...edited.splice(Math.floor(swap.at * edited.length), 1))
      readAll(Buffer.concat([header, ...edited.map((block, sequence) => encodeBlock({ ...block, sequence }))]))
    }),
    { numRuns: 200 },
  )
})

test('events whose fields have other types, under a checksum that is right', () => {
  const events = goodBlocks().flatMap(({ kind, payload }) =>
    kind === 1 ? [JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>] : [],
  )
  const strange = [null, true, 1e308, -1, 0.5, 2 ** 53, '', 'x', [], {}, [1]]
  events.forEach((event, which) => {
    for (const field of Object.keys(event)) {
      for (const value of strange) {
        const changed = events.map((one, index) => (index === which ? { ...one, [field]: value } : one))
        const blocks = changed.map((one, sequence) => encodeBlock({ kind: 1, sequence, payload: Buffer.from(JSON.stringify(one)) }))
        readAll(Buffer.concat([header, ...blocks]))
      }
    }
  })
})

test('a block that claims more samples than it has does not take long', () => {
  // Track 0, 2^49 rows.
  const payload = Uint8Array.of(0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)
  const blocks = goodBlocks().slice(0, 4)
  const all = [...blocks, { kind: 2, payload }].map((block, sequence) => encodeBlock({ ...block, sequence }))
  writeFileSync(hostile, Buffer.concat([header, ...all]))
  expect(readRecording(hostile).damage?.reason).toMatch(/block/)
})

test('a newer version is refused with its number', () => {
  const newer = Buffer.from(goodBytes)
  newer.writeUInt32LE(99, 8)
  writeFileSync(hostile, newer)
  expect(() => readRecording(hostile)).toThrow(/version 99 of the format/)
})

test('kinds of blocks and of events that are not known are passed over', () => {
  const strangers = [
    { kind: 77, payload: Buffer.from('?') },
    { kind: 1, payload: Buffer.from('{"kind":"later","a":1}') },
  ]
  const blocks = [...goodBlocks().slice(0, 2), ...strangers, ...goodBlocks().slice(2)].map((block, sequence) =>
    encodeBlock({ ...block, sequence }),
  )
  writeFileSync(hostile, Buffer.concat([header, ...blocks]))
  expect({ ...readRecording(hostile), file: '' }).toEqual({ ...readRecording(good), file: '' })
})
