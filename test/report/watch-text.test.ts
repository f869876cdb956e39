import fc from 'fast-check'

import { FigureTracks } from '../../lib/watch/figure-tracks.js'
import { SampleComparison } from '../../lib/watch/sample-changes.js'
import { checkWatchOptions } from '../../lib/watch/watch-options.js'
import { WatchState } from '../../lib/watch/watch-state.js'
import { growthBetween } from '../../lib/reading/index.js'
import type { GrowthFigures } from '../../lib/reading/index.js'
import type { WatchReport, WatchView } from '../../lib/watch/index.js'
import type { WatchedSample } from '../../lib/watch/watched-sample.js'
import { displayWidth } from '../../lib/report/display-width.js'
import { plainStyle } from '../../lib/report/text-style.js'
import { renderWatchEventJson, renderWatchLine, renderWatchSummary, renderWatchView } from '../../lib/report/index.js'
import { summariseWatch } from '../../lib/report/watch/watch-verdict.js'

const mebibyte = 1024 ** 2

function sample(timeMs: number, rssMib: number, arenasMib: readonly number[], blockedMs = 0): WatchedSample {
  return {
    timeMs,
    rssBytes: rssMib * mebibyte,
    mappedBytes: arenasMib.reduce((sum, size) => sum + size, 0) * mebibyte,
    allocatedBytes: undefined,
    mmappedBytes: 0,
    arenas: arenasMib.map((size) => size * mebibyte),
    mmapThresholdBytes: 131072,
    trimThresholdBytes: 131072,
    costMicros: 3,
    missedSamples: 0,
    lostSamples: 0,
    heap: { timeMs: timeMs - blockedMs, usedBytes: 4 * mebibyte, committedBytes: 6 * mebibyte, externalBytes: 1000, arrayBufferBytes: 100 },
    blockedMs,
  }
}

const sampling = {
  samples: 9,
  missedSamples: 0,
  lostSamples: 0,
  waitingSamples: 0,
  durationMs: 900,
  cpuMs: 3,
  cpuShare: 0.003,
  intervalMs: 100,
}
const counts = { growth: 1, shrink: 0, arena: 0, threshold: 0, overflow: 0 }
const allocator = { name: 'glibc' as const, provenance: { library: '/lib/libc.so.6', version: '2.36', proof: 'a proof' }, others: [] }

function stateOf(samples: readonly WatchedSample[]): WatchState {
  const tracks = new FigureTracks(10_000)
  const comparison = new SampleComparison(checkWatchOptions({}), tracks)
  const state = new WatchState(100, tracks)
  for (const one of samples) {
    comparison.add(one)
    state.add(one)
  }
  return state
}

function viewOf(samples: readonly WatchedSample[], more: Partial<WatchView> = {}): WatchView {
  const state = stateOf(samples)
  const start = { program: 'app.js', programArguments: ['--port', '80'], nodeOptions: [], pid: 7, nodeVersion: 'v20', intervalMs: 100 }
  return {
    start: { ...start, requested: undefined, allocator, sample: {} as WatchView['start']['sample'] },
    last: samples.at(-1) as WatchedSample,
    figures: state.drawnFigures(),
    events: [],
    counts,
    silentMs: 0,
    sampling,
    ...more,
  }
}

function reportOf(samples: readonly WatchedSample[]): WatchReport {
  const state = stateOf(samples)
  return {
    program: 'app.js',
    programArguments: [],
    pid: 7,
    exitCode: 0,
    signal: undefined,
    runsOn: undefined,
    durationMs: 1000,
    nodeVersion: 'v20',
    requested: undefined,
    allocator,
    figures: state.figures(),
    peakRssBytes: undefined,
    start: undefined,
    exit: undefined,
    growth: undefined,
    rssRise: state.rssRise(),
    events: counts,
    blocked: state.blocked,
    sampling,
    notes: [],
  }
}

function memory(rssMib: number, mappedMib = 3, allocatedMib?: number): GrowthFigures {
  const heap = { usedBytes: 4 * mebibyte, committedBytes: 6 * mebibyte, externalBytes: 1000 }
  const allocatedBytes = allocatedMib === undefined ? undefined : allocatedMib * mebibyte
  return { rssBytes: rssMib * mebibyte, mappedBytes: mappedMib * mebibyte, allocatedBytes, retainedBytes: undefined, heap }
}

