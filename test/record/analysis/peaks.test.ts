import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import fc from 'fast-check'

import { diffRecordings, findPeaks, processSlope, spansWithRss, summariseRecording } from '../../../lib/record/analysis/index.js'
import { makeRecording, makeRichRecording, mebibyte } from '../made-recording.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
const file = path.join(folder, 'made.rec')
afterAll(() => {
  rmSync(folder, { recursive: true })
})

test('the peak of each process and of all together, with what stands beside it', () => {
  const { processes, together } = findPeaks(makeRichRecording(file))
  expect(processes).toMatchObject([
    {
      pid: 7,
      timeMs: 2000,
      rssBytes: 150 * mebibyte,
      kernelPeakBytes: 170 * mebibyte,
      nearestMark: { name: 'loaded', timeMs: 1900 },
      innermostSpan: { name: 'parse', startMs: 1500, endMs: 2200 },
    },
    { pid: 9, timeMs: 1010, rssBytes: 30 * mebibyte, kernelPeakBytes: undefined, nearestMark: undefined, innermostSpan: undefined },
  ])
  // The child has ended at 2,000 ms; the last sample before has 149.5 MiB.
  expect(together).toMatchObject({ timeMs: 1990, rssBytes: 179.5 * mebibyte })
  expect(together?.processes).toEqual([
    { process: 0, rssBytes: 149.5 * mebibyte },
    { process: 1, rssBytes: 30 * mebibyte },
  ])
})

test('owners add up to RSS at each moment, whoever took the sample', () => {
  const { processes, together } = findPeaks(makeRichRecording(file))
  for (const { rssBytes, owners } of [...processes, ...(together === undefined ? [] : [together])]) {
    expect(owners.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(rssBytes)
  }
})

test('the kernel is only asked where no sample is as high', () => {
  const rows = [
    [0, 100, 300],
    [10, 300, 300],
  ]
  const { processes } = findPeaks(makeRecording(file, { tracks: [{ columns: ['rssBytes', 'peakRssBytes'], rows }] }))
  expect(processes[0]?.kernelPeakBytes).toBeUndefined()
})

// The sum at each sample's time, of the last sample of each process that lives, without any cleverness.
test('the highest sum is that of the definition', () => {
  const times = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 12 })
  const one = fc.tuple(times, fc.infiniteStream(fc.nat(1000)), fc.option(fc.nat(60), { nil: undefined }))
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (made) => {
      const series = made.map(([unsorted, stream, endMs], process) => {
        const sorted = [...unsorted].sort((a, b) => a - b)
        const bytes = [...stream.take(sorted.length)]
        return { rows: sorted.map((time, index) => [time, bytes[index] as number] as const), endMs: process === 0 ? undefined : endMs }
      })
      const recording = makeRecording(file, {
        processes: series.slice(1).map(({ endMs }, index) => ({ pid: index + 1, startMs: 0, ...(endMs === undefined ? {} : { endMs }) })),
        tracks: series.map(({ rows }, process) => ({ process, rows })),
      })
      const sumAt = (moment: number): number =>
        series.reduce((sum, { rows, endMs = Infinity }) => {
          const last = rows.findLast(([time]) => time <= moment)
          return moment < endMs && last !== undefined ? sum + last[1] : sum
        }, 0)
      const highest = Math.max(...series.flatMap(({ rows }) => rows.map(([time]) => sumAt(time))))
      expect(findPeaks(recording).together?.rssBytes ?? 0).toBe(highest)
    }),
    { numRuns: 50 },
  )
})

test('without samples there is no peak, and nothing fails', () => {
  const recording = makeRecording(file, { tracks: [], end: null })
  expect(findPeaks(recording)).toEqual({ processes: [], together: undefined })
  expect(summariseRecording(recording)).toMatchObject({
    durationMs: 0,
    processes: [{ samples: 0, peak: undefined, owners: [] }],
    spans: [],
    gc: [],
  })
  expect(diffRecordings(recording, recording)).toMatchObject({ first: { owners: [], peakBytes: { before: undefined } }, marks: [] })
})

