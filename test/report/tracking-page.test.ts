/// <reference lib="dom" />
import type { Page } from 'puppeteer-core'

import { renderTrackingHtml } from '../../lib/report/tracking/index.js'
import type { LiveOverTime, TrackedFigures, TrackedFrame, TrackedStack, TrackingReport } from '../../lib/track/index.js'
import { attack, hostileTexts, inBrowser, leastContrast, openPage } from './browser-page.js'

const mebibyte = 2 ** 20

function figures(live: number, allocated: number, error = 0): TrackedFigures {
  return {
    liveBytes: live * mebibyte,
    liveBytesError: error * mebibyte,
    liveBlocks: live,
    liveSamples: live,
    allocatedBytes: allocated * mebibyte,
    allocations: allocated,
  }
}

function script(functionName: string, file = '/app/main.js', line = 3): TrackedFrame {
  return { kind: 'javascript', functionName, file, line, isExactLine: true }
}

function native(functionName: string): TrackedFrame {
  return { kind: 'native', functionName, file: '/app/node_modules/images/images.node', line: undefined, isExactLine: false }
}

function reportOf(stacks: readonly TrackedStack[], limitations: readonly string[] = []): TrackingReport {
  const total = figures(0, 0)
  return {
    intervalBytes: 65536,
    durationMs: 1000,
    samples: 10,
    total,
    lines: [],
    functions: [],
    modules: [],
    packages: [],
    stacks,
    mappings: undefined,
    threads: undefined,
    limitations,
  }
}

const [main, load, walk] = [script('main'), script('load', '/app/load.js'), script('walk')]
const [grow, copy] = [native('Decoder::grow'), native('copy')]
// Innermost first, as the tracker tells them. `walk` calls itself.
const report = reportOf([
  { frames: [grow, load, main], ...figures(60, 100, 3) },
  { frames: [copy, load, main], ...figures(10, 10, 4) },
  { frames: [grow, walk, walk, main], ...figures(30, 300) },
  { frames: [copy, main], ...figures(0, 90) },
])

interface Cell {
  readonly text: string
  readonly look: string
  readonly label: string
  readonly share: number
  readonly row: number
}

/** The cells of each graph, with their widths as shares of it. */
function graphsOf(page: Page): Promise<readonly (readonly Cell[])[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('.flame')].map((flame) =>
      [...flame.querySelectorAll<HTMLElement>('.cell')].map((cell) => ({
        text: cell.textContent,
        look: cell.className,
        label: cell.getAttribute('aria-label') ?? '',
        // A cell leaves a pixel to the next.
        share: (cell.getBoundingClientRect().width + 1) / flame.getBoundingClientRect().width,
        row: Math.round((cell.getBoundingClientRect().top - flame.getBoundingClientRect().top) / 20),
      })),
    ),
  )
}

function named(cells: readonly Cell[] | undefined, text: string): readonly Cell[] {
  return (cells ?? []).filter((cell) => cell.text.startsWith(text))
}

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.select(`select[aria-label="${label}"]`, option)
}

inBrowser('widths are shares of what is live, each function in its caller', async () => {
  const { page, complaints } = await openPage(renderTrackingHtml(report, 'main.js'))
  const [cells] = await graphsOf(page)
  const one = (text: string): Cell => named(cells, text)[0] as Cell
  expect(named(cells, 'main')).toHaveLength(1)
  for (const [text, share, row] of [
    ['all', 1, 0],
    ['main', 1, 1],
    ['load', 0.7, 2],
    ['walk', 0.3, 2],
    ['Decoder::grow', 0.6, 3],
  ] as const) {
    // Of a graph of more than 700 pixels, a pixel.
    expect(Math.abs(one(text).share - share)).toBeLessThan(1 / 700)
    expect(one(text).row).toBe(row)
  }
  expect(named(cells, 'walk').map(({ row }) => row)).toEqual([2, 3])
  expect([one('load').look, one('Decoder::grow').look]).toEqual(['cell script', 'cell native'])
  // 3 and 4 MiB are the errors of two stacks: 5 of both.
  expect(one('load').label).toContain('70.0 MiB ±5.0 MiB, 70.0 % of all')
  expect(one('load').label).toContain('/app/load.js:3')
  expect(complaints).toEqual([])
})

