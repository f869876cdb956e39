/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { launch } from 'puppeteer-core'
import type { Browser, Page } from 'puppeteer-core'

import { plainStyle, renderLineProfiles, renderLineProfilesHtml } from '../../lib/report/line-profile/index.js'
import type { LineProfile } from '../../lib/profile/index.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import { line, lineProfile, profiledFunction } from './line-profiles.js'

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))
const folder = mkdtempSync(path.join(tmpdir(), 'html-test-'))
let browser: Browser | undefined

beforeAll(async () => {
  if (chromium === undefined) return
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
  browser = await launch({ executablePath: chromium, args, userDataDir: path.join(folder, 'browser') })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The page in a real browser, every request that it makes, and everything that its policy or its script complained of. */
async function open(html: string): Promise<{ readonly page: Page; readonly requests: string[]; readonly complaints: string[] }> {
  const file = path.join(folder, 'report.html')
  writeFileSync(file, html)
  const page = await (browser as Browser).newPage()
  const [requests, complaints]: [string[], string[]] = [[], []]
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' })
  return { page, requests, complaints }
}

const attack = 'window.attacked = true'
const hostileTexts = [
  `const a = "</script><script>${attack}</script>"`,
  `<!-- <script>${attack}<!--</script> -->`,
  `<img src=x onerror="${attack}"><svg onload="${attack}">`,
  `"></td><iframe src="javascript:parent.${attack}"></iframe>`,
  `\u2028${attack}\u2029`,
  '`${constructor.constructor("' + attack + '")()}`',
  'const lone = "\ud800" + "\udfff"',
  'if (access) /* \u202e } \u2066 if (isAdmin) \u2069 begin \u2066 */ { // \u200b\ufeff\u0000\u0007',
  ']]><![CDATA[ &lt;script&gt; &#x3c;/script&#x3e; <base href="https://example.invalid/"> <link rel=stylesheet href="https://example.invalid/x.css">',
  Buffer.from([0x63, 0xff, 0xfe, 0xc0, 0xaf]).toString('utf8'),
]

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
const inBrowser = testWhere(chromium === undefined ? notInstalled('chromium') : undefined)

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
