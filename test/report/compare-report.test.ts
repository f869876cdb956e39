/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { launch } from 'puppeteer-core'

import type { ComparedSetting, Comparison } from '../../lib/compare/comparison.js'
import { describeNotes } from '../../lib/compare/comparison-notes.js'
import { judge } from '../../lib/compare/judge.js'
import { drawBar } from '../../lib/report/compare/compare-chart.js'
import { formatP } from '../../lib/report/compare/compare-sentences.js'
import { formatSpread } from '../../lib/report/compare/compare-text.js'
import { renderComparison, renderComparisonHtml, renderComparisonJson } from '../../lib/report/compare/index.js'
import { displayWidth } from '../../lib/report/display-width.js'
import { plainStyle } from '../../lib/report/text-style.js'
import { row, run } from '../compare/compared-rows.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

function comparisonOf(settings: readonly ComparedSetting[], more: Partial<Comparison> = {}): Comparison {
  return {
    program: 'app.js',
    programArguments: ['--port', '80'],
    nodeVersion: 'v20.0.0',
    nodeOptions: [],
    drive: undefined,
    settleMs: 0,
    processors: 2,
    runs: 5,
    durationMs: 61_000,
    baseline: 'glibc',
    settings,
    findings: judge(settings),
    test: { name: 'a test', level: 0.05, comparisons: settings.length - 1, runsNeeded: 5 },
    notes: describeNotes(settings, false),
    ...more,
  }
}

const peaks = (...values: readonly number[]): ReturnType<typeof run>[] => values.map((value) => run(value))
const rows = [
  row('glibc', peaks(100, 101, 102, 103, 104)),
  row('jemalloc', peaks(80, 81, 82, 83, 84)),
  row('mimalloc', peaks(99, 101.5, 102.5, 103.5, 105)),
]
/** Line breaks of the prose taken out. */
const textOf = (comparison: Comparison, width = Infinity): string => renderComparison(comparison, { ...plainStyle, width })
const joined = (comparison: Comparison): string => textOf(comparison).replace(/\s+/g, ' ')

describe('text', () => {
  test('medians, spreads, and a sentence that says what differs and what was not shown to', () => {
    const text = textOf(comparisonOf(rows))
    expect(text).toMatch(/glibc +5 +102\.0 MiB +40\.0 MiB +1\.0 s +1\.0 s +9,000 +0 +11\n +±2\.0 % +±0/)
    // 2 / 252 for runs that are apart, times two comparisons; the medians are 82 and 102. mimalloc's U is 14: of the 252 ways only the 40 with 12 or 13 are nearer to 12.5.
    expect(joined(comparisonOf(rows))).toContain(
      'Peak RSS: lower under jemalloc (-20.0 MiB, -19.6 %, p = 0.016); no difference beyond noise shown for mimalloc (p = 0.84).',
    )
    expect(joined(comparisonOf(rows))).toContain(
      'Major page faults: no difference beyond noise shown for jemalloc (p = 1) and mimalloc (p = 1).',
    )
  })

  test('too few runs: says so, how many it takes, and that chance alone keeps runs apart', () => {
    const few = [row('glibc', peaks(100, 101, 102)), row('jemalloc', peaks(1, 2, 3)), row('mimalloc', peaks(99, 101, 103))]
    const text = joined(comparisonOf(few))
    expect(text).toContain(
      "Whether jemalloc and mimalloc differ from glibc can't be told with so few runs: the test needs 5 under each setting (--runs 5).",
    )
    expect(text).toContain("Where no run overlaps with glibc's it is said below; chance alone does that in 10 % of such pairs.")
    expect(text).toContain('Peak RSS: not tested; all runs are lower under jemalloc (-99.0 MiB, -98.0 %).')
    expect(text).not.toMatch(/beyond noise shown|CPU time:/)
  })

  test('how RSS after release was taken is said, with the wait before it', () => {
    expect(joined(comparisonOf(rows))).toContain('garbage collected and RSS stood still, nothing purged')
    expect(joined(comparisonOf(rows, { settleMs: 12_000 }))).toContain('RSS stood still, after 12.0 s more, nothing purged')
  })

  test('missing and failed rows are there, with their reasons', () => {
    const lame = [
      ...rows.slice(0, 1),
      row('jemalloc', [], { failures: [{ round: 1, reason: 'exit code 1: Error: no' }] }),
      row('tcmalloc', [], { missing: 'no library of tcmalloc; install it' }),
    ]
    const text = textOf(comparisonOf(lame))
    expect(text).toMatch(/\n {2}jemalloc +failed\n {2}tcmalloc +missing\n/)
    expect(text).toContain('! jemalloc failed: exit code 1: Error: no')
    expect(text).toContain('! tcmalloc: no library of tcmalloc; install it')
    expect(text).toContain('Nothing could be compared')
  })

  test.each([60, 80, 120])('the chart and the prose fit %p columns', (width) => {
    const lines = textOf(comparisonOf(rows), width).split('\n')
    const chart = lines.filter((line) => /[█▓░]/.test(line))
    expect(chart.length).toBeGreaterThan(12)
    for (const line of chart) expect(displayWidth(line)).toBeLessThanOrEqual(width)
  })

  test('bars: full up to the lowest run, darker up to the median, light up to the highest', () => {
    expect(drawBar({ lowest: 4, median: 6, highest: 9 }, 1)).toBe('████▓▓░░░')
    expect(drawBar({ lowest: 10, median: 10, highest: 10 }, 0.5)).toBe('█████')
    expect(drawBar({ lowest: 0, median: 0, highest: 0 }, 1)).toBe('')
  })

  test.each([
    [{ lowest: 90, median: 100, highest: 104, runs: 3 }, '±10.0 %'],
    [{ lowest: 5, median: 5, highest: 5, runs: 3 }, '±0'],
    [{ lowest: 0, median: 0, highest: 7, runs: 3 }, '±7'],
    [{ lowest: 5, median: 5, highest: 5, runs: 1 }, ''],
    [undefined, ''],
  ])('the spread of %j is %p', (spread, expected) => {
    expect(formatSpread(spread)).toBe(expected)
  })

  test.each([
    [0.1, 'p = 0.10'],
    [2 / 252, 'p = 0.0079'],
    [1, 'p = 1'],
    [0.000_001, 'p < 0.0001'],
  ])('%p is written %p', (value, expected) => {
    expect(formatP(value)).toBe(expected)
  })

  test('JSON has its version, every run, and null for what is not known', () => {
    const json = JSON.parse(renderComparisonJson(comparisonOf([row('glibc', [run(1, { releasedRssBytes: undefined })])]))) as {
      readonly version: number
      readonly settings: readonly { readonly runs: readonly { readonly figures: object }[] }[]
    }
    expect(json.version).toBe(1)
    expect(json.settings[0]?.runs[0]?.figures).toMatchObject({ peakRssBytes: 1024 ** 2, releasedRssBytes: null })
  })
})

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))

