import type { MemorySample, ObservedLine } from '../../lib/reading/index.js'
import { describeRun } from '../../lib/run/run-report.js'
import type { RunOutcome } from '../../lib/run/run-report.js'
import { renderRun } from '../../lib/report/run-text.js'
import { plainStyle } from '../../lib/report/text-style.js'

function sample(elapsedMs: number, rssBytes: number, peakRssBytes = rssBytes): MemorySample {
  return {
    elapsedMs,
    rssBytes,
    peakRssBytes,
    mappedBytes: 10,
    allocatedBytes: undefined,
    retainedBytes: undefined,
    arenaCount: undefined,
    heap: { usedBytes: 5, committedBytes: 6, externalBytes: 7, arrayBufferBytes: 8 },
  }
}

const provenance = { library: '/lib/libc.so.6', version: '2.36', proof: 'a proof' }
const start: ObservedLine = {
  kind: 'start',
  pid: 1,
  nodeVersion: 'v20.0.0',
  allocator: { name: 'glibc', provenance, others: [] },
  missing: [],
  sample: sample(1, 100),
  clockMs: 5000,
}
const missing = [{ fields: ['allocatedBytes'], cause: 'budget', reason: 'too dear' }] as const

function outcome(lines: readonly ObservedLine[], more: Partial<RunOutcome> = {}): RunOutcome {
  const ended = {
    pid: 1,
    exitCode: 0,
    signal: undefined,
    durationMs: 300,
    endedAtMs: 5300,
    intervalMs: 100,
    requested: undefined,
    kernel: undefined,
    children: undefined,
  }
  return { program: 'a.js', programArguments: [], nodeOptions: [], ...ended, observed: { lines, tornLines: 0 }, ...more }
}

const kinds = (run: RunOutcome): string[] => describeRun(run).notes.map(({ kind }) => kind)

test('the peak is the sample with the highest RSS; the gaps and counts are the last line’s', () => {
  const report = describeRun(
    outcome([
      start,
      { kind: 'sample', samples: 2, largestGapMs: 100, missing: [], sample: sample(100, 500) },
      { kind: 'exit', samples: 9, largestGapMs: 110, missing: [], sample: sample(290, 200, 505) },
    ]),
  )
  expect([report.start?.rssBytes, report.peak?.rssBytes, report.exit?.rssBytes, report.peakRssBytes]).toEqual([100, 500, 200, 505])
  expect(report.sampling).toMatchObject({ samples: 9, largestGapMs: 110 })
  expect(report.notes).toEqual([])
})

test('another allocator than the one asked for is said loudly', () => {
  const run = outcome([start, { kind: 'exit', samples: 2, largestGapMs: 1, missing: [], sample: sample(290, 100) }], {
    requested: { allocator: 'jemalloc', library: '/lib/libjemalloc.so.2' },
  })
  expect(kinds(run)).toEqual(['allocator-mismatch'])
  expect(renderRun(describeRun(run), plainStyle)).toMatch(/! jemalloc was asked for, but glibc serves malloc/)
})

test('a kill shows what the kernel saw after the last sample', () => {
  const run = outcome([start], {
    exitCode: undefined,
    signal: 'SIGKILL',
    durationMs: 2000,
    endedAtMs: 7000,
    kernel: { peakRssBytes: 9000, rssBytes: 8000, readings: 20 },
  })
  const report = describeRun(run)
  expect(report.peakRssBytes).toBe(9000)
  expect(kinds(run)).toEqual(['no-exit-reading', 'event-loop-blocked', 'peak-between-samples'])
  const text = renderRun(report, plainStyle)
  expect(text).toContain('ended by SIGKILL after 2.0 s')
  expect(text).toMatch(/RSS +100 B +100 B +– +–\n/)
})

test('the time in which node starts is none in which the program was blocked', () => {
  const lines: readonly ObservedLine[] = [start, { kind: 'sample', samples: 8, largestGapMs: 101, missing: [], sample: sample(700, 100) }]
  const report = describeRun(outcome(lines, { exitCode: undefined, signal: 'SIGINT', durationMs: 1200, endedAtMs: 5760 }))
  expect(report.sampling.largestGapMs).toBe(101)
  expect(report.notes.map(({ kind }) => kind)).toEqual(['no-exit-reading'])
  expect(report.notes[0]?.message).toMatch(/about 60 ms older/)
})

test('nothing recorded, and a torn line', () => {
  expect(kinds(outcome([], { exitCode: 9, observed: { lines: [], tornLines: 1 } }))).toEqual(['not-recorded', 'torn-line'])
})

test('a missing figure is named once for every moment that lacks it', () => {
  const report = describeRun(
    outcome([
      { ...start, missing },
      { kind: 'exit', samples: 2, largestGapMs: 1, missing, sample: sample(290, 90) },
    ]),
  )
  expect(report.notes).toEqual([{ kind: 'figures-missing', message: 'allocatedBytes at start, peak, exit: too dear' }])
})

describe('child processes', () => {
  const children = (waitedBytes: number | undefined, sighting: RunOutcome['children']): unknown => {
    const exit: ObservedLine = {
      kind: 'exit',
      samples: 2,
      largestGapMs: 1,
      missing: [],
      sample: sample(290, 100, 500),
      childrenPeakBytes: waitedBytes,
    }
    return describeRun(outcome([start, exit], { children: sighting })).children
  }

  test('the larger of what was seen and what the kernel counted', () => {
    expect(children(900, { seen: 2, peakRssBytes: 700 })).toEqual({ seen: 2, peakRssBytes: 900 })
    expect(children(900, { seen: 2, peakRssBytes: 950 })).toEqual({ seen: 2, peakRssBytes: 950 })
    expect(children(900, { seen: 0, peakRssBytes: undefined })).toEqual({ seen: 0, peakRssBytes: 900 })
  })

  test("a count up to the program's own peak may be inherited, and isn't given", () => {
    expect(children(500, { seen: 1, peakRssBytes: 60 })).toEqual({ seen: 1, peakRssBytes: 60 })
    const unknown = children(500, { seen: 0, peakRssBytes: undefined })
    expect(unknown).toEqual({ seen: 0, peakRssBytes: undefined })
  })

  test('no sign of any', () => {
    expect(children(0, { seen: 0, peakRssBytes: undefined })).toBeUndefined()
    expect(children(undefined, undefined)).toBeUndefined()
  })

  test('of a killed program, what was seen', () => {
    expect(describeRun(outcome([start], { children: { seen: 3, peakRssBytes: 70 } })).children).toEqual({ seen: 3, peakRssBytes: 70 })
  })
})
