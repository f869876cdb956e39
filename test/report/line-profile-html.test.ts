/// <reference lib="dom" />
import type { Page } from 'puppeteer-core'

import { plainStyle } from '../../lib/report/line-profile/index.js'
import type { LineProfile } from '../../lib/profile/index.js'
import { hostileTexts, attack, inBrowser, openPage as open } from './browser-page.js'
import { line, lineProfile, profiledFunction, renderLineProfiles, renderLineProfilesHtml } from './line-profiles.js'

function hostileProfile(): LineProfile {
  const lines = hostileTexts.map((text, index) => line(index + 1, text, { allocatedBytes: (index + 1) * 1000 }))
  const [evil = ''] = hostileTexts
  const functions = [
    profiledFunction(evil, lines, { file: `/srv/${hostileTexts[2] ?? ''}.js` }),
    profiledFunction('calm', [line(1, 'calm()')]),
  ]
  return lineProfile(functions, { notes: [...hostileTexts], uninstrumented: [{ file: evil, name: evil, line: 1, reason: evil }] })
}

const view = { sort: 'allocated', minBytes: 0 } as const

describe('the page in a real browser', () => {
  inBrowser('hostile source text is shown, and does nothing', async () => {
    const { page, requests, complaints } = await open(renderLineProfilesHtml([hostileProfile()], `app.js ${hostileTexts.join(' ')}`, view))
    const seen = await page.evaluate(() => ({
      attacked: 'attacked' in window,
      texts: [...document.querySelectorAll('#source td.code')].map((cell) => cell.textContent),
      elements: ['script', 'img', 'svg', 'iframe', 'base', 'link'].map((tag) => document.querySelectorAll(tag).length),
      title: document.title,
      marks: document.querySelectorAll('#source .odd').length,
    }))
    expect(complaints).toEqual([])
    expect(seen.attacked).toBe(false)
    expect(requests).toHaveLength(1)
    expect(seen.elements).toEqual([2, 0, 0, 0, 0, 0])
    expect(seen.texts.slice(0, 4)).toEqual(hostileTexts.slice(0, 4))
    expect(seen.texts[4]).toBe(`u+2028${attack}u+2029`)
    expect(seen.texts[7]).toContain('u+202e } u+2066 if (isAdmin) u+2069')
    expect(seen.marks).toBeGreaterThanOrEqual(10)
    expect(seen.title).toContain('</script>')
    await page.close()
  })

  inBrowser('its policy runs nothing that was added to it', async () => {
    const html = renderLineProfilesHtml([hostileProfile()], 'app.js', view)
    const added = `<script>${attack}</script><img src="https://example.invalid/x.png" onerror="${attack}"><style>body { display: none }</style>`
    const { page, complaints } = await open(html.replace('</body>', `${added}</body>`))
    expect(await page.evaluate(() => ['attacked' in window, getComputedStyle(document.body).display])).toEqual([false, 'block'])
    expect(complaints.join('\n')).toMatch(/Content Security Policy/)
    await page.close()
  })

  inBrowser('what several threads add up to stands below them, where it hides no source', async () => {
    const work = profiledFunction(hostileTexts[2] ?? '', [line(1, 'work()', { allocatedBytes: 5000, externalBytes: 1000 })])
    const { page, requests, complaints } = await open(
      renderLineProfilesHtml([lineProfile([work]), lineProfile([work], { threadId: 7 })], 'app.js', view),
    )
    const rows = await page.$$eval('#totals tbody tr', (all) => all.map((row) => [...row.children].map((cell) => cell.textContent)))
    expect(rows).toEqual([
      [hostileTexts[2], '/srv/app/script.ts:1', '2', '2', '9.8 KiB', '±0 B', '60.0 MiB'],
      ['4242', 'main', '1', '1', '1', '1000 B', '4.9 KiB', '±0 B', '60.0 MiB'],
      ['4242', 'worker 7', '1', '1', '1', '1000 B', '4.9 KiB', '±0 B', '60.0 MiB'],
      ['all', '', '1', '2', '2', '2.0 KiB', '9.8 KiB', '±0 B', '60.0 MiB'],
    ])
    expect(complaints).toEqual([])
    expect(requests).toHaveLength(1)
    await page.close()
    const alone = await open(renderLineProfilesHtml([lineProfile([work])], 'app.js', view))
    expect(await alone.page.$eval('#totals', (panel) => getComputedStyle(panel).display)).toBe('none')
    await alone.page.close()
  })

  inBrowser('the columns that were asked for, the first of them with heat', async () => {
    const lines = [
      line(1, 'a()', { allocatedBytes: 3000, heapBytes: 1000, externalBytes: 2000, rssIncrementBytes: -4096 }),
      line(2, 'b()', { occurrences: 0 }),
    ]
    const { page, complaints } = await open(
      renderLineProfilesHtml([lineProfile([profiledFunction('a', lines)])], 'app.js', { ...view, columns: ['rss', 'external', 'heap'] }),
    )
    const textOf = (selector: string): Promise<(string | null)[]> => page.$$eval(selector, (all) => all.map((one) => one.textContent))
    expect(await textOf('#source th')).toEqual(['Line', 'RSS change', 'External', 'Heap', 'Source'])
    expect(await textOf('#source tbody td:not(.code)')).toEqual(['1', '-4.0 KiB', '2.0 KiB', '1000 B', '2', '', '', ''])
    expect(await textOf('.metric label:has(:checked)')).toEqual(['RSS change'])
    expect(complaints).toEqual([])
    await page.close()
  })

  inBrowser('sorted, filtered and walked by keys', async () => {
    const names = ['alpha', 'beta', 'gamma']
    const functions = names.map((name, index) =>
      profiledFunction(name, [line(1, `${name}()`, { allocatedBytes: (index + 1) * 5000 }), line(2, '}', { occurrences: 0 })], {
        calls: 3 - index,
      }),
    )
    const { page, complaints } = await open(
      renderLineProfilesHtml([lineProfile(functions), lineProfile([], { threadId: 7 })], 'app.js', view),
    )
    const listed = (): Promise<(string | null)[]> => page.$$eval('#functions .name', (all) => all.map((one) => one.textContent))
    const chosen = (): Promise<string | null> => page.$eval('#source h2', (head) => head.textContent)
    expect(await listed()).toEqual(['gamma', 'beta', 'alpha'])
    await page.click('#functions th[data-sort="name"] button')
    expect(await listed()).toEqual(names)
    expect(await page.$eval('#functions th[data-sort="name"]', (head) => head.getAttribute('aria-sort'))).toBe('ascending')
    await page.keyboard.press('/')
    await page.keyboard.type('ET')
    expect(await listed()).toEqual(['beta'])
    await page.keyboard.press('ArrowDown')
    expect(await chosen()).toBe('beta')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('beta')
    await page.select('#threads', '1')
    expect(await page.$eval('#source', (panel) => panel.textContent)).toContain('No function ran')
    expect(complaints).toEqual([])
    await page.close()
  })
})

