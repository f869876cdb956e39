import type * as Process from '../../lib/process/index.js'
import type * as Program from '../../lib/program/index.js'
import type { MemorySample, ObservedLine } from '../../lib/reading/index.js'
import type { RingSample, WatchSummary } from '../../lib/sampling/index.js'
import type * as Channel from '../../lib/watch/watch-channel.js'
import { watchProgram } from '../../lib/watch/index.js'
import type { WatchEvent, WatchProgramOptions, WatchReport, WatchView } from '../../lib/watch/index.js'

const mebibyte = 2 ** 20

interface Ending {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
}

/** A program that does nothing: what it would have written is put here. */
interface Script {
  pid: number
  seen: Process.KernelSighting | undefined
  lines: ObservedLine[]
  rows: RingSample[]
  lost: number
  calls: (readonly unknown[])[]
  end: (ending: Ending) => void
  fail: (error: Error) => void
}

const script = {} as Script

function summary(): WatchSummary {
  return {
    samples: 1,
    missedSamples: 0,
    lostSamples: script.lost,
    waitingSamples: 0,
    durationMs: 100,
    cpuMs: 1,
    cpuShare: 0.01,
    intervalMs: 50,
  }
}

jest.mock('../../lib/program/index.js', () => ({
  ...jest.requireActual<typeof Program>('../../lib/program/index.js'),
  prepareProgram: (...values: readonly unknown[]) => {
    script.calls.push(['prepare', ...values])
    return {
      requested: undefined,
      start: (...given: readonly unknown[]) => {
        script.calls.push(['start', ...given])
        const ended = new Promise<Ending>((resolve, reject) => {
          script.end = resolve
          script.fail = reject
        })
        return { pid: script.pid, ended, kill: (signal: string) => void script.calls.push(['kill', signal]) }
      },
    }
  },
}))

jest.mock('../../lib/process/index.js', () => ({
  ...jest.requireActual<typeof Process>('../../lib/process/index.js'),
  watchFromOutside: (...values: readonly unknown[]) => {
    script.calls.push(['look', ...values])
    return () => script.seen
  },
}))

jest.mock('../../lib/watch/watch-channel.js', () => ({
  ...jest.requireActual<typeof Channel>('../../lib/watch/watch-channel.js'),
  openWatch: (intervalMs: number) => ({
    ring: { descriptor: 17, next: () => script.rows.shift(), summary },
    address: String(intervalMs),
    lines: () => ({ lines: script.lines, tornLines: 0 }),
    close: () => void script.calls.push(['close']),
  }),
}))

const reading: MemorySample = {
  ...{ elapsedMs: 5, rssBytes: 50 * mebibyte, peakRssBytes: 50 * mebibyte, retainedBytes: undefined, arenaCount: 1 },
  ...{ mappedBytes: 10 * mebibyte, allocatedBytes: 5 * mebibyte },
  heap: { usedBytes: 1, committedBytes: 2, externalBytes: 3, arrayBufferBytes: 4 },
}

const layout = { allocator: 'glibc', figures: [], published: 5, clockOffsetMs: 0 } as const

const startLine: ObservedLine = {
  kind: 'start',
  pid: 5,
  nodeVersion: 'v99',
  allocator: undefined,
  missing: [],
  sample: reading,
  clockMs: 0,
  layout,
}

/** A row; the event loop turned at `turnedMs`. */
function row(timeMs: number, rssMebibytes: number, more: Partial<RingSample['sample']> = {}, turnedMs = timeMs): RingSample {
  return {
    sample: {
      ...{ timeMs, rssBytes: rssMebibytes * mebibyte, mappedBytes: undefined, allocatedBytes: undefined, mmappedBytes: undefined },
      ...{ arenas: [], mmapThresholdBytes: undefined, trimThresholdBytes: undefined, costMicros: 1, missedSamples: 0, lostSamples: 0 },
      ...more,
    },
    published: [turnedMs, 1, 2, 3, 4],
  }
}

const options: WatchProgramOptions = {
  allocator: 'jemalloc',
  nodeOptions: ['--flag'],
  intervalMs: 50,
  durationMs: undefined,
}

interface Watched {
  readonly report: Promise<WatchReport>
  readonly events: readonly WatchEvent[]
  readonly views: readonly WatchView[]
}

function watch(more: Partial<WatchProgramOptions> = {}): Watched {
  const events: WatchEvent[] = []
  const views: WatchView[] = []
  const listener = {
    event: (event: WatchEvent) => void events.push(event),
    tick: (view: WatchView) => void views.push({ ...view, events: [...view.events], counts: { ...view.counts } }),
  }
  return { report: watchProgram('app.js', ['x'], { ...options, ...more }, listener), events, views }
}

function kinds(events: readonly WatchEvent[]): readonly string[] {
  return events.map(({ kind }) => kind)
}

