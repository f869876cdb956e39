import fc from 'fast-check'

import { FigureTracks } from '../../lib/watch/figure-tracks.js'
import { SampleComparison } from '../../lib/watch/sample-changes.js'
import { checkWatchOptions } from '../../lib/watch/watch-options.js'
import { WatchState } from '../../lib/watch/watch-state.js'
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

const sampling = { samples: 9, missedSamples: 0, lostSamples: 0, durationMs: 900, cpuMs: 3, cpuShare: 0.003, intervalMs: 100 }
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
    durationMs: 1000,
    nodeVersion: 'v20',
    requested: undefined,
    allocator,
    figures: state.figures(),
    peakRssBytes: undefined,
    start: undefined,
    exit: undefined,
    events: counts,
    blocked: state.blocked,
    sampling,
    notes: [],
  }
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
    expect(rss).toMatch(/^RSS +170\.0 MiB +\+120\.0 MiB +\+3\.0 MiB\/s +[▁▂▃▄▅▆▇█ ]+█$/)
    expect(rest).toEqual([])
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

  test('nothing at all, for a program that was never sampled', () => {
    expect(summariseWatch(reportOf([]))).toBe('')
    expect(renderWatchSummary(reportOf([]), plainStyle)).toContain('exit code 0')
  })
})
