import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'

import { countSamples, findPeaks, summariseRecording } from '../../../lib/record/analysis/index.js'
import { blockKinds, encodeBlock } from '../../../lib/record/format/block.js'
import { encodeFileHeader, fileHeaderBytes } from '../../../lib/record/format/file-header.js'
import { courseOf, describeFlight, readRecording } from '../../../lib/record/index.js'
import type { Recording } from '../../../lib/record/index.js'
import { plainStyle } from '../../../lib/report/index.js'
import { makePlot, renderPlotText } from '../../../lib/report/recording-plot/index.js'
import { recordingCsv, recordingJson, renderPeaks, renderRecording } from '../../../lib/report/recording/index.js'
import { eventBlock, fileOf, layout, pinned, rowBlock } from '../made-flight.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const hostile = path.join(folder, 'hostile')
const rows = Array.from({ length: 8 }, (_, index) => rowBlock(index, index * 100, { rss: 50 + index, collections: index }))
const mark = eventBlock(0, { kind: 'mark', process: 0, timeMs: 5, name: 'loaded', by: 'program' })
const good = fileOf(rows, [mark])

function show(recording: Recording): void {
  renderRecording(summariseRecording(recording), plainStyle, describeFlight(recording))
  renderPeaks([{ recording, peaks: findPeaks(recording) }], plainStyle)
  Array.from(recordingCsv(recording))
  JSON.parse(Array.from(recordingJson(recording)).join(''))
  const courses = recording.processes.map((_, number) => courseOf(recording, number))
  const plot = makePlot([{ recording, samples: countSamples(recording), courses }], { children: false })
  if (plot !== undefined) renderPlotText(plot, plainStyle)
}

/** Reads it, and makes all of it that a command would. Whatever else than the typed error is thrown fails the test. */
function readAll(bytes: Uint8Array): void {
  writeFileSync(hostile, bytes)
  try {
    show(readRecording(hostile))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_RECORDING' })
  }
}

test('the good file is read, so that those below are good but for what was changed', () => {
  writeFileSync(hostile, good)
  expect(readRecording(hostile)).toMatchObject({ kind: 'flight', damage: undefined, marks: [{ name: 'loaded' }] })
})

test('a header under a checksum that is right may say anything of slots', () => {
  const sizes = fc.constantFrom(0, 1, 15, 16, 17, 511, 512, 4060, 2 ** 31, 2 ** 32 - 1)
  fc.assert(
    fc.property(sizes, sizes, sizes, sizes, (pinnedBytes, slotBytes, rowSlots, eventSlots) => {
      const bytes = Buffer.from(good)
      encodeFileHeader({ kind: 'flight', pinnedBytes, slotBytes, rowSlots, eventSlots }).copy(bytes)
      readAll(bytes)
    }),
  )
})

test('bytes anywhere else are changed, and the file is cut', () => {
  const at = fc.nat(good.length - fileHeaderBytes - 1)
  const changes = fc.array(fc.record({ at, to: fc.nat(255) }), { maxLength: 8 })
  fc.assert(
    fc.property(changes, fc.nat(good.length), (edits, length) => {
      const bytes = Buffer.from(good)
      for (const edit of edits) bytes[fileHeaderBytes + edit.at] = edit.to
      readAll(bytes.subarray(0, length))
      readAll(bytes)
    }),
  )
})

test('rows of any doubles, and events of any fields, under checksums that are right', () => {
  const double = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -1, 0, 18, 1e300, 2 ** 53))
  const figures = fc.array(double, { maxLength: 62 }).map((list) => {
    if (list.length > 0) list[0] = list.length
    return Buffer.from(Float64Array.from(list).buffer)
  })
  const blocks = fc.array(fc.record({ kind: fc.constantFrom(blockKinds.row, blockKinds.collection), payload: figures }), { maxLength: 12 })
  fc.assert(
    fc.property(blocks, (written) => {
      readAll(fileOf([...rows.slice(0, 3), ...written.map((block, index) => encodeBlock({ ...block, sequence: 3 + index }))]))
    }),
    { numRuns: 200 },
  )
})

test('events that stay, and whose fields have other types', () => {
  const strange = [null, true, 1e308, -1, 0.5, '', 'x', [], {}, [1], ['markSweeps'], Array<string>(40).fill('heapUsedBytes')]
  pinned.forEach((event, which) => {
    for (const field of Object.keys(event)) {
      for (const value of strange) {
        const changed = pinned.map((one, index) => (index === which ? { ...one, [field]: value } : one))
        const blocks = changed.map((one, sequence) => encodeBlock({ kind: 1, sequence, payload: Buffer.from(JSON.stringify(one)) }))
        const head = Buffer.concat([encodeFileHeader(layout), ...blocks])
        readAll(Buffer.concat([head, Buffer.alloc(4096 - head.length), good.subarray(4096)]))
      }
    }
  })
})