const rising = Array.from({ length: 41 }, (_, second) => sample(second * 1000, 50 + 3 * second, [3 + 3 * second, 1]))

describe('the view', () => {
  test('no line is wider than the screen, and there are no more lines than asked for', () => {
    const arenas = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 30 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 0, max: 60 }),
        arenas,
        fc.nat(10_000),
        (width, rows, sizes, silentMs) => {
          const lines = renderWatchView(viewOf([sample(0, 9, sizes), sample(900, 12_345, sizes, 500)], { silentMs }), rows, {
            ...plainStyle,
            width,
          })
          expect(lines.length).toBeLessThanOrEqual(rows)
          lines.forEach((line) => {
            expect(displayWidth(line)).toBeLessThanOrEqual(width)
          })
        },
      ),
    )
  })

  test('what matters most stays when there is little room', () => {
    const [rss, ...rest] = renderWatchView(viewOf(rising), 1, { ...plainStyle, width: 80 })
    expect(rss).toMatch(/^RSS +170\.0 MiB +\+120\.0 MiB +\+3\.0 MiB\/s +170\.0 MiB +[▁▂▃▄▅▆▇█ ]+█$/)
    expect(rest).toEqual([])
  })

  test('on a narrow screen the peak stays longest, and no figure is cut', () => {
    const at = (width: number): string => renderWatchView(viewOf(rising), 1, { ...plainStyle, width })[0] as string
    expect(at(72)).toMatch(/^RSS +170\.0 MiB +\+120\.0 MiB +\+3\.0 MiB\/s +170\.0 MiB$/)
    expect(at(60)).toMatch(/^RSS +170\.0 MiB +\+120\.0 MiB +170\.0 MiB$/)
    expect(at(44)).toMatch(/^RSS +170\.0 MiB +170\.0 MiB$/)
    expect(at(30)).toMatch(/^RSS +170\.0 MiB$/)
    expect(at(20)).toBe('RSS')
  })

  test('on a narrow screen the last event and the loop lose whole parts, never a piece of a figure', () => {
    const trend = { bytesPerSecond: 45.8 * mebibyte, changedBytes: 114.5 * mebibyte, overMs: 2500, risenBytes: 0, fallenBytes: 0 }
    const event = {
      kind: 'growth',
      subject: 'arena',
      arena: 0,
      fromBytes: 110.5 * mebibyte,
      toBytes: 122.4 * mebibyte,
      timeMs: 2500,
      trend,
    }
    const view = viewOf([sample(5000, 60, [3], 3200)], { events: [event as unknown as WatchView['events'][number]] })
    const at = (width: number): readonly string[] => renderWatchView(view, 99, { ...plainStyle, width }).slice(-2)
    expect(at(80)).toEqual([
      "event loop blocked for 3.2 s: V8's figures are from before",
      '2.5 s  growth  main arena  110.5 MiB -> 122.4 MiB  +45.8 MiB/s over 2.5 s',
    ])
    expect(at(57)).toEqual(['event loop blocked for 3.2 s', '2.5 s  growth  main arena  110.5 MiB -> 122.4 MiB'])
    expect(at(30)).toEqual(['event loop blocked for 3.2 s', '2.5 s  growth  main arena'])
  })

  test('what is in use stands against what is free, where each sample tells', () => {
    const samples = [0, 1000].map((timeMs) => ({ ...sample(timeMs, 90, [80]), allocatedBytes: (30 + timeMs / 100) * mebibyte }))
    const lines = renderWatchView(viewOf(samples), 99, { ...plainStyle, width: 80 })
    expect(lines.find((line) => line.startsWith('in use'))).toMatch(/^in use +40\.0 MiB +\+10\.0 MiB +\+10\.0 MiB\/s/)
    expect(lines.find((line) => line.startsWith('free, kept'))).toMatch(/^free, kept +40\.0 MiB +-10\.0 MiB/)
    expect(renderWatchLine(viewOf(samples))).toMatch(/ allocated +40\.0 MiB +free +40\.0 MiB /)
    // glibc doesn't tell it without a walk.
    expect(renderWatchView(viewOf(rising), 99, plainStyle).some((line) => /^(?:in use|free)/.test(line))).toBe(false)
  })

  test('a rate is the mean over the time that the heading states', () => {
    // 8 MiB in the last of 4 s: 2 MiB a second over the 4 s. An arena that is new was 0 before.
    const samples = [0, 1, 2, 3].map((second) => sample(second * 1000, 50, [3])).concat(sample(4000, 58, [3, 8]))
    const lines = renderWatchView(viewOf(samples), 99, { ...plainStyle, width: 80 })
    expect(lines[1]).toMatch(/^ +now +change +\/s over 4\.0 s +peak$/)
    expect(lines.find((line) => line.startsWith('RSS'))).toMatch(/ \+2\.0 MiB\/s /)
    expect(lines.find((line) => line.startsWith('arena 1'))).toMatch(/ \+2\.0 MiB\/s /)
    expect(renderWatchLine(viewOf(samples))).toMatch(/ rss +58\.0 MiB +\+2\.0 MiB\/s over +4\.0 s /)
  })

  test('arenas beyond the largest are summed up', () => {
    const sizes = [1, 20, 3, 40, 5, 60, 7, 80, 9]
    const lines = renderWatchView(viewOf([sample(0, 300, sizes)]), 99, { ...plainStyle, width: 80 })
    expect(lines.filter((line) => line.startsWith('arena')).map((line) => line.split(/ {2,}/)[0])).toEqual([
      'arena 7',
      'arena 5',
      'arena 3',
      'arena 1',
      'arena 8',
      'arena 6',
    ])
    expect(lines.find((line) => line.startsWith('3 others'))).toMatch(/9\.0 MiB/)
  })

  test('a blocked event loop and a stopped process are said', () => {
    const style = { ...plainStyle, width: 100 }
    const blocked = renderWatchView(viewOf([sample(5000, 60, [3], 3200)]), 99, style).join('\n')
    expect(blocked).toContain("event loop blocked for 3.2 s: V8's figures are from before")
    expect(renderWatchView(viewOf(rising, { silentMs: 4000 }), 99, style).join('\n')).toContain('no sample for 4.0 s')
  })

  test("what a program's name holds can't move the cursor", () => {
    const view = viewOf(rising)
    const hostile = { ...view, start: { ...view.start, program: 'a\u001b[2Jb\n.js' } }
    const text = renderWatchView(hostile, 99, plainStyle).join('')
    expect(text).not.toContain('\u001b')
    expect(text).not.toContain('\n')
  })
})