beforeEach(() => {
  Object.assign(script, {
    seen: { rssBytes: 1, peakRssBytes: 77 * mebibyte, readings: 1 },
    pid: 5,
    lines: [],
    rows: [],
    lost: 0,
    calls: [],
  })
  jest.useFakeTimers()
  // So that no time is its distance from the clock's beginning.
  jest.advanceTimersByTime(5000)
})

afterEach(() => {
  jest.useRealTimers()
})

async function finish(watched: Watched, ending: Ending = { exitCode: 0, signal: undefined }): Promise<WatchReport> {
  script.end(ending)
  return watched.report
}

test('the program is started with our preload first, over the ring, and its ending is reported', async () => {
  const watched = watch()
  await jest.advanceTimersByTimeAsync(250)
  const report = await finish(watched, { exitCode: 3, signal: undefined })
  expect(script.calls).toEqual([
    [
      'prepare',
      'app.js',
      ['x'],
      { allocator: 'jemalloc', nodeFlags: ['--require', expect.stringMatching(/watch[/\\]watch-preload\.js$/) as string, '--flag'] },
    ],
    ['start', { ALLOCSCOPE_WATCH: '50' }, 17],
    ['look', 5, 100],
    ['close'],
  ])
  expect(report).toMatchObject({
    program: 'app.js',
    programArguments: ['x'],
    pid: 5,
    exitCode: 3,
    durationMs: 250,
    peakRssBytes: 77 * mebibyte,
  })
  expect(watched.events).toEqual([{ kind: 'end', ...report }])
  expect(watched.views).toEqual([])
  expect(jest.getTimerCount()).toBe(0)
})

test('events come in order, each before the sample that shows it, and are counted', async () => {
  const watched = watch()
  await jest.advanceTimersByTimeAsync(100)
  // Without its layout the rows can't be read yet.
  script.lines = [{ ...startLine, layout: undefined }]
  script.rows = [
    row(100, 50, { arenas: [mebibyte], mmapThresholdBytes: 1 }),
    row(150, 51, { arenas: [mebibyte, 2 * mebibyte], mmapThresholdBytes: 2 }),
    row(200, 49, { arenas: [mebibyte, 2 * mebibyte], mmapThresholdBytes: 2, lostSamples: 4 }),
  ]
  await jest.advanceTimersByTimeAsync(100)
  expect(watched.events).toEqual([])
  script.lines = [startLine]
  await jest.advanceTimersByTimeAsync(99)
  expect(watched.events).toEqual([])
  script.lost = 6
  await jest.advanceTimersByTimeAsync(1)
  expect(kinds(watched.events)).toEqual([
    'start',
    'sample',
    ...['arena', 'threshold', 'growth', 'growth', 'sample'],
    ...['overflow', 'shrink', 'sample'],
    'overflow',
  ])
  const identity = { program: 'app.js', programArguments: ['x'], nodeOptions: ['--flag'], pid: 5, intervalMs: 50, requested: undefined }
  const started = { ...identity, nodeVersion: 'v99', allocator: undefined, sample: reading }
  expect(watched.events[0]).toEqual({ kind: 'start', ...started })
  expect(watched.events.filter(({ kind }) => kind === 'overflow')).toEqual([
    { kind: 'overflow', lostSamples: 4, totalLostSamples: 4 },
    { kind: 'overflow', lostSamples: 2, totalLostSamples: 6 },
  ])
  const counts = { growth: 2, shrink: 1, arena: 1, threshold: 1, overflow: 2 }
  expect(watched.views).toHaveLength(1)
  expect(watched.views[0]).toMatchObject({ start: started, last: { timeMs: 200 }, counts, silentMs: 0, sampling: summary() })
  expect(kinds(watched.views[0]?.events ?? [])).toEqual(['arena', 'threshold', 'growth', 'growth', 'overflow', 'shrink', 'overflow'])
  expect(watched.views[0]?.figures[0]).toMatchObject({
    subject: 'rss',
    startBytes: 50 * mebibyte,
    bytes: 49 * mebibyte,
    course: [51 * mebibyte],
  })
  expect((await finish(watched)).events).toEqual(counts)
})

test('there is nothing to draw before the first sample', async () => {
  const watched = watch()
  script.lines = [startLine]
  await jest.advanceTimersByTimeAsync(200)
  expect(kinds(watched.events)).toEqual(['start'])
  expect(watched.views).toEqual([])
  script.seen = undefined
  expect((await finish(watched)).peakRssBytes).toBeUndefined()
})