test('a recording in figures', () => {
  const overview = summariseRecording(makeRichRecording(file))
  expect(overview.processes[0]).toMatchObject({ samples: 599, startRssBytes: 50 * mebibyte, endRssBytes: 110 * mebibyte })
  expect(overview.processes[0]?.owners).toContainEqual({
    owner: 'heap',
    startBytes: 10 * mebibyte,
    // The sample from inside of a millisecond before.
    peakBytes: 59.75 * mebibyte,
    endBytes: 40 * mebibyte,
  })
  expect(overview.gc).toEqual([
    { process: 0, kind: 'scavenge', count: 3, totalMs: 5, longestMs: 2 },
    { process: 0, kind: 'mark-sweep', count: 1, totalMs: 40, longestMs: 40 },
  ])
  expect(overview.spans).toContainEqual({
    process: 0,
    name: 'parse',
    count: 1,
    totalMs: 700,
    longestMs: 700,
    rssChangeBytes: 10 * mebibyte,
  })
  expect(overview.marks.map(({ name, rssBytes }) => [name, rssBytes])).toEqual([
    ['two\nlines', 55 * mebibyte],
    ['loaded', 145 * mebibyte],
  ])
})

test('a span that was written without RSS has that of the samples', () => {
  const [outer] = spansWithRss(makeRichRecording(file))
  expect(outer).toMatchObject({ startRssBytes: 100 * mebibyte, endRssBytes: 110 * mebibyte })
})

test('two recordings: what they have in common is compared', () => {
  const before = makeRichRecording(file)
  const after = makeRecording(path.join(folder, 'after.rec'), {
    tracks: [
      {
        rows: [
          [0, 60 * mebibyte],
          [1000, 90 * mebibyte],
          [5000, 80 * mebibyte],
        ],
      },
    ],
    events: [{ kind: 'mark', process: 0, timeMs: 1000, name: 'loaded', by: 'program' }],
  })
  const difference = diffRecordings(before, after)
  expect(difference).toMatchObject({
    processes: { before: 2, after: 1 },
    first: { peakBytes: { before: 150 * mebibyte, after: 90 * mebibyte }, endBytes: { before: 110 * mebibyte, after: 80 * mebibyte } },
    all: { peakBytes: { before: 179.5 * mebibyte, after: 90 * mebibyte } },
  })
  expect(difference.marks).toEqual([
    { name: 'loaded', occurrence: 1, timeMs: { before: 1900, after: 1000 }, rssBytes: { before: 145 * mebibyte, after: 90 * mebibyte } },
  ])
})

test('the slope of a process that was not recorded is refused', () => {
  const recording = makeRichRecording(file)
  expect(processSlope(recording, 9, {})).toMatchObject({ pid: 9, slope: { verdict: 'level' } })
  expect(() => processSlope(recording, 8, {})).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }))
})

test('what is read of a process that is being taken down is not its end', () => {
  const outside = [...Array.from({ length: 10 }, (_, index) => [index * 10, 80 * mebibyte]), [100, 30 * mebibyte]]
  const inside = Array.from({ length: 10 }, (_, index) => [index * 10 + 1, 80 * mebibyte])
  const recording = makeRecording(file, { tracks: [{ rows: outside }, { source: 'inside', rows: inside }] })
  expect(summariseRecording(recording).processes[0]?.endRssBytes).toBe(80 * mebibyte)
  expect(diffRecordings(recording, recording)).toMatchObject({
    first: { endBytes: { after: 80 * mebibyte } },
    all: { endBytes: { after: 80 * mebibyte } },
  })
  // A process that said nothing of itself for long before its end.
  const silent = makeRecording(file, { tracks: [{ rows: [...outside, [5000, 20 * mebibyte]] }, { source: 'inside', rows: inside }] })
  expect(summariseRecording(silent).processes[0]?.endRssBytes).toBe(20 * mebibyte)
})

test('the program is measured from when it told of itself to its exit: before that node loads, after that it is taken down', () => {
  const rows = [5, 30, 40, 90, 80, 20].map((rss, index) => [index * 10, rss * mebibyte])
  const inside = [40, 80].map((rss, index) => [11 + index * 30, rss * mebibyte])
  const recording = makeRecording(file, {
    tracks: [{ rows }, { source: 'inside', rows: inside }],
    events: [{ kind: 'exit', process: 0, exitMs: 45 }],
  })
  expect(summariseRecording(recording).processes[0]).toMatchObject({ startRssBytes: 40 * mebibyte, endRssBytes: 80 * mebibyte, samples: 5 })
})
