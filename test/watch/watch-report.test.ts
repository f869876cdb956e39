import type { MemorySample, ObservedLine } from '../../lib/reading/index.js'
import { FigureTracks } from '../../lib/watch/figure-tracks.js'
import { describeWatch } from '../../lib/watch/watch-report.js'
import type { WatchOutcome, WatchReport } from '../../lib/watch/watch-report.js'
import { WatchState } from '../../lib/watch/watch-state.js'
import type { WatchedSample } from '../../lib/watch/watched-sample.js'

function memory(elapsedMs: number, rssBytes: number, peakRssBytes: number): MemorySample {
  return {
    elapsedMs,
    rssBytes,
    peakRssBytes,
    mappedBytes: undefined,
    allocatedBytes: undefined,
    retainedBytes: undefined,
    arenaCount: undefined,
    heap: { usedBytes: 1, committedBytes: 2, externalBytes: 3, arrayBufferBytes: 4 },
  }
}

const allocator = { name: 'glibc', provenance: { library: '/libc.so', version: '2.36', proof: 'p' }, others: [] } as const

const start: ObservedLine = {
  kind: 'start',
  pid: 5,
  nodeVersion: 'v99',
  allocator,
  missing: [],
  sample: memory(20, 100, 110),
  clockMs: 500,
}
const exit: ObservedLine = { kind: 'exit', samples: 0, largestGapMs: 0, missing: [], sample: memory(900, 150, 400) }

interface Given {
  readonly lines: readonly ObservedLine[]
  readonly rss?: readonly (readonly [number, number])[]
  readonly kernelPeakBytes?: number
  readonly ending?: Partial<WatchOutcome>
}

function reportOf({ lines, rss = [], kernelPeakBytes, ending }: Given): WatchReport {
  const tracks = new FigureTracks(10_000)
  const state = new WatchState(100, tracks)
  for (const [timeMs, bytes] of rss) {
    tracks.add('rss', timeMs, bytes)
    state.add({ timeMs, heap: undefined, blockedMs: 0 } as WatchedSample)
  }
  return describeWatch({
    ...{
      program: 'app.js',
      programArguments: ['x'],
      pid: 5,
      requested: undefined,
      exitCode: 0,
      signal: undefined,
      runsOn: undefined,
      // Node took 300 ms to start.
      durationMs: 1300,
      endedAtMs: 1500,
    },
    ...{ state, counts: { growth: 1, shrink: 2, arena: 3, threshold: 4, overflow: 5 }, kernelPeakBytes },
    observed: { lines, tornLines: 0 },
    sampling: {
      samples: 2,
      missedSamples: 0,
      lostSamples: 0,
      waitingSamples: 0,
      durationMs: 900,
      cpuMs: 9,
      cpuShare: 0.01,
      intervalMs: 100,
    },
    ...ending,
  })
}

test('a watch to the end of a program', () => {
  const report = reportOf({ lines: [start, exit], rss: [[100, 120]], kernelPeakBytes: 300 })
  expect(report).toMatchObject({
    ...{ program: 'app.js', programArguments: ['x'], pid: 5, exitCode: 0, durationMs: 1300, nodeVersion: 'v99', allocator },
    ...{ start: start.sample, exit: exit.sample, events: { growth: 1, shrink: 2, arena: 3, threshold: 4, overflow: 5 } },
    ...{ blocked: { times: 0, longestMs: 0, totalMs: 0 }, sampling: { cpuShare: 0.01 }, notes: [] },
  })
  expect(report.figures.map(({ subject, startBytes, bytes }) => [subject, startBytes, bytes])).toEqual([
    ['rss', 120, 150],
    ['heap.used', 1, 1],
    ['heap.committed', 2, 2],
    ['external', 3, 3],
    ['arrayBuffers', 4, 4],
  ])
  for (const inner of ['state', 'counts', 'observed', 'kernelPeakBytes']) expect(report).not.toHaveProperty(inner)
})

test.each([
  ["the program's own at exit", 300, 250, 400],
  ['what was seen from outside', 500, 250, 500],
  ['a sample, which is exact', 300, 600, 600],
])('the peak is the largest that is known: %s', (_, kernelPeakBytes, sampledBytes, expected) => {
  expect(reportOf({ lines: [start, exit], rss: [[100, sampledBytes]], kernelPeakBytes }).peakRssBytes).toBe(expected)
})

test('of a program that was killed before it began, nothing is known', () => {
  const report = reportOf({ lines: [], ending: { signal: 'SIGKILL', exitCode: undefined } })
  expect(report).toMatchObject({ peakRssBytes: undefined, start: undefined, exit: undefined, nodeVersion: undefined, figures: [] })
  expect(report.notes).toEqual([{ kind: 'not-recorded', message: expect.stringContaining('SIGKILL') as string }])
  // A peak that was seen from outside is known all the same.
  expect(reportOf({ lines: [], kernelPeakBytes: 7 }).peakRssBytes).toBe(7)
})

test('a figure that is not RSS is no peak of it, and a reading at exit no first one', () => {
  const tracks = new FigureTracks(10_000)
  tracks.add('mapped', 100, 999)
  expect(reportOf({ lines: [start], ending: { state: new WatchState(100, tracks) } }).peakRssBytes).toBeUndefined()
  expect(reportOf({ lines: [exit] })).toMatchObject({ start: undefined, exit: exit.sample })
})

test.each([
  ['the last sample', [[100, 120]], /900 ms older/],
  ['the first reading', [], /980 ms older/],
] as const)('without a reading at exit, the note counts from %s', (_, rss, message) => {
  const { notes } = reportOf({ lines: [start], rss })
  expect(notes).toEqual([{ kind: 'no-exit-reading', message: expect.stringMatching(message) as string }])
})

test('another allocator than asked for is noted first', () => {
  const requested = { allocator: 'jemalloc', library: '/j.so' } as const
  expect(reportOf({ lines: [start], ending: { requested } }).notes.map(({ kind }) => kind)).toEqual([
    'allocator-mismatch',
    'no-exit-reading',
  ])
})

test('a process that was attached to: its peak is that of the samples, and it may run on', () => {
  const attached = { runsOn: true, exitCode: undefined, signal: undefined }
  // At exit the kernel tells the highest RSS of the process's whole life.
  const report = reportOf({ lines: [start, exit], rss: [[100, 120]], ending: attached })
  expect(report).toMatchObject({ runsOn: true, peakRssBytes: exit.sample.rssBytes, notes: [] })
  const blocked = reportOf({ lines: [start], rss: [[400, 120]], ending: attached })
  const message =
    "The program's event loop was blocked at the end, so there is no reading at the end; the last sample is about 600 ms older than the end."
  expect(blocked.notes).toEqual([{ kind: 'no-exit-reading', message }])
})