inBrowser('other measures and views show their own shares', async () => {
  const { page } = await openPage(renderTrackingHtml(report, 'main.js'))
  await choose(page, 'What widths stand for', '2')
  const [allocated] = await graphsOf(page)
  expect(named(allocated, 'walk')[0]?.share).toBeCloseTo(0.6, 2)
  await choose(page, 'What widths stand for', '0')
  await choose(page, 'How stacks are drawn', '1')
  const [inverted] = await graphsOf(page)
  expect(named(inverted, 'Decoder::grow').map(({ row }) => row)).toEqual([1])
  expect(named(inverted, 'Decoder::grow')[0]?.share).toBeCloseTo(0.9, 2)
  await choose(page, 'How stacks are drawn', '2')
  await page.evaluate(() => {
    const name = [...document.querySelectorAll<HTMLElement>('td .name')].find(({ textContent }) => textContent.startsWith('load'))
    name?.click()
  })
  const [callers, callees] = await graphsOf(page)
  expect(callers?.map(({ text, row }) => [text.split(' ')[0], row])).toEqual([
    ['all', 2],
    ['load', 1],
    ['main', 0],
  ])
  expect(named(callees, 'Decoder::grow')[0]?.share).toBeCloseTo(6 / 7, 2)
})

inBrowser('the table gives what the program asked for by itself, and a recursion once', async () => {
  const { page } = await openPage(renderTrackingHtml(report, 'main.js'))
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll('tbody tr')].map((row) => [...row.children].map(({ textContent }) => textContent)),
  )
  expect(rows.map(([own, , total, , name]) => [name?.split(' ')[0], own, total])).toEqual([
    ['Decoder::grow', '90.0 MiB', '90.0 MiB'],
    ['load', '70.0 MiB', '70.0 MiB'],
    ['walk', '30.0 MiB', '30.0 MiB'],
    ['copy', '10.0 MiB', '10.0 MiB'],
    ['main', '0 B', '100.0 MiB'],
  ])
})

inBrowser('a click and the keyboard zoom and walk; a search marks what it finds', async () => {
  const { page } = await openPage(renderTrackingHtml(report, 'main.js'))
  await page.evaluate(() => {
    const cell = [...document.querySelectorAll<HTMLElement>('.cell')].find(({ textContent }) => textContent.startsWith('load'))
    cell?.click()
  })
  const [zoomed] = await graphsOf(page)
  expect(named(zoomed, 'load')[0]?.share).toBeCloseTo(1, 2)
  expect(named(zoomed, 'walk')).toEqual([])
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? '')
  await page.keyboard.press('ArrowDown')
  expect(await focused()).toMatch(/^Decoder::grow/)
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toMatch(/^copy/)
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toMatch(/^load/)
  await page.keyboard.press('Escape')
  expect(named((await graphsOf(page))[0], 'walk')).toHaveLength(2)
  await page.type('input', 'GROW')
  const [searched] = await graphsOf(page)
  expect(searched?.filter(({ look }) => look.includes('hit')).every(({ text }) => text.startsWith('Decoder::grow'))).toBe(true)
  expect(await page.$eval('.head .faint', ({ textContent }) => textContent)).toBe('90.0 % is under what was found')
})

/** `load` had 8 MiB at the first moment and 90 at the third, `walk` 32 MiB at the first. Moments aren't equally far apart; the end is at 1 s. */
const times: LiveOverTime = {
  momentsMs: [100, 200, 600],
  stacks: [
    {
      frames: [grow, load, main],
      live: [
        { moment: 0, liveBytes: 8 * mebibyte, liveBytesError: mebibyte },
        { moment: 2, liveBytes: 90 * mebibyte, liveBytesError: 0 },
      ],
    },
    { frames: [grow, walk, main], live: [{ moment: 0, liveBytes: 32 * mebibyte, liveBytesError: 0 }] },
  ],
}

