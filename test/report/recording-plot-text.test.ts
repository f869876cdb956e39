import { stripVTControlCharacters } from 'node:util'

import type { RecordedMark, RecordedSpan, Track } from '../../lib/record/index.js'
import { plainStyle, styleForTerminal } from '../../lib/report/index.js'
import { displayWidth } from '../../lib/report/display-width.js'
import { makePlot, renderPlotSvg, renderPlotText } from '../../lib/report/recording-plot/index.js'
import type { Plot, PlotChoice, PlottedRecording } from '../../lib/report/recording-plot/index.js'
import { makeRecording, typicalProcess, values } from './plotted-recordings.js'

const mark = (name: string, timeMs: number): RecordedMark => ({ process: 0, timeMs, name, by: 'program' })
const span = (name: string, startMs: number, endMs: number, depth = 0): RecordedSpan => ({
  process: 0,
  name,
  startMs,
  endMs,
  startRssBytes: undefined,
  endRssBytes: undefined,
  depth,
})
const collections = (timeMs: readonly number[], durationMs: readonly number[]): Track => ({
  process: 0,
  source: 'gc',
  timeMs: Float64Array.from(timeMs),
  columns: { durationMs: Float64Array.from(durationMs) },
})

function plotOf(recordings: readonly PlottedRecording[], choice: Partial<PlotChoice> = {}): Plot {
  const plot = makePlot(recordings, { children: false, ...choice })
  if (plot === undefined) throw new Error('there is nothing to draw')
  return plot
}

function textOf(recordings: readonly PlottedRecording[], choice: Partial<PlotChoice> = {}, width?: number): string {
  return renderPlotText(plotOf(recordings, choice), width === undefined ? plainStyle : { ...plainStyle, width })
}

/** The rows of the drawing, without their axis. */
function rowsOf(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, row] = /^.{9} [│┤](.*)$/.exec(line) ?? []
    return row === undefined ? [] : [row]
  })
}

const steady = makeRecording([
  { pid: 7, intervalMs: 10, files: values(100, () => 20), heap: values(100, () => 40), rss: values(100, () => 100) },
])

test('each owner has as many rows as it has bytes, and the table says how many', () => {
  const text = textOf([steady])
  const column = rowsOf(text).map((row) => row.charAt(30))
  // 15 rows are 100 MiB.
  expect(column.join('')).toBe(`${'·'.repeat(6)}${'█'.repeat(6)}${'░'.repeat(3)}`)
  expect(text).toMatch(/^ {2}██ {2}V8's heap {2,}40\.0 MiB +40\.0 MiB +40\.0 MiB +±0 B$/m)
  expect(text).toMatch(/^ {6}RSS {2,}100\.0 MiB +100\.0 MiB +100\.0 MiB +±0 B$/m)
  expect(text).toContain('  100 MiB ┤')
  expect(text).toContain('        0 ┼')
})

test('a peak of one sample among ten thousand is drawn, and so it is in the SVG', () => {
  const plotted = makeRecording([typicalProcess(10_000, 4321)])
  const text = textOf([plotted])
  expect(text).toContain('RSS of node app.js (pid 4711), highest 334.0 MiB at 43.2 s')
  const top = rowsOf(text).findIndex((row) => row.trim() !== '')
  // 16 rows are 400 MiB, and the middle of the 13th is at 312.5.
  expect([top, rowsOf(text)[top]?.trim().length]).toEqual([3, 1])
  // Along the area's upper edge: 334 of 400 MiB at 320 units of height, below 84.
  expect(renderPlotSvg(plotOf([plotted]))).toMatch(/class="rss" d="M[^"]* 136\.8L/)
})

test('without a terminal it is 80 columns wide; a narrow terminal is kept to', () => {
  const marks = [mark('a mark with a name that is longer than there is room for it beside others', 990), mark('b', 500)]
  const plotted = makeRecording(
    [typicalProcess(500, 50), { pid: 8, intervalMs: 10, files: [1, 1], rss: [5, 9], command: 'worker '.repeat(9) }],
    {
      marks,
      spans: [span('a long name of a span', 10, 900)],
      tracks: [collections([100, 200], [1, 2])],
    },
  )
  const widest = (text: string): number => Math.max(...text.split('\n').map(displayWidth))
  expect(Math.max(...rowsOf(textOf([plotted])).map((row) => row.length))).toBe(80 - 11)
  for (const width of [60, 80, 100, 160]) expect(widest(textOf([plotted], {}, width))).toBeLessThanOrEqual(width)
})

test('colours come on top of glyphs: without them the text is the same', () => {
  const plot = plotOf([makeRecording([typicalProcess(500, 50), { pid: 8, intervalMs: 10, files: [1, 1], rss: [5, 9] }])])
  const terminal = { isTTY: true, columns: 100 }
  const coloured = renderPlotText(plot, styleForTerminal(terminal, { FORCE_COLOR: '1' }))
  const plain = renderPlotText(plot, styleForTerminal(terminal, { NO_COLOR: '1' }))
  expect(stripVTControlCharacters(coloured)).toBe(plain)
  expect(coloured).toContain('\u001b[34m█')
  // No two owners of a process have the same glyph.
  const glyphs = [...plain.matchAll(/^ {2}(\S)\1 {2}/gm)].map(([, glyph]) => glyph)
  expect(glyphs).toEqual(['·', '▒', '▓', '█', '░'])
})

