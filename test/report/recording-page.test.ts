/// <reference lib="dom" />
import type { Page } from 'puppeteer-core'

import { formatByteChange, formatBytes } from '../../lib/figures/index.js'
import type { ProcessCourse, RecordedMark, RecordedSpan } from '../../lib/record/index.js'
import { courseLooks, courseShade } from '../../lib/report/owner-palette.js'
import { makePlot, renderPlotHtml, renderPlotSvg } from '../../lib/report/recording-plot/index.js'
import type { PlotChoice, PlottedRecording } from '../../lib/report/recording-plot/index.js'
import { attack, hostileTexts, inBrowser, leastContrast, openPage } from './browser-page.js'
import { makeRecording, restlessProcess, typicalProcess, values } from './plotted-recordings.js'

const marks: readonly RecordedMark[] = [
  { process: 0, name: 'loaded', timeMs: 2000, by: 'program' },
  { process: 0, name: 'served', timeMs: 8000, by: 'program' },
]
const spans: readonly RecordedSpan[] = [
  { process: 0, name: 'parse', startMs: 3000, endMs: 5000, startRssBytes: 2 ** 20, endRssBytes: 3 * 2 ** 20, depth: 0 },
]
const child = {
  pid: 4712,
  parent: 0,
  command: 'worker',
  startMs: 3000,
  endMs: 6000,
  intervalMs: 10,
  files: values(300, () => 10),
  rss: values(300, () => 60),
}
const gc = {
  process: 0,
  source: 'gc',
  timeMs: Float64Array.of(1000, 4000),
  columns: { durationMs: Float64Array.of(3, 12), gcKind: Float64Array.of(1, 4) },
} as const
const typical = makeRecording([typicalProcess(1001, 700), child], { marks, spans, tracks: [gc] })
const course = typical.courses[0] as ProcessCourse

function pageOf(recordings: readonly PlottedRecording[], choice: Partial<PlotChoice> = {}): string {
  return renderPlotHtml(recordings, { children: false, ...choice }) ?? ''
}

/** The cells of a table's rows by their heads. */
function readTable(page: Page, selector: string): Promise<Readonly<Record<string, readonly string[]>>> {
  return page.$eval(selector, (table) =>
    Object.fromEntries(
      [...table.querySelectorAll('tbody tr')].map((row) => {
        const [head, ...cells] = [...row.children].map((cell) => cell.textContent)
        return [head ?? '', cells]
      }),
    ),
  )
}

/** Moves the pointer to a share of the plot's width; answers with the readout. */
async function pointAt(page: Page, share: number): Promise<string> {
  const over = await page.waitForSelector('.u-over')
  const box = await over?.boundingBox()
  if (box === null || box === undefined) throw new Error('there is no plot')
  await page.mouse.move(box.x + box.width * share, box.y + box.height / 2)
  return page.$eval('.readout', (readout) => readout.textContent)
}

/** The heights of the owners' colours in the canvas's column under the pointer, as shares of the plot's height. */
function heightsByColour(page: Page, colours: readonly string[]): Promise<readonly number[]> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector('.uplot canvas') as HTMLCanvasElement
    const [whole, over] = [canvas.getBoundingClientRect(), (document.querySelector('.u-over') as Element).getBoundingClientRect()]
    const cursor = (document.querySelector('.u-cursor-x') as Element).getBoundingClientRect()
    const scale = canvas.width / whole.width
    const x = Math.round((cursor.left - whole.left) * scale)
    const [top, height] = [Math.round((over.top - whole.top) * scale), Math.round(over.height * scale)]
    // Chromium complains when the page's own canvas is read often.
    const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
    Object.assign(copy.canvas, { width: 1, height })
    copy.drawImage(canvas, x, top, 1, height, 0, 0, 1, height)
    const pixels = copy.getImageData(0, 0, 1, height).data
    const counts = wanted.map(() => 0)
    for (let at = 0; at < pixels.length; at += 4) {
      const colour = `#${[0, 1, 2].map((channel) => (pixels[at + channel] as number).toString(16).padStart(2, '0')).join('')}`
      const found = wanted.indexOf(colour)
      if (found >= 0) counts[found] = (counts[found] as number) + 1
    }
    return counts.map((count) => count / height)
  }, colours)
}

function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

const mebibytes = (text: string | undefined): number => Number(/^([\d,.]+) MiB$/.exec(text ?? '')?.[1]?.replaceAll(',', ''))

