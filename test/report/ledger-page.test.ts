/// <reference lib="dom" />
import type { Page } from 'puppeteer-core'

import { diffLedgers } from '../../lib/ledger/rss-ledger.js'
import type { LedgerEntry, LedgerFigures, LedgerOwner } from '../../lib/ledger/index.js'
import { plainStyle, renderLedger } from '../../lib/report/index.js'
import { renderLedgerHtml } from '../../lib/report/ledger-page/index.js'
import type { LedgerMoment, LedgerPage } from '../../lib/report/ledger-page/index.js'
import { attack, hostileTexts, inBrowser, leastContrast, openPage } from './browser-page.js'

const mebibyte = 2 ** 20

function entry(owner: LedgerOwner, detail: string, mebibytes: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const bytes = mebibytes * mebibyte
  const amounts = { residentBytes: bytes, committedBytes: bytes, virtualBytes: bytes, swappedBytes: 0, usedBytes: undefined }
  return { owner, detail, ...amounts, evidence: 'counted', ...more }
}

function ledgerOf(entries: readonly LedgerEntry[], more: Partial<LedgerFigures> = {}): LedgerFigures {
  const rssBytes = entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  const unexplainedBytes = entries.filter(({ owner }) => owner === 'unexplained').reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  return {
    pid: 4711,
    rssBytes,
    residencyFrom: 'page-tables',
    entries,
    unexplainedBytes,
    namedFraction: 1 - unexplainedBytes / rssBytes,
    unexplained: [{ begin: '7f00', end: '7f80', residentBytes: unexplainedBytes }],
    hugePageBytes: 0,
    hugetlbBytes: 0,
    pageTableBytes: 0,
    pinnedBytes: 0,
    swapBytes: 0,
    container: { supported: false, reason: 'no control group of memory' },
    gaps: [],
    costMicros: 1500,
    ...more,
  }
}

const owners: readonly LedgerOwner[] = (
  [
    'v8-heap',
    'v8-read-only',
    'v8-code-range',
    'v8-tables',
    'v8-page-pool',
    'array-buffers',
    'malloc-in-use',
    'malloc-free',
    'malloc',
  ] as const
).concat([
  'embedded-allocator',
  'wasm-memory',
  'thread-stack',
  'shared-memory',
  'file',
  'runtime',
  'kernel',
  'lazy-free',
  'unexplained',
] as never[])

const typical = ledgerOf([
  entry('v8-heap', 'main: old_space', 400, { usedBytes: 320 * mebibyte }),
  entry('v8-heap', 'worker (thread 12): old_space', 60),
  entry('malloc-in-use', 'main arena', 500),
  entry('malloc-in-use', 'arena 1', 100),
  entry('malloc-free', 'between blocks in use, at least', 300, { evidence: 'bounded' }),
  entry('array-buffers', 'served by malloc, at most', 200, { evidence: 'bounded' }),
  entry('wasm-memory', 'memories with a guard of 2 GiB or more', 64, { evidence: 'inferred' }),
  entry('file', '/usr/bin/node', 45),
  entry('file', '/usr/lib/x86_64-linux-gnu/libc.so.6 (private copies of written pages)', 1),
  entry('thread-stack', 'main', 0.1),
  entry('thread-stack', 'libuv-worker (thread 13)', 0.1),
  entry('unexplained', 'anonymous memory', 8, { evidence: 'by-elimination' }),
])

/** Rectangles of all sizes and shapes, with figures as long as they come. */
const crowded = [0.8, 0.9, 0.95, 0.98].map((factor) =>
  ledgerOf(owners.flatMap((owner, index) => [0, 1, 2, 3].map((part) => entry(owner, `some ${part}`, 8888 * factor ** (index + 3 * part))))),
)

function pageOf(moments: readonly LedgerMoment[], more: Partial<LedgerPage> = {}): string {
  return renderLedgerHtml({ subject: 'app.js', facts: 'node v20', moments, notes: [], ...more })
}

const alone = (ledger: LedgerFigures): readonly LedgerMoment[] => [{ title: 'at exit, after 1.2 s', ledger, change: undefined }]