const mebibyte = 1024 ** 2
const figures: readonly (readonly [allocated: number, increment: number, peak: number | undefined, calls: number])[] = [
  [20 * 1024 * mebibyte, -300, 12_345.6 * mebibyte, 20_480],
  [1834.58 * mebibyte, 787.7 * mebibyte, 60 * mebibyte, 1_234_567],
  [1023.98 * 1024, 0, undefined, 12],
]

/** What stands in the page's list, and in the heading of the page's source, of one function that has these figures. */
async function figuresInPage(profile: LineProfile): Promise<readonly (readonly (string | null)[])[]> {
  const { page, complaints } = await open(renderLineProfilesHtml([profile], 'app.js', view))
  const listed = await page.$$eval('#functions tbody td:not(:first-child)', (cells) => cells.map((cell) => cell.textContent))
  const headed = await page.$$eval('#source .figures b', (all) => all.map((one) => one.textContent))
  const lines = await page.$$eval('#source tbody tr:first-child td', (cells) => cells.map((cell) => cell.textContent))
  expect(complaints).toEqual([])
  await page.close()
  return [listed, headed.slice(0, 4), lines.slice(1, 4)]
}

/** Where the source of the first function stands at this width of the page: its room, and where what stands before it is when the source was moved. */
async function layoutAt(page: Page, width: number): Promise<Readonly<Record<'room' | 'line' | 'moved' | 'figure' | 'page', number>>> {
  await page.setViewport({ width, height: 900 })
  return page.evaluate(() => {
    const cellOf = (kind: string): DOMRect => (document.querySelector(`#source tbody td.${kind}`) as HTMLElement).getBoundingClientRect()
    const scroll = document.querySelector('#source .scroll') as HTMLElement
    const right = scroll.getBoundingClientRect().right
    const [room, line] = [right - cellOf('code').left, cellOf('no').left]
    scroll.scrollLeft = 200
    return { room, line, moved: cellOf('no').left, figure: cellOf('hot').right, page: document.documentElement.scrollWidth }
  })
}

inBrowser('the source has room beside its figures, on a laptop and on a phone', async () => {
  const lines = [
    line(1, `const text = '${'long '.repeat(60)}'`, { allocatedBytes: 123_456_789, incrementBytes: -123_456_789, occurrences: 1e6 }),
  ]
  const { page, complaints } = await open(renderLineProfilesHtml([lineProfile([profiledFunction('wide', lines)])], 'app.js', view))
  // 64 columns of its font, and 26.
  expect((await layoutAt(page, 1300)).room).toBeGreaterThan(64 * 7.53)
  const { page: pageWidth, ...onPhone } = await layoutAt(page, 390)
  expect(onPhone.room).toBeGreaterThan(26 * 7.53)
  expect(onPhone.moved).toBe(onPhone.line)
  expect(onPhone.figure).toBeLessThan(160)
  expect(pageWidth).toBeLessThanOrEqual(390)
  await page.click('.metric label:nth-of-type(4)')
  expect(await page.$$eval('#source td.figure', (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent))).toEqual(
    ['1,000,000'],
  )
  expect(complaints).toEqual([])
  await page.close()
})

describe('figures read as in the text report', () => {
  for (const [allocatedBytes, incrementBytes, peakRssBytes, calls] of figures) {
    inBrowser([allocatedBytes, incrementBytes, peakRssBytes, calls].join(', '), async () => {
      const lines = [line(1, 'work()', { allocatedBytes, incrementBytes, peakRssBytes })]
      const profile = lineProfile([profiledFunction('work', lines, { calls, peakRssBytes })])
      const text = renderLineProfiles([profile], view, plainStyle)
      const heading = /called (?<calls>\S+) times, allocated (?<allocated>.+?), net (?<net>.+?)(?:, peak RSS (?<peak>.+))?$/m.exec(text)
      const { calls: count, allocated, net, peak = '–' } = heading?.groups ?? {}
      const [listed, headed, cells] = await figuresInPage(profile)
      expect(listed).toEqual([allocated, net, peak, count])
      expect(headed).toEqual([allocated, net, peak, count])
      expect(cells).toEqual([allocated, net, peak])
    })
  }
})

test('nothing in the file refers to anything outside of it', () => {
  const html = renderLineProfilesHtml([lineProfile([profiledFunction('calm', [line(1, 'calm()')])])], 'app.js', view)
  expect(html).not.toMatch(/https?:|@import|url\(/)
  expect(html).toContain("default-src 'none'")
})