testWhere(chromium === undefined ? notInstalled('chromium') : undefined)(
  'the page: shows every row and run, fits narrow and wide windows, runs nothing',
  async () => {
    const evil = '"><script>document.title = "attacked"</script><img src=x onerror="document.title = 1">'
    const failed = row('tcmalloc', [], { failures: [{ round: 1, reason: evil }] })
    const comparison = comparisonOf([...rows, failed], { program: `${evil}.js` })
    const folder = mkdtempSync(path.join(tmpdir(), 'compare-page-'))
    const file = path.join(folder, 'page.html')
    writeFileSync(file, renderComparisonHtml(comparison))
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
    const browser = await launch({ executablePath: chromium as string, args, userDataDir: path.join(folder, 'browser') })
    try {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      for (const width of [390, 1300]) {
        await page.setViewport({ width, height: 900 })
        await page.goto(pathToFileURL(file).href)
        const seen = await page.evaluate(() => ({
          title: document.title,
          elements: document.querySelectorAll('script, img').length,
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          peaks: [...document.querySelectorAll('section[aria-label="Peak RSS"] svg')].map((chart) => {
            const [bar] = chart.getElementsByClassName('bar')
            return { bar: bar?.getBoundingClientRect().width ?? 0, runs: chart.getElementsByClassName('run').length }
          }),
          labels: [...document.querySelectorAll('tbody th')].map((cell) => cell.textContent),
          sentences: document.querySelector('section[aria-label="Findings"]')?.textContent,
        }))
        expect(seen).toMatchObject({ elements: 0, overflow: 0, labels: ['glibc', 'jemalloc', 'mimalloc', 'tcmalloc'] })
        expect(seen.title).toContain('<script>')
        expect(seen.sentences).toContain('lower under jemalloc (-20.0 MiB, -19.6 %, p = 0.016)')
        expect(seen.peaks.map(({ runs }) => runs)).toEqual([5, 5, 5])
        // Bars end at the medians: 102 and 82.
        expect((seen.peaks[1]?.bar ?? 0) / (seen.peaks[0]?.bar ?? 0)).toBeCloseTo(82 / 102, 2)
      }
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