describe('the page in a real browser', () => {
  inBrowser('the table has the figures of the model, and at a moment the owners add up to RSS, in figures and in areas', async () => {
    const { page, complaints, requests } = await openPage(pageOf([typical]))
    await page.setViewport({ width: 1400, height: 900 })
    const table = await readTable(page, '.figures')
    const peak = 700
    for (const [name, bytes] of [
      ...course.owners.map(({ owner, bytes: own }) => [courseLooks[owner].name, own] as const),
      ['RSS', course.rssBytes] as const,
    ]) {
      const [start, end] = [bytes[0] as number, bytes[1000] as number]
      const figures = [formatBytes(start), formatBytes(bytes[peak]), formatBytes(end), formatByteChange(end - start)]
      expect(table[name]?.slice(0, 4)).toEqual(figures)
    }
    // Half of what is committed, which is 44 MiB at RSS's peak.
    expect(table['heap used']?.slice(0, 3)).toEqual(['15.0 MiB', '22.0 MiB', '25.0 MiB'])
    // A mark, a span and a moment with neither.
    for (const share of [0.2, 0.35, 0.9]) {
      const readout = await pointAt(page, share)
      const here = await readTable(page, '.figures')
      const owners = course.owners.map(({ owner }) => mebibytes(here[courseLooks[owner].name]?.[4]))
      const rss = mebibytes(here['RSS']?.[4])
      expect(owners.reduce((sum, bytes) => sum + bytes, 0)).toBe(rss)
      expect(readout).toContain(`RSS ${rss.toFixed(1)} MiB`)
      expect([readout.includes('mark loaded'), readout.includes('in parse')]).toEqual([share === 0.2, share === 0.35])
      // The axis ends at 400 MiB. What is free is hatched, and lines cross areas: of the whole ones an edge and a line may be missing.
      const areas = course.owners.filter(({ owner }) => owner !== 'allocator-free')
      const heights = await heightsByColour(page, areas.map(({ owner }) => courseShade(owner)[0])) // prettier-ignore
      areas.forEach(({ owner }, index) => {
        const expected = mebibytes(here[courseLooks[owner].name]?.[4]) / 400
        // Two edges of at most 2 pixels each, and two lines of 2 and their blurred sides, of some 300 pixels.
        if (share !== 0.2) expect(Math.abs((heights[index] as number) - expected)).toBeLessThan(12 / 300)
      })
    }
    expect(complaints).toEqual([])
    expect(requests).toHaveLength(1)
    await page.close()
  })

  inBrowser('zooms by keys, by dragging and by a span, and shows the figures of what is left', async () => {
    const { page, complaints } = await openPage(pageOf([typical]))
    await page.setViewport({ width: 1400, height: 900 })
    const peakOf = async (): Promise<string | undefined> => (await readTable(page, '.figures'))['RSS']?.[1]
    const whole = await peakOf()
    expect(whole).toBe(formatBytes(course.rssBytes[700]))
    await page.focus('.frame')
    await page.keyboard.press('ArrowRight')
    const middle = await page.$eval('.readout', (readout) => readout.textContent)
    expect(middle).toMatch(/^5\.0 s · RSS/)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    expect(await page.$eval('.readout', (readout) => readout.textContent)).toMatch(/^(?:4\.9|5\.0) s/)
    // Around the middle the half that is left still has the peak at 7 s; the next doesn't.
    await page.keyboard.press('+')
    expect(await peakOf()).toBe(whole)
    await page.keyboard.press('+')
    const most = course.rssBytes.slice(375, 625).reduce((highest, bytes) => Math.max(highest, bytes))
    expect(await peakOf()).toBe(formatBytes(most))
    await page.keyboard.press('0')
    expect(await peakOf()).toBe(whole)
    const box = await (await page.$('.u-over'))?.boundingBox()
    if (box === null || box === undefined) throw new Error('there is no plot')
    await page.mouse.move(box.x + box.width * 0.1, box.y + 50)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.3, box.y + 60, { steps: 4 })
    await page.mouse.up()
    expect(await peakOf()).not.toBe(whole)
    await page.click('.zooms button:last-child')
    expect(await peakOf()).toBe(whole)
    const buttons = await page.$$('.happenings .name')
    await buttons[2]?.click()
    const [start, , end] = (await readTable(page, '.figures'))['RSS'] ?? []
    expect([start, end]).toEqual([formatBytes(course.rssBytes[300]), formatBytes(course.rssBytes[500])])
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('frame')
    expect(complaints).toEqual([])
    await page.close()
  })

  for (const value of ['light', 'dark'])
    inBrowser(`in ${value} colours text has a contrast of 4.5 or more, and at 400 px nothing is wider than the window`, async () => {
      const other = makeRecording([typicalProcess(500, 3)], { file: '/elsewhere/other.rec' })
      const { page, complaints } = await openPage(pageOf([typical, other]))
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
      expect(await leastContrast(page)).toBeGreaterThanOrEqual(4.5)
      for (const width of [1400, 400, 360]) {
        await page.setViewport({ width, height: 900 })
        await page.waitForFunction(() => {
          const [frame, plot] = [document.querySelector('.frame'), document.querySelector('.uplot')]
          return plot?.getBoundingClientRect().width === frame?.clientWidth
        })
        expect(await overflowOf(page)).toBe(0)
        expect((await page.$$('.uplot')).length).toBe(3)
      }
      expect(complaints).toEqual([])
      await page.close()
    })

  inBrowser('several recordings begin together; each, and each process, can be chosen', async () => {
    const late = makeRecording([{ ...typicalProcess(501, 3), startMs: 60_000 }], { file: '/elsewhere/late.rec' })
    const { page, complaints } = await openPage(pageOf([typical, late]))
    await page.setViewport({ width: 1400, height: 900 })
    const overlay = await readTable(page, '.figures')
    expect(Object.keys(overlay)).toEqual(['run.rec: node app.js', 'late.rec: node app.js'])
    expect(overlay['late.rec: node app.js']?.[0]).toBe(formatBytes(late.courses[0]?.rssBytes[0]))
    expect(await pointAt(page, 0)).toMatch(/^0 s ·|^0 s$/)
    await pointAt(page, 0.9)
    expect((await readTable(page, '.figures'))['late.rec: node app.js']?.[4]).toBe('–')
    await page.select('select[aria-label="Process"]', '1')
    expect((await readTable(page, '.recording .figures'))['RSS']?.slice(0, 3)).toEqual(Array(3).fill('60.0 MiB'))
    await page.select('select[aria-label="How processes are drawn"]', '1')
    expect(Object.keys(await readTable(page, '.recording section:last-child .figures'))).toEqual([
      'node app.js (pid 4711)',
      'worker (pid 4712)',
      'RSS',
    ])
    await page.select('select[aria-label="Recording"]', '1')
    expect((await readTable(page, '.recording .figures'))['RSS']?.[0]).toBe(formatBytes(late.courses[0]?.rssBytes[0]))
    expect(complaints).toEqual([])
    await page.close()
  })

  inBrowser('hostile names are shown, and do nothing, in the page and in the picture', async () => {
    const evil = hostileTexts.map((text, index) => ({ process: 0, name: text, timeMs: 10 * index, by: 'program' }) as const)
    const evilSpans = hostileTexts.map((name, index) => ({ ...(spans[0] as RecordedSpan), name, startMs: 100, depth: index }))
    const names = { ...typical.recording.start, command: ['node', ...hostileTexts] }
    const made = [typicalProcess(100, 3), { ...child, command: hostileTexts.join(' ') }]
    const plotted = makeRecording(made, { marks: evil, spans: evilSpans, start: names, file: `/${hostileTexts[2] ?? ''}` })
    const { page, complaints, requests } = await openPage(pageOf([plotted]))
    const seen = await page.evaluate(() => ({
      attacked: 'attacked' in window,
      scripts: document.querySelectorAll('script').length,
      strangers: document.querySelectorAll('img, iframe, base, link, svg').length,
      marks: document.querySelectorAll('.happenings tbody tr').length,
      first: document.querySelector('.happenings .name')?.textContent,
    }))
    expect(seen).toEqual({ attacked: false, scripts: 2, strangers: 0, marks: 2 * hostileTexts.length, first: hostileTexts[0] })
    expect(complaints).toEqual([])
    expect(requests).toHaveLength(1)
    const plot = makePlot([plotted], { children: false })
    const svg = plot === undefined ? '' : renderPlotSvg(plot)
    const parsed = await page.evaluate((text) => {
      const picture = new DOMParser().parseFromString(text, 'image/svg+xml')
      const [root] = [picture.documentElement]
      const labels = (root.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => picture.getElementById(id)?.textContent)
      return { error: picture.querySelector('parsererror')?.textContent, tags: [...new Set([...picture.querySelectorAll('*')].map((one) => one.tagName))], labels }
    }, svg) // prettier-ignore
    expect(parsed.error).toBeUndefined()
    expect(parsed.tags.sort()).toEqual(['desc', 'path', 'rect', 'style', 'svg', 'text', 'title'])
    expect(parsed.labels[0]).toContain(attack)
    expect(parsed.labels[1]).toContain('RSS 125.0 MiB at the start')
    await page.close()
  })

  inBrowser('an hour at 10 ms opens, with a peak of one sample in it', async () => {
    const { page, complaints } = await openPage(pageOf([makeRecording([restlessProcess(360_000, 123_456)])]))
    const drawnMs = await page.evaluate(() => performance.getEntriesByName('drawn')[0]?.startTime)
    console.info(`a page of 360,000 samples was drawn ${drawnMs?.toFixed(0) ?? '?'} ms after navigation began`)
    expect((await readTable(page, '.figures'))['malloc, in use']?.[1]).toBe('220.0 MiB')
    expect(await page.$eval('.readout', (readout) => readout.textContent)).toMatch(/^[\d,]+ of 360,000 samples, every extreme among them\./)
    expect(complaints).toEqual([])
    await page.close()
  })
})