test('owners have the names that the text gives them', () => {
  expect(new Set(owners).size).toBe(18)
  const all = ledgerOf(owners.map((owner) => entry(owner, 'some', 10)))
  const text = renderLedger(all, 'app.js', plainStyle)
  const named = [...text.matchAll(/^ {2}(\S.*?) {2,}10\.0 MiB +5\.6 %/gm)].map(([, name]) => name as string)
  const html = pageOf(alone(all))
  const heads = [...html.matchAll(/<th scope="rowgroup"><i class="[^"]+"><\/i>([^<]+)</g)].map(([, name]) => name?.replaceAll('&#39;', "'"))
  expect(heads).toHaveLength(18)
  expect([...heads].sort()).toEqual(named.sort())
})

test('the headline, the table, the gaps and the group', () => {
  const html = pageOf(alone({ ...typical, gaps: ["glibc's free lists weren't walked"], hugePageBytes: 4 * mebibyte }))
  const text = html
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
  expect(text).toContain('RSS 1,678.2 MiB at exit, after 1.2 s 99.5 % of it named')
  expect(text).toContain(
    'Made of malloc, in use 600.0 MiB ; V8&#39;s heap 460.0 MiB (of it 320.0 MiB objects of the main thread); malloc, free but kept 300.0 MiB ; array buffers 200.0 MiB ; wasm memories 64.0 MiB ; all others 54.2 MiB .',
  )
  expect(text).toContain('main: old_space 320.0 MiB objects 400.0 MiB 23.8 % counted')
  expect(text).toContain('between blocks in use, at least 300.0 MiB 17.9 % bounded')
  // Each of the two stacks is less than 0.05 % of RSS.
  expect(text).toContain('thread stacks 204.8 KiB 0.0 % 2 smaller 204.8 KiB 0.0 %')
  expect(text).toContain('unexplained 8.0 MiB 0.5 % anonymous memory 8.0 MiB 0.5 % what is left RSS 1,678.2 MiB 100.0 %')
  expect(text).toContain('7f00 to 7f80 8.0 MiB')
  expect(text).toContain('Control group Not known: no control group of memory')
  expect(text).toContain(
    '4.0 MiB of RSS on transparent huge pages, touched or not. glibc&#39;s free lists weren&#39;t walked Read in 1.50 ms.',
  )
  // Only the words that occur are explained.
  expect(text).toMatch(/How it is known counted .* by its looks .* bounded .* what is left /)
  expect(pageOf(alone(ledgerOf([entry('file', '/a', 1)])))).not.toContain('by its looks')
})

/** What a person sees of the map: owners with their areas, and figures that are cut off. */
function lookAtMap(page: Page): Promise<{
  readonly areas: Readonly<Record<string, number>>
  readonly cut: readonly string[]
  readonly shown: number
  readonly overflow: number
}> {
  return page.evaluate(() => {
    const map = document.querySelector('.moment[open] .map') as HTMLElement
    const areaOf = (element: Element): number => {
      const { width, height } = element.getBoundingClientRect()
      return width * height
    }
    const figures = [...map.querySelectorAll<HTMLElement>('.label b')].filter((one) => one.checkVisibility())
    const cut = figures.filter((one) => {
      // The text's own box: that of its element may be narrower.
      const text = document.createRange()
      text.selectNodeContents(one)
      const [inner, outer] = [text.getBoundingClientRect(), (one.closest('.tile, .owner') as Element).getBoundingClientRect()]
      return inner.left < outer.left || inner.right > outer.right || inner.bottom > outer.bottom || inner.top < outer.top
    })
    return {
      areas: Object.fromEntries(
        [...map.querySelectorAll('.owner')].map((owner) => [
          owner.querySelector('.frame > .label bdi')?.textContent ?? '',
          areaOf(owner) / areaOf(map),
        ]),
      ),
      cut: cut.map((one) => one.textContent),
      shown: figures.length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    }
  })
}

describe('the page in a real browser', () => {
  for (const width of [360, 700, 1440])
    inBrowser(`at ${width} px: areas are shares, no figure is cut, nothing is wider than the window`, async () => {
      const { page, complaints } = await openPage(pageOf(alone(typical)))
      await page.setViewport({ width, height: 900 })
      const { areas, cut, shown, overflow } = await lookAtMap(page)
      for (const [name, mebibytes] of [
        ['malloc, in use', 600],
        ["V8's heap", 460],
        ['malloc, free but kept', 300],
        ['array buffers', 200],
        ['wasm memories', 64],
        ['files', 46],
      ] as const) {
        const area = areas[name] ?? 0
        // Shapes are rounded to whole pixels on screen.
        expect(Math.abs(area - mebibytes / 1678.2)).toBeLessThan(0.004)
      }
      expect(cut).toEqual([])
      expect(shown).toBeGreaterThan(width === 1440 ? 9 : 5)
      expect(overflow).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
      for (const ledger of crowded) {
        const { page: other } = await openPage(pageOf(alone(ledger)))
        for (const wider of [0, 13, 29, 41]) {
          await other.setViewport({ width: width + wider, height: 900 })
          expect(await lookAtMap(other)).toMatchObject({ cut: [], overflow: 0 })
        }
        await other.close()
      }
    })

  for (const value of ['light', 'dark'])
    inBrowser(`in ${value} colours all text has a contrast of 4.5 or more`, async () => {
      const all = ledgerOf(owners.map((owner) => entry(owner, 'some', 10, owner === 'v8-heap' ? { usedBytes: 5 * mebibyte } : {})))
      const { page } = await openPage(pageOf(alone(all), { notes: ['a note'] }))
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        value === 'dark' ? 'rgb(15, 18, 22)' : 'rgb(246, 247, 249)',
      )
      expect(await leastContrast(page)).toBeGreaterThanOrEqual(4.5)
      await page.close()
    })

  inBrowser('hostile names are shown, and do nothing', async () => {
    const evil = hostileTexts.map((text, index) =>
      entry(index % 2 === 0 ? 'file' : 'thread-stack', `${text} & <script>${attack}</script>`, 50 - index),
    )
    const ledger = ledgerOf([...evil, ...typical.entries], {
      gaps: [...hostileTexts],
      container: { supported: false, reason: hostileTexts[2] ?? '' },
    })
    const earlier = ledgerOf(evil.slice(0, 3))
    const moments: readonly LedgerMoment[] = [
      { title: hostileTexts[0] ?? '', ledger: earlier, change: undefined },
      { title: hostileTexts[1] ?? '', ledger, change: diffLedgers(ledger, earlier) },
    ]
    const page = pageOf(moments, { subject: hostileTexts.join(' '), facts: hostileTexts[3] ?? '', notes: [...hostileTexts] })
    const opened = await openPage(page)
    const seen = await opened.page.evaluate(() => ({
      attacked: 'attacked' in window,
      strangers: document.querySelectorAll('script, img, iframe, base, link').length,
      title: document.title,
      names: [...document.querySelectorAll('.moment[open] .ledger th[scope=row] bdi')].map((cell) => cell.textContent),
      styled: [...document.querySelectorAll('[style], [onload], [onerror]')].length,
    }))
    expect(opened.complaints).toEqual([])
    expect(opened.requests).toHaveLength(1)
    expect(seen).toMatchObject({ attacked: false, strangers: 0, styled: 0 })
    expect(seen.title).toContain('</script>')
    for (const text of hostileTexts.slice(0, 4)) expect(seen.names).toContain(`${text} & <script>${attack}</script>`)
    await opened.page.close()
  })

  inBrowser('several moments: bars side by side, what changed, and links that open each', async () => {
    const later = ledgerOf([...typical.entries.slice(1), entry('v8-heap', 'main: old_space', 900)])
    const moments: readonly LedgerMoment[] = [
      { title: 'while it runs, after 1.0 s', ledger: typical, change: undefined },
      { title: 'at exit, after 2.0 s', ledger: later, change: diffLedgers(later, typical) },
    ]
    const { page, complaints } = await openPage(pageOf(moments))
    await page.setViewport({ width: 1440, height: 900 })
    const widths = await page.$$eval('.rows svg', (bars) =>
      bars.map((bar) => [...bar.children].reduce((sum, part) => sum + part.getBoundingClientRect().width, 0)),
    )
    expect((widths[0] ?? 0) / (widths[1] ?? 1)).toBeCloseTo(typical.rssBytes / later.rssBytes, 2)
    expect(await page.$eval('.changes tbody tr', (row) => [...row.children].map((cell) => cell.textContent))).toEqual([
      "V8's heap: main: old_space",
      '+500.0 MiB',
      '900.0 MiB',
    ])
    const open = (): Promise<boolean[]> => page.$$eval('.moment', (all) => all.map((one) => (one as HTMLDetailsElement).open))
    expect(await open()).toEqual([false, true])
    await page.click('.rows a')
    await page.waitForFunction(() => (document.querySelector('.moment') as HTMLDetailsElement).open)
    expect(await open()).toEqual([true, true])
    await page.setViewport({ width: 360, height: 900 })
    const narrow = await lookAtMap(page)
    expect([narrow.cut, narrow.overflow, complaints]).toEqual([[], 0, []])
    await page.close()
  })
})