test('a view has the last eight events', async () => {
  const watched = watch()
  script.lines = [startLine]
  script.rows = [50, 52, 54, 56, 58, 60, 62, 64, 66, 68, 66].map((mebibytes, index) => row(50 * index, mebibytes))
  await jest.advanceTimersByTimeAsync(100)
  expect(watched.views[0]?.events.map((event) => ('toBytes' in event ? event.toBytes / mebibyte : undefined))).toEqual([
    ...[56, 58, 60, 62, 64, 66, 68, 66],
  ])
  expect(watched.views[0]?.counts).toMatchObject({ growth: 9, shrink: 1 })
  await finish(watched)
})

test("the filter is the caller's, and what it leaves out is the default", async () => {
  const watched = watch({ minBytes: 3 * mebibyte, consecutiveSamples: 2 })
  script.lines = [startLine]
  script.rows = [50, 52, 53, 52, 53, 53].map((mebibytes, index) => row(50 * index, mebibytes))
  await jest.advanceTimersByTimeAsync(100)
  expect(watched.events.flatMap((event) => (event.kind === 'growth' ? [[event.fromBytes, event.toBytes, event.timeMs]] : []))).toEqual([
    [50 * mebibyte, 53 * mebibyte, 250],
  ])
  await finish(watched)
})

test('samples that stay away are told when they are late by two intervals and half a second', async () => {
  const watched = watch()
  script.lines = [startLine]
  script.rows = [row(90, 50)]
  await jest.advanceTimersByTimeAsync(700)
  expect(watched.views.map(({ silentMs }) => silentMs)).toEqual([0, 0, 0, 0, 0, 0, 0])
  await jest.advanceTimersByTimeAsync(200)
  expect(watched.views.slice(7).map(({ silentMs }) => silentMs)).toEqual([700, 800])
  script.rows = [row(900, 50)]
  await jest.advanceTimersByTimeAsync(100)
  expect(watched.views.at(-1)?.silentMs).toBe(0)
  await finish(watched)
})

test('an event loop is blocked while samples come, and not while the whole process was stopped', async () => {
  const blockedBy = async (...rows: readonly RingSample[]): Promise<readonly number[]> => {
    Object.assign(script, { lines: [startLine], rows: [...rows] })
    const watched = watch()
    await jest.advanceTimersByTimeAsync(100)
    await finish(watched)
    return watched.events.flatMap((event) => (event.kind === 'sample' ? [event.blockedMs] : []))
  }
  // 600 ms is the longest pause of samples that are 50 ms apart.
  expect(await blockedBy(row(100, 1), row(700, 1, {}, 100))).toEqual([0, 600])
  expect(await blockedBy(row(100, 1), row(701, 1, {}, 100), row(1200, 1, {}, 100))).toEqual([0, 0, 499])
})

test('a long block is told when it is over', async () => {
  const watched = watch()
  script.lines = [startLine]
  script.rows = [row(100, 1), row(500, 1, {}, 100), row(900, 1, {}, 100), row(1000, 1, {}, 950)]
  await jest.advanceTimersByTimeAsync(100)
  expect(watched.events.slice(-2)).toEqual([
    { kind: 'blocked', fromTimeMs: 100, timeMs: 950, durationMs: 850 },
    expect.objectContaining({ kind: 'sample', timeMs: 1000 }),
  ])
  // It isn't among those that are counted, but it is shown.
  expect(kinds(watched.views[0]?.events ?? [])).toEqual(['blocked'])
  const { events, blocked } = await finish(watched)
  expect(events).toEqual({ growth: 0, shrink: 0, arena: 0, threshold: 0, overflow: 0 })
  expect(blocked).toEqual({ times: 1, longestMs: 850, totalMs: 850 })
})

test('rows that came after the last look are read at the end', async () => {
  const watched = watch()
  await jest.advanceTimersByTimeAsync(50)
  script.lines = [startLine]
  script.rows = [row(10, 50)]
  await finish(watched)
  expect(kinds(watched.events)).toEqual(['start', 'sample', 'end'])
})

test('a program that runs for too long is sent SIGTERM, once', async () => {
  const watched = watch({ durationMs: 1000 })
  await jest.advanceTimersByTimeAsync(999)
  expect(script.calls).not.toContainEqual(['kill', 'SIGTERM'])
  await jest.advanceTimersByTimeAsync(1)
  expect(script.calls).toContainEqual(['kill', 'SIGTERM'])
  await finish(watched, { exitCode: undefined, signal: 'SIGTERM' })
  const early = watch({ durationMs: 1000 })
  await jest.advanceTimersByTimeAsync(10)
  await finish(early)
  expect(jest.getTimerCount()).toBe(0)
})

test("a program that can't be started is an error, and nothing is left", async () => {
  script.pid = 0
  const watched = watch({ durationMs: 1000 })
  script.fail(new Error('no such program'))
  await expect(watched.report).rejects.toThrow('no such program')
  expect(script.calls.map(([name]) => name)).toEqual(['prepare', 'start', 'close'])
  expect(jest.getTimerCount()).toBe(0)
})