test('marks, spans and collections are below their moments', () => {
  const plotted = makeRecording([typicalProcess(101, 0)], {
    marks: [mark('late\nname', 1000), mark('loaded', 500)],
    spans: [span('inner', 250, 500, 1), span('outer', 0, 1000)],
    tracks: [collections([0, 500], [10, 1])],
  })
  const lines = textOf([plotted]).split('\n')
  const after = (heading: string): string => (lines.find((line) => line.startsWith(heading)) ?? '').slice(11)
  expect(after('gc')).toMatch(/^█ {33}[▁▂]$/)
  expect(after('marks')).toBe(`${' '.repeat(34)}▲${' '.repeat(33)}▲`)
  expect(lines).toContainEqual(expect.stringMatching(/^ {45}loaded +late\\nname$/))
  expect(after('outer')).toBe(`├${'─'.repeat(67)}┤`)
  expect(after('inner')).toBe(`${' '.repeat(17)}├${'─'.repeat(16)}┤`)
  expect(lines.findIndex((line) => line.startsWith('outer'))).toBeLessThan(lines.findIndex((line) => line.startsWith('inner')))
  expect(lines).toContain('gc: 2 collections, 11 ms in all, the longest 10 ms.')
})

const parent = { pid: 1, intervalMs: 10, files: values(100, () => 10), rss: values(100, () => 50) }
const child = {
  pid: 2,
  parent: 0,
  command: 'worker',
  startMs: 500,
  endMs: 800,
  intervalMs: 10,
  files: values(30, () => 10),
  rss: values(30, () => 30),
}

test('children are lines of their own, or added up, or left out', () => {
  const plotted = makeRecording([parent, child])
  const apart = textOf([plotted])
  expect(apart).toContain('RSS of the other processes')
  expect(apart).toMatch(/^ {2}a {2}worker \(pid 2\) +30\.0 MiB +30\.0 MiB +30\.0 MiB +±0 B$/m)
  expect(apart).toMatch(/RSS {2,}50\.0 MiB +50\.0 MiB +50\.0 MiB/)
  const summed = textOf([plotted], { children: true })
  expect(summed).toContain('RSS of all processes, highest 80.0 MiB at 500 ms')
  expect(summed).not.toContain('other processes')
  expect(textOf([plotted], { process: 1 })).toContain('RSS of worker (pid 2), highest 30.0 MiB')
})

test('several recordings are lines from the first sample of each', () => {
  const late = makeRecording([{ ...parent, startMs: 5000, rss: values(50, () => 100) }], { file: '/elsewhere/late.rec' })
  const plot = plotOf([makeRecording([parent]), late])
  expect([plot.fromMs, plot.toMs]).toEqual([0, 990])
  const rows = rowsOf(renderPlotText(plot, plainStyle))
  // 50 of 100 MiB in ten rows, and the shorter one ends in the middle.
  expect(rows[0]).toMatch(/^b{34,35}$/)
  expect(rows[4]).toBe('a'.repeat(69))
  expect(renderPlotText(plot, plainStyle)).toMatch(/^ {2}b {2}late\.rec: node app\.js +100\.0 MiB/m)
})

test('a part of the time; and nothing where there is no sample', () => {
  const plot = plotOf([steady], { fromMs: 200, toMs: 500 })
  expect([plot.fromMs, plot.toMs, plot.stack?.timeMs.length]).toEqual([200, 500, 31])
  expect(makePlot([steady], { children: false, fromMs: 5000 })).toBeUndefined()
  expect(makePlot([makeRecording([])], { children: true })).toBeUndefined()
})

test.each([
  [{ exitCode: 3, signal: undefined }, 'ended with exit code 3'],
  [{ exitCode: undefined, signal: 'SIGKILL' }, 'ended by SIGKILL'],
  // Of a process that another had started.
  [{ exitCode: undefined, signal: undefined }, 'ended'],
])('an end of %p', (ending, words) => {
  const end = { timeMs: 1000, reason: 'program-ended', ...ending, lostSamples: 0, missedSamples: 0 } as const
  const [, facts] = textOf([{ ...steady, recording: { ...steady.recording, end } }]).split('\n')
  expect(facts?.split(', ').at(-1)).toBe(words)
})

test('damage and lost samples are said', () => {
  const { recording } = steady
  const end = { timeMs: 1000, reason: 'disk-full', exitCode: undefined, signal: undefined, lostSamples: 12, missedSamples: 0 } as const
  const damage = { atByte: 5000, lostBytes: 77, reason: "a block's checksum doesn't match" }
  const text = textOf([{ ...steady, recording: { ...recording, end, damage } }])
  expect(text).toContain('recorded until the disk was full')
  expect(text.replace(/\s+/g, ' ')).toContain(
    "damaged at byte 5,000 (a block's checksum doesn't match): the 77 bytes from there on aren't shown.",
  )
  expect(text).toContain('12 samples were lost')
})