test('lines have their fields in the same columns, whatever the figures', () => {
  const lines = [viewOf([sample(0, 9, [1, 1])]), viewOf([sample(0, 1234, [900, 1]), sample(99_900, 9999, [7000, 1, 1], 400)])].map(
    renderWatchLine,
  )
  for (const word of ['sample', 'rss', 'mapped', 'main-arena', 'other-arenas', 'heap.used', 'heap.committed', 'external', 'loop']) {
    const [one, other] = lines.map((line) => line.search(new RegExp(` ${word} `)))
    expect(one).toBeGreaterThan(0)
    expect(other).toBe(one)
  }
})

test('JSON: one line, and null for what is not known', () => {
  const text = renderWatchEventJson({ kind: 'sample', ...sample(1, 2, [3]) })
  expect(text).toMatch(/^[^\n]*\n$/)
  expect(JSON.parse(text)).toMatchObject({ version: 1, kind: 'sample', timeMs: 1, allocatedBytes: null, arenas: [3 * mebibyte] })
})

describe('the verdict', () => {
  test('an arena that grows and never shrinks', () => {
    expect(summariseWatch(reportOf(rising))).toBe(
      'RSS went from 50.0 MiB to 170.0 MiB in 40.0 s: the main arena grew by 120.0 MiB and never shrank. ' +
        'At the end it was still rising, by 3.0 MiB/s over the last 10.0 s.',
    )
  })

  test('a figure at rest for a second does not rise any more', () => {
    const at = (seconds: number, mib: number): WatchedSample => sample(seconds * 1000, mib, [3])
    const rise = Array.from({ length: 30 }, (_, tenth) => at(tenth / 10, 50 + tenth * 4))
    const rest = Array.from({ length: 11 }, (_, tenth) => at(3 + tenth / 10, 166))
    expect(summariseWatch(reportOf(rise))).toContain('At the end it was still rising, by 40.0 MiB/s over the last 2.9 s.')
    expect(summariseWatch(reportOf([...rise, ...rest]))).not.toContain('rising')
    const again = Array.from({ length: 20 }, (_, tenth) => at(4.1 + tenth / 10, 166 + tenth))
    // The rate is that of the second rise alone.
    expect(summariseWatch(reportOf([...rise, ...rest, ...again]))).toMatch(/still rising, by 10\.0 MiB\/s over the last 1\.\d s\.$/)
  })

  test('one that gave something back, and one that came late', () => {
    const samples = [sample(0, 50, [3]), sample(100, 90, [40]), sample(200, 80, [30, 20]), sample(300, 80, [30, 20])]
    expect(summariseWatch(reportOf(samples))).toContain(
      'the main arena grew by 27.0 MiB and gave 10.0 MiB back on the way; arena 1 grew by 20.0 MiB and never shrank.',
    )
  })

  test('nothing that grew, with a peak in between', () => {
    expect(summariseWatch(reportOf([sample(0, 50, [3]), sample(100, 90, [3]), sample(200, 51, [3])]))).toBe(
      'RSS went from 50.0 MiB to 51.0 MiB in 200 ms, with a peak of 90.0 MiB: nothing grew by 8.0 MiB or more.',
    )
  })

  test('growth that is of no arena and not of V8 is named with its size, by the samples alone', () => {
    const growth = growthBetween({ start: memory(50), end: memory(450), others: [] })
    expect(summariseWatch({ ...reportOf([sample(0, 50, [3]), sample(100, 450, [3])]), growth })).toMatch(
      /^RSS went from 50\.0 MiB to 450\.0 MiB in 100 ms\. What grew most is 400\.0 MiB that is not of glibc or V8's heap/,
    )
  })

  test('what is in use is told beside the arenas, where the readings tell it', () => {
    const growth = growthBetween({ start: memory(50, 3, 1), end: memory(170, 123, 4), others: [] })
    expect(summariseWatch({ ...reportOf(rising), growth })).toContain(
      'never shrank. What grew most is 117.0 MiB more that is free but kept by glibc. At the end',
    )
  })

  test('nothing at all, for a program that was never sampled', () => {
    expect(summariseWatch(reportOf([]))).toBe('')
    expect(renderWatchSummary(reportOf([]), plainStyle)).toContain('exit code 0')
  })

  test('of a process that was attached to, whether it runs on, and that its peak is of the samples', () => {
    const ends = { exitCode: undefined, peakRssBytes: 2 ** 20 }
    const runsOn = renderWatchSummary({ ...reportOf([]), ...ends, runsOn: true }, plainStyle)
    expect(runsOn).toContain('watched for 1.0 s, and runs on')
    expect(runsOn).toContain('1.0 MiB in the samples')
    expect(renderWatchSummary({ ...reportOf([]), ...ends, runsOn: false }, plainStyle)).toContain('it ended after 1.0 s')
  })
})

test('on a narrow screen facts of the summary break between clauses, and none is cut', () => {
  const wide = renderWatchSummary(reportOf(rising), plainStyle)
  expect(wide).toContain('  samples    9, one every 100 ms, 0 missed, 0 lost, 0.3 % of a core\n')
  for (let width = 40; width <= 100; width += 1) {
    const lines = renderWatchSummary(reportOf(rising), { ...plainStyle, width }).split('\n')
    const begin = lines.findIndex((line) => line.startsWith('  samples'))
    const facts = lines.slice(begin, lines.indexOf('Memory') - 1)
    const clauses = facts.map((line) => line.slice(13)).join(' ')
    expect(clauses).toBe('9, one every 100 ms, 0 missed, 0 lost, 0.3 % of a core 1 growth, 0 shrinkages, 0 new arenas, 0 moved thresholds')
    for (const line of facts) expect(displayWidth(line)).toBeLessThanOrEqual(width)
    for (const line of facts) expect(line).toMatch(/(?:,|core|thresholds)$/)
  }
})
