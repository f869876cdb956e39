import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { FileEvent } from '../../../lib/record/format/file-events.js'
import { fileHeaderBytes } from '../../../lib/record/format/file-header.js'
import { describeFlight, readRecording } from '../../../lib/record/index.js'
import type { Recording } from '../../../lib/record/index.js'
import { flightText } from '../../../lib/report/recording/flight-text.js'
import { collectionBlock, eventBlock, fileOf, pinned, rowBlock } from '../made-flight.js'
import { mebibyte } from '../made-recording.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function read(bytes: Buffer): Recording {
  const file = path.join(folder, 'a.rec')
  writeFileSync(file, bytes)
  return readRecording(file)
}

const growing = Array.from({ length: 11 }, (_, index) => rowBlock(index, index * 100, { rss: 50 + index }))

test('rows and events come in the order in which they were written, the oldest written over', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  const events = names.map((name, sequence) => eventBlock(sequence, { kind: 'mark', process: 0, timeMs: sequence, name, by: 'program' }))
  const { tracks, marks, damage } = read(fileOf(growing, events))
  expect(damage).toBeUndefined()
  expect(marks.map(({ name }) => name)).toEqual(['c', 'd', 'e'])
  expect([...(tracks[0]?.timeMs ?? [])]).toEqual([300, 400, 500, 600, 700, 800, 900, 1000])
  expect(tracks[0]).toMatchObject({ process: 0, source: 'inside' })
  expect(tracks[0]?.columns.rssBytes?.[0]).toBe(53 * mebibyte)
  expect(tracks[0]?.columns.arenas?.[0]).toBe(2)
  expect(Object.keys(tracks[0]?.columns ?? {})).not.toContain('ofALaterVersion')
})

test('collections are counted between rows, and the last one of the whole heap behind them', () => {
  const rows = [0, 2, 2, 3].map((collections, index) => rowBlock(index, index * 100, { rss: 50, heap: 10 + index, collections }))
  const gcOf = (last: Buffer): unknown => {
    const { timeMs, columns } = read(fileOf(rows, [], last)).tracks[1] ?? {}
    return Array.from(timeMs ?? [], (time, index) => [
      time,
      ...(['gcKind', 'collections', 'durationMs', 'heapUsedBytes'] as const).map((name) => columns?.[name]?.[index]),
    ])
  }
  const counted = [
    [100, 4, 2, 10, 11 * mebibyte],
    [300, 4, 1, 5, 13 * mebibyte],
  ]
  expect(gcOf(collectionBlock(350, { heap: 20, collections: 4 }))).toEqual([...counted, [350, 4, 1, 5, 20 * mebibyte]])
  // The last row has counted it already.
  expect(gcOf(collectionBlock(250, { heap: 20, collections: 3 }))).toEqual(counted)
})

test('an allocator that is not known here has no footprint, and the rest is read', () => {
  const bytes = fileOf(growing)
  const other = pinned.map((event) => (event.kind === 'rows' ? { ...event, allocator: 'smalloc' } : event))
  Buffer.concat(other.map((event, sequence) => eventBlock(sequence, event))).copy(bytes, fileHeaderBytes)
  bytes.fill(0, fileHeaderBytes + Buffer.concat(other.map((event, sequence) => eventBlock(sequence, event))).length, 4096)
  const { tracks, damage } = read(bytes)
  expect(damage).toBeUndefined()
  expect(tracks[0]?.columns.rssBytes?.[0]).toBe(53 * mebibyte)
  expect(tracks[0]?.columns.mappedBytes?.every(Number.isNaN)).toBe(true)
})

test('a torn slot is passed over, wherever it was torn', () => {
  const whole = fileOf(growing)
  // The slot of the newest row, 10, is the third.
  for (let kept = 0; kept < 16 + 18 * 8; kept += 4) {
    const torn = Buffer.from(whole)
    ;(growing[2] as Buffer).copy(torn, 4096 + 2 * 512 + kept, kept)
    const { tracks, damage } = read(torn)
    expect(damage).toBeUndefined()
    // Where all that is missing of the newer row is as it was in the older one, it is whole.
    expect(tracks[0]?.timeMs.length).toBeGreaterThanOrEqual(7)
    expect(tracks[0]?.timeMs.at(-1)).toBe(torn.equals(whole) ? 1000 : 900)
  }
})

test('a pinned block that is broken is damage; without the beginning the file is refused', () => {
  const bytes = fileOf(growing)
  const last = bytes.indexOf('"rows"')
  bytes[last] = 0x2a
  expect(read(bytes)).toMatchObject({ damage: { reason: "a block's checksum doesn't match" }, tracks: [] })
  bytes[fileHeaderBytes + 20] = 0x2a
  expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_RECORDING' }))
})

test('a file that was cut short has the rows that are left', () => {
  const bytes = fileOf(growing)
  expect(read(bytes.subarray(0, 4096 + 512 * 3 + 100)).tracks[0]?.timeMs.length).toBe(3)
  expect(read(bytes.subarray(0, 4096)).tracks[0]?.timeMs.length).toBe(0)
})

test.each([
  [{ rss: 300, heap: 240 }, /^V8's heap grew by 23\d\.0 MiB in the last 600 ms \(RSS by .*\), and V8's heap limit was near\.$/],
  [{ rss: 480, arena: 400, container: 450 }, /^The allocator grew by .*, and the container's limit was near\.$/],
  [
    { rss: 480, arena: 200, heap: 250, container: 490 },
    /^V8's heap grew by .*, the allocator by .*, and the container's limit and V8's heap limit were near/,
  ],
  [{ rss: 480, heap: 229, container: 449 }, /, and no limit was near\.$/],
  [{ rss: 53 }, /^RSS didn't grow: it was 53\.0 MiB at the end, and 50\.0 MiB at its lowest in 600 ms, and no limit was near\.$/],
])('%j at the end', (figures, first) => {
  const steady = Array.from({ length: 6 }, (_, index) => rowBlock(index, index * 100, { rss: index === 0 ? 50 : 52 }))
  const [sentence, , , last] = flightText(describeFlight(read(fileOf([...steady, rowBlock(6, 600, figures)]))))
  expect(sentence).toMatch(first)
  expect(last).toMatch(/^It ended without a word/)
})

test('a recording without samples says no more than how it ended', () => {
  const end: FileEvent = {
    kind: 'end',
    timeMs: 1,
    reason: 'stopped',
    exitCode: undefined,
    signal: undefined,
    lostSamples: 0,
    missedSamples: 0,
  }
  expect(flightText(describeFlight(read(fileOf([], [eventBlock(0, end)]))))).toEqual([
    'It has no samples.',
    'The program stopped the recorder.',
  ])
  expect(flightText(describeFlight(read(fileOf([])), true))).toEqual(['It has no samples.', 'The process runs, and is recorded.'])
})
