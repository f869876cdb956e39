import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import zlib from 'node:zlib'

import fc from 'fast-check'

import { crc32 } from '../../../lib/record/format/block.js'
import { RecordingWriter } from '../../../lib/record/format/recording-writer.js'
import { SampleDecoder, SampleEncoder, trackOf } from '../../../lib/record/format/samples.js'
import { readRecording } from '../../../lib/record/index.js'
import type { RecordingStart } from '../../../lib/record/index.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const start: RecordingStart = {
  timeMs: 1.7e12,
  allocscopeVersion: '0',
  command: ['node', 'app.js'],
  pid: 7,
  intervalMs: 10,
  children: false,
}
const columns = [
  { name: 'rssBytes', unit: 4096 },
  { name: 'heapUsedBytes', unit: 1 },
] as const

/** A file of `count` samples, a flush each ten. */
function write(file: string, count: number): void {
  const writer = new RecordingWriter(file, { replace: true })
  writer.event({ kind: 'start', ...start })
  writer.event({ kind: 'process', process: 0, pid: 7, command: 'node app.js', startMs: 0 })
  const track = writer.track({ process: 0, source: 'outside', columns })
  for (let index = 0; index < count; index++) {
    writer.sample(track, [index * 10, 4096 * (1000 + index), index % 3 === 0 ? NaN : 123 + index])
    if (index % 10 === 9) writer.flush()
  }
  writer.close()
}

test('the checksum is that of zlib', () => {
  const theirs = (zlib as { crc32?: (bytes: Uint8Array) => number }).crc32
  // The value that every description of CRC-32 gives as its check.
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => theirs === undefined || crc32(bytes) === theirs(bytes)))
})

test('samples come back as they were, to a hundredth of a millisecond', () => {
  const figure = fc.oneof(fc.maxSafeInteger(), fc.constant(NaN))
  const row = fc.tuple(fc.nat(1e6), figure, figure)
  fc.assert(
    fc.property(fc.nat(1000), fc.array(row, { maxLength: 50 }), (track, given) => {
      const plain = [
        { name: 'rssBytes', unit: 1 },
        { name: 'heapUsedBytes', unit: 1 },
      ] as const
      // Differences of two numbers beyond 2^52 aren't whole any more.
      const rows = given
        .map(([time, ...figures]) => [time, ...figures.map((value) => Math.trunc(value / 4))])
        .sort((a, b) => (a[0] as number) - (b[0] as number))
      const encoder = new SampleEncoder(track, plain)
      const decoder = new SampleDecoder(plain)
      const back: number[][] = []
      // In two payloads, as a recording has many.
      for (const part of [rows.slice(0, 20), rows.slice(20)]) {
        for (const row of part) encoder.add(row)
        expect(encoder.rows).toBe(part.length)
        const payload = encoder.take()
        expect(trackOf(payload)).toBe(track)
        decoder.decode(payload, (timeMs, figures) => back.push([timeMs, ...figures]))
      }
      expect(back).toHaveLength(rows.length)
      back.forEach(([timeMs, ...figures], index) => {
        const [wantedMs, ...wanted] = rows[index] as number[]
        expect(Math.abs((timeMs as number) - (wantedMs as number))).toBeLessThanOrEqual(0.005 + 1e-6)
        expect(figures).toEqual(wanted.map((value) => (Object.is(value, -0) ? 0 : value)))
      })
    }),
  )
})

test('what no file can hold is unknown, and a time that is none is that of the row before', () => {
  const encoder = new SampleEncoder(0, columns)
  const decoder = new SampleDecoder(columns)
  const rows = [
    [10, 4096, 1],
    [NaN, Infinity, -(2 ** 51) - 1],
    [1e300, 1e300, 2 ** 51],
    [20, 8192, -(2 ** 51)],
  ]
  for (const row of rows) encoder.add(row)
  const back: number[][] = []
  decoder.decode(encoder.take(), (timeMs, figures) => back.push([timeMs, ...figures]))
  expect(back).toEqual([
    [10, 4096, 1],
    [10, NaN, NaN],
    [10, NaN, 2 ** 51],
    [20, 8192, -(2 ** 51)],
  ])
})

test('a file comes back whole', () => {
  const file = path.join(folder, 'whole')
  write(file, 95)
  const recording = readRecording(file)
  expect(recording).toMatchObject({ start, end: undefined, damage: undefined })
  expect(recording.processes).toEqual([
    { pid: 7, parent: undefined, command: 'node app.js', startMs: 0, endMs: undefined, exitMs: undefined, node: undefined },
  ])
  const [track] = recording.tracks
  expect(Array.from(track?.timeMs ?? [])).toEqual(Array.from({ length: 95 }, (_, index) => index * 10))
  expect(track?.columns.rssBytes?.at(-1)).toBe(4096 * 1094)
  expect(track?.columns.heapUsedBytes?.subarray(0, 3)).toEqual(Float64Array.of(NaN, 124, 125))
})

test('cut anywhere, a file gives all whole blocks before the cut', () => {
  const file = path.join(folder, 'whole')
  write(file, 95)
  const bytes = readFileSync(file)
  const cut = path.join(folder, 'cut')
  let last = -1
  for (let length = 0; length <= bytes.length; length++) {
    writeFileSync(cut, bytes.subarray(0, length))
    let samples = 0
    try {
      const recording = readRecording(cut)
      samples = recording.tracks[0]?.timeMs.length ?? 0
      expect(samples % 10 === 0 || samples === 95).toBe(true)
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_RECORDING' })
    }
    expect(samples).toBeGreaterThanOrEqual(last)
    last = samples
  }
  expect(last).toBe(95)
})

test('a changed byte anywhere is found: an error, or damage with the good samples before it', () => {
  const file = path.join(folder, 'whole')
  write(file, 95)
  const bytes = readFileSync(file)
  const changed = path.join(folder, 'changed')
  for (let at = 0; at < bytes.length; at++) {
    const other = Buffer.from(bytes)
    other[at] = (other[at] as number) ^ 0x10
    writeFileSync(changed, other)
    try {
      const { damage, tracks } = readRecording(changed)
      expect(damage?.atByte).toBeLessThanOrEqual(at)
      const times = Array.from(tracks[0]?.timeMs ?? [])
      expect(times).toEqual(times.map((_, index) => index * 10))
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_RECORDING' })
    }
  }
})