inBrowser('a slider over time shows what was live when, by the pointer and by keys, and what was zoomed to stays', async () => {
  const { page, complaints } = await openPage(renderTrackingHtml(report, 'main.js', times))
  const readout = (): Promise<string> => page.$eval('.times output', ({ textContent }) => textContent)
  expect(await readout()).toBe('At the end, after 1.0 s: 100.0 MiB live')
  await page.focus('input[type=range]')
  await page.keyboard.press('ArrowLeft')
  expect(await readout()).toBe('After 600 ms: 90.0 MiB live')
  const [late] = await graphsOf(page)
  expect(late?.map(({ text }) => text.split(' ')[0])).toEqual(['all', 'main', 'load', 'Decoder::grow'])
  await page.keyboard.press('Home')
  const [first] = await graphsOf(page)
  expect(named(first, 'walk')[0]?.share).toBeCloseTo(0.8, 2)
  expect(named(first, 'load')[0]?.label).toContain('8.0 MiB ±1.0 MiB, 20.0 % of all')
  const rows = await page.$$eval('tbody tr', (all) => all.map((row) => row.textContent))
  expect(rows[0]).toContain('40.0 MiB')

  await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('.cell')].find((cell) => cell.textContent.startsWith('load'))?.click(),
  )
  await page.focus('input[type=range]')
  await page.keyboard.press('ArrowRight')
  expect(await readout()).toBe('After 200 ms: 0 B live')
  expect(await page.$eval('.empty', ({ textContent }) => textContent)).toBe('No live bytes here.')
  // The pointer takes the moment that is nearest: 700 ms are nearer to 600 than to the end.
  const { x, y, width, height } = await page.$eval('input[type=range]', (input) => {
    const box = input.getBoundingClientRect()
    return { x: box.x, y: box.y, width: box.width, height: box.height }
  })
  await page.mouse.click(x + width * 0.7, y + height / 2)
  expect(await readout()).toBe('After 600 ms: 90.0 MiB live')
  const [zoomed] = await graphsOf(page)
  expect(named(zoomed, 'load')[0]?.share).toBeCloseTo(1, 2)
  expect(named(zoomed, 'main')[0]?.look).toContain('above')

  // What is known of the end alone has no slider, and is of the end.
  await choose(page, 'What widths stand for', '2')
  expect(await page.$eval('.times', (element) => (element as HTMLElement).hidden)).toBe(true)
  expect(named((await graphsOf(page))[0], 'walk')[0]?.share).toBeCloseTo(0.6, 2)
  await choose(page, 'What widths stand for', '0')
  expect(named((await graphsOf(page))[0], 'walk')).toEqual([])
  expect(complaints).toEqual([])
})

inBrowser('what is mapped apart from malloc has measures of its own, by the same views', async () => {
  const stacks = [
    { frames: [grow, load, main], mappedBytes: 96 * mebibyte, residentBytes: 12 * mebibyte, unknownBytes: 0, ranges: 3 },
    { frames: [copy, main], mappedBytes: 32 * mebibyte, residentBytes: 4 * mebibyte, unknownBytes: 0, ranges: 1 },
  ]
  const total = { mappedBytes: 128 * mebibyte, residentBytes: 16 * mebibyte, unknownBytes: 0, ranges: 4 }
  const mappings = { total, lines: [], functions: [], modules: [], stacks }
  const { page, complaints } = await openPage(renderTrackingHtml({ ...report, mappings }, 'main.js', times))
  expect(named((await graphsOf(page))[0], 'load')[0]?.share).toBeCloseTo(0.7, 2)
  for (const [measure, sum] of [
    ['4', '16.0 MiB'],
    ['5', '128.0 MiB'],
  ] as const) {
    await choose(page, 'What widths stand for', measure)
    const [cells] = await graphsOf(page)
    expect(named(cells, 'all')[0]?.label).toBe(`all: ${sum}, 100.0 % of all`)
    expect(named(cells, 'load')[0]?.share).toBeCloseTo(0.75, 2)
    expect(named(cells, 'walk')).toEqual([])
  }
  expect(complaints).toEqual([])
})

inBrowser('without moments there is no slider', async () => {
  for (const none of [undefined, { momentsMs: [], stacks: [] }]) {
    const { page } = await openPage(renderTrackingHtml(report, 'main.js', none))
    expect(await page.$('input[type=range]')).toBeNull()
  }
})

inBrowser('names are text, whatever they are made of; nothing is asked for from anywhere', async () => {
  const stacks = hostileTexts.map((text) => ({ frames: [native(text), script(text, text)], ...figures(1, 1) }))
  const { page, requests, complaints } = await openPage(
    renderTrackingHtml(reportOf(stacks, [hostileTexts[2] as string]), hostileTexts[0] as string),
  )
  await page.hover('.cell.script')
  await choose(page, 'How stacks are drawn', '2')
  expect(await page.evaluate(() => 'attacked' in window)).toBe(false)
  expect(attack).toContain('attacked')
  expect(requests).toHaveLength(1)
  expect(complaints).toEqual([])
})

inBrowser('a report without anything live says so', async () => {
  const { page } = await openPage(renderTrackingHtml(reportOf([{ frames: [copy, main], ...figures(0, 90) }]), 'main.js'))
  expect(await page.$eval('.empty', ({ textContent }) => textContent)).toBe('No live bytes here.')
  await choose(page, 'How stacks are drawn', '2')
  expect(await page.$eval('.empty', ({ textContent }) => textContent)).toBe('No live bytes.')
})

inBrowser('it reads well in light and dark, on a wide and on a narrow screen', async () => {
  const { page } = await openPage(renderTrackingHtml(report, 'main.js', times))
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
    expect(await leastContrast(page)).toBeGreaterThanOrEqual(4.5)
  }
  for (const width of [1400, 400]) {
    await page.setViewport({ width, height: 900 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  }
})
