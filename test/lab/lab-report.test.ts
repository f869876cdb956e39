/// <reference lib="dom" />
import { plainStyle, renderLab, renderLabHtml } from '../../lib/report/index.js'
import type { LabPart, LabReport, LabResult } from '../../lib/lab/index.js'
import { inBrowser, openPage } from '../report/browser-page.js'

const mebibyte = 1024 ** 2
const attack = '<img src=x onerror="window.attacked = true"></td><script>window.attacked = true</script>'

const table: LabPart = {
  kind: 'table',
  title: `Ways ${attack}`,
  columns: [
    { key: 'way', title: 'way', unit: 'text' },
    { key: 'bytes', title: 'peak', unit: 'bytes' },
    { key: 'ms', title: 'time', unit: 'milliseconds' },
  ],
  rows: [
    { way: attack, bytes: 3 * mebibyte, ms: 1500 },
    { way: 'another', bytes: undefined, ms: undefined },
  ],
  notes: [attack],
}

const lines: LabPart = {
  kind: 'lines',
  title: 'Line by line',
  functionName: 'load',
  file: 'app.js',
  measuredBy: 'allocscope',
  startRssBytes: 50 * mebibyte,
  endRssBytes: 63 * mebibyte,
  betweenBytes: 3 * mebibyte,
  lines: [
    {
      line: 1,
      occurrences: 0,
      text: `function load() { // ${attack}`,
      memoryUsageBytes: undefined,
      incrementBytes: undefined,
      liveBytes: undefined,
    },
    {
      line: 2,
      occurrences: 1,
      text: '  let list = makeList()',
      memoryUsageBytes: 60 * mebibyte,
      incrementBytes: 10 * mebibyte,
      liveBytes: 8 * mebibyte,
    },
    { line: 3, occurrences: 1, text: '  list = null', memoryUsageBytes: 60 * mebibyte, incrementBytes: -10, liveBytes: -8 * mebibyte },
    { line: 4, occurrences: 99, text: '  for (;;) work()', memoryUsageBytes: 60 * mebibyte, incrementBytes: 0, liveBytes: undefined },
  ],
}

const courses: LabPart = {
  kind: 'courses',
  title: 'Over time',
  courses: [{ name: 'all', bytes: [1, undefined, 5 * mebibyte, 2] }],
  notes: [],
}

function result(more: Partial<LabResult>): LabResult {
  return { name: 'loops', title: 'Loops', count: 10, durationMs: 5, parts: [], statement: undefined, failure: undefined, ...more }
}

const report: LabReport = {
  nodeVersion: 'v20.0.0',
  v8Version: '11.3',
  platform: 'linux-x64',
  allocator: 'glibc 2.36',
  experiments: [
    result({
      parts: [table, lines, courses],
      statement: {
        text: 'One is less.',
        ascending: [
          { name: 'one', bytes: 2 * mebibyte },
          { name: 'other', bytes: mebibyte },
        ],
        holds: false,
      },
    }),
    result({ name: 'allocator', title: 'Allocator', failure: { code: 'ERR_X', message: `it ended ${attack}` } }),
  ],
}

test('the familiar table, what failed, and what does not hold', () => {
  const text = renderLab(report, plainStyle)
  expect(text).toContain(`
Line #    Mem usage    Increment         Live   Line Contents
=============================================================
     1                                          function load() {`)
  expect(text).toContain('     2     60.0 MiB     10.0 MiB      8.0 MiB     let list = makeList()\n')
  expect(text).toContain('     3     60.0 MiB      0.0 MiB     -8.0 MiB     list = null\n')
  expect(text).toContain('     4     60.0 MiB      0.0 MiB            –     for (;;) work()\n')
  expect(text).toContain('Between the lines, RSS changed by +3.0 MiB.')
  expect(text).toContain('one 2.0 MiB < other 1.0 MiB: does not hold here')
  expect(text).toMatch(/Not measured: it ended [^[]*\[ERR_X\]/)
  expect(text).toContain('0 of 2 statements hold.')
})

test('no line is wider than the screen', () => {
  const wide = renderLab({ ...report, experiments: report.experiments.slice(0, 1) }, { ...plainStyle, width: 80 })
  const prose = wide.split('\n').filter((line) => !line.includes('onerror'))
  expect(prose.filter((line) => line.length > 80)).toEqual([])
})

inBrowser('the page shows what is in it, runs nothing, fetches nothing and fits a narrow screen', async () => {
  const { page, requests, complaints } = await openPage(renderLabHtml(report))
  await page.setViewport({ width: 390, height: 800 })
  const seen = await page.evaluate(() => ({
    attacked: 'attacked' in window,
    strangers: document.querySelectorAll('script, img').length,
    cells: [...document.querySelectorAll('table:not(.lines) tbody td')].slice(0, 6).map((cell) => cell.textContent),
    source: [...document.querySelectorAll('.lines .source')].map((cell) => cell.textContent),
    overflows: document.documentElement.scrollWidth > innerWidth,
    points: document.querySelector('polyline')?.getAttribute('points'),
    statement: document.querySelector('.shown')?.textContent,
  }))
  expect(complaints).toEqual([])
  expect(requests).toHaveLength(1)
  expect(seen).toMatchObject({ attacked: false, strangers: 0, overflows: false })
  expect(seen.cells).toEqual([attack, '3.0 MiB', '1.5 s', 'another', '–', '–'])
  expect(seen.source[0]).toBe(`function load() { // ${attack}`)
  expect(seen.points?.split(' ')).toHaveLength(3)
  expect(seen.statement).toContain('one 2.0 MiB < other 1.0 MiB: does not hold here')
})
