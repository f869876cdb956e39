/// <reference lib="dom" />
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { Page } from 'puppeteer-core'

import type { FunctionProfile, LineProfile } from '../../lib/profile/index.js'
import { renderProjectSite } from '../../lib/report/line-profile/index.js'
import type { ProfileView } from '../../lib/report/index.js'
import { attack, hostileTexts, inBrowser, openFile } from './browser-page.js'
import { line, lineProfile, profiledFunction } from './line-profiles.js'

const folder = mkdtempSync(path.join(tmpdir(), 'site-test-'))
const view: ProfileView = { sort: 'allocated', minBytes: 0 }
const mebibyte = 1024 ** 2

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The pages by their places. */
function pagesOf(
  profiles: readonly LineProfile[],
  sources: Readonly<Record<string, string>>,
  more: Partial<ProfileView> = {},
): Map<string, string> {
  const readSource = (file: string): string | undefined => sources[file]
  const options = { title: 'app.js', view: { ...view, ...more }, directory: '/srv/app', readSource }
  return new Map([...renderProjectSite(profiles, options)].map(({ place, parts }) => [place, [...parts].join('')]))
}

let sites = 0

/** Writes the pages to where a browser finds them, and answers with the file of the list. */
function writePages(pages: ReadonlyMap<string, string>): string {
  const site = path.join(folder, String((sites += 1)))
  mkdirSync(path.join(site, 'files'), { recursive: true })
  for (const [place, html] of pages) writeFileSync(path.join(site, place), html)
  return path.join(site, 'index.html')
}

function textsOf(page: Page, selector: string): Promise<(string | null)[]> {
  return page.$$eval(selector, (all) => all.map((one) => one.textContent))
}

/** A row of the source as its cells read. */
function sourceOf(page: Page): Promise<(string | null)[][]> {
  return page.$$eval('.source tbody tr', (rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)))
}

function inFile(file: string, name: string, lines: FunctionProfile['lines'], more: Partial<FunctionProfile> = {}): FunctionProfile {
  return profiledFunction(name, lines, { file, ...more })
}

const source = ['// before', 'function load() {', '  return rows.map((row) => parse(row))', '}', '', 'load()', ''].join('\n')
const loadFile = '/srv/app/src/load.js'

function load(bytes: number, peakRssBytes = 60 * mebibyte): FunctionProfile {
  const lines = [
    line(2, 'function load() {', { peakRssBytes }),
    line(3, '  return rows.map((row) => parse(row))', { allocatedBytes: bytes, heapBytes: bytes, incrementBytes: -bytes, peakRssBytes }),
    line(4, '}', { occurrences: 0 }),
  ]
  return inFile(loadFile, 'load', lines, { peakRssBytes })
}

const inner = inFile(loadFile, 'rows.map()', [
  line(3, '  return rows.map((row) => parse(row))', { allocatedBytes: 1024, heapBytes: 1024, occurrences: 7 }),
])

describe('the page of a file', () => {
  inBrowser('its whole source; figures summed over threads, an inner function in a row of its own', async () => {
    const profiles = [
      lineProfile([load(mebibyte), inner]),
      ...[90, 75].map((peak, index) => lineProfile([load(mebibyte, peak * mebibyte)], { pid: 5000 + index })),
    ]
    const { page, requests, complaints } = await openFile(writePages(pagesOf(profiles, { [loadFile]: source })))
    expect(await textsOf(page, '.files tbody td')).toEqual(['src/load.js', '3.0 MiB', '100.0 %', '-3.0 MiB', '90.0 MiB', '2', '2'])
    expect((await textsOf(page, '.totals tbody tr:last-child')).at(-1)).toContain('all')
    await Promise.all([page.waitForNavigation(), page.click('.files a')])
    expect(await sourceOf(page)).toEqual([
      ['1', '', '', '', '', '// before'],
      ['2', '0 B', '±0 B', '90.0 MiB', '3', 'function load() {'],
      ['3', '3.0 MiB', '-3.0 MiB', '90.0 MiB', '3', '  return rows.map((row) => parse(row))'],
      ['', '1.0 KiB', '±0 B', '60.0 MiB', '7', '↳ in rows.map()'],
      ['4', '', '', '', '', '}'],
      ['5', '', '', '', '', ''],
      ['6', '', '', '', '', 'load()'],
    ])
    expect(await textsOf(page, '.dear td.no')).toEqual(['3'])
    expect(await page.$$eval('.functions a', (all) => all.map((one) => [one.textContent, one.getAttribute('href')]))).toEqual([
      ['load', '#L2'],
      ['rows.map()', '#L3'],
    ])
    await page.click('.functions tbody tr:nth-child(2) a')
    expect(await page.evaluate(() => document.querySelector(':target td')?.textContent)).toBe('3')
    expect(requests).toHaveLength(2)
    expect(complaints).toEqual([])
    await page.close()
  })

  inBrowser('the heat is that of the figure that is chosen, without a script', async () => {
    const pages = pagesOf([lineProfile([load(mebibyte)])], { [loadFile]: source }, { columns: ['increment', 'heap'] })
    const file = [...pages.keys()].find((place) => place.startsWith('files/')) as string
    const { page, complaints } = await openFile(path.join(path.dirname(writePages(pages)), file))
    expect(await textsOf(page, '.source th')).toEqual(['Line', 'Increment', 'Heap', 'Source'])
    const isWarm = (): Promise<boolean[]> =>
      page.$$eval('#L3 .figure', (all) => all.map((cell) => getComputedStyle(cell).backgroundImage.includes('0.62')))
    expect(await isWarm()).toEqual([true, false])
    await page.click('.metric label:nth-of-type(2)')
    expect(await isWarm()).toEqual([false, true])
    await page.setViewport({ width: 390, height: 800 })
    const visible = await page.$$eval('#L3 .figure', (all) => all.map((one) => one.checkVisibility()))
    expect(visible).toEqual([false, true])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    const room = await page.$eval(
      '#L3 .code',
      (cell) => (cell.closest('.scroll') as HTMLElement).getBoundingClientRect().right - cell.getBoundingClientRect().left,
    )
    expect(room).toBeGreaterThan(26 * 7.53)
    expect(complaints).toEqual([])
    await page.close()
  })

  inBrowser('hostile names and texts are shown, and do nothing', async () => {
    const file = `/srv/${hostileTexts[2] ?? ''}\n.js`
    const texts = hostileTexts.map((text) => text.replace(/[\u2028\u2029]/g, ' '))
    const lines = texts.map((text, index) => line(index + 1, text, { allocatedBytes: 1000 }))
    const profile = lineProfile([inFile(file, hostileTexts[0] ?? '', lines)], { notes: [...hostileTexts] })
    const { page, requests, complaints } = await openFile(writePages(pagesOf([profile, profile], { [file]: texts.join('\n') })))
    expect(await page.$eval('.files a', (link) => link.textContent)).toContain(hostileTexts[2])
    await Promise.all([page.waitForNavigation(), page.click('.files a')])
    const seen = await page.evaluate(() => ({
      attacked: 'attacked' in window,
      texts: [...document.querySelectorAll('.source td.code')].map((cell) => cell.textContent),
      elements: ['script', 'img', 'svg:not(.bar)', 'iframe', 'base', 'link'].map((tag) => document.querySelectorAll(tag).length),
    }))
    expect(seen.attacked).toBe(false)
    expect(seen.texts.slice(0, 4)).toEqual(hostileTexts.slice(0, 4))
    expect(seen.texts[7]).toContain('u+202e } u+2066 if (isAdmin) u+2069')
    expect(seen.elements).toEqual([0, 0, 0, 0, 0, 0])
    expect(requests).toHaveLength(2)
    expect(complaints).toEqual([])
    await page.close()
  })
})

describe('which text is shown', () => {
  const rowsOf = (html: string): string[] =>
    [...html.matchAll(/<tr(?: id="L(\d+)")?[^>]*>(?:(?!<\/tr>).)*<td class="code">(.*)<\/td><\/tr>/g)].map(
      ([, number, code]) => `${number ?? ''} ${(code ?? '').replace(/<[^>]*>/g, '')}`,
    )
  const filePage = (sources: Readonly<Record<string, string>>, functions: readonly FunctionProfile[]): string =>
    [...pagesOf([lineProfile(functions)], sources).values()][0] ?? ''
  const other = inFile(loadFile, 'other', [line(6, 'other()', { allocatedBytes: 1 })])

  test('of a file that cannot be read: the lines of profiled functions', () => {
    const html = filePage({}, [load(1000), other])
    expect(rowsOf(html)).toEqual([
      ' not known',
      '2 function load() {',
      '3   return rows.map((row) =&#62; parse(row))',
      '4 }',
      ' not known',
      '6 other()',
    ])
    expect(html).toContain('only lines of profiled functions are shown')
  })

  test('of a file that has other text now than what ran: what ran, also of functions seen before', () => {
    const html = filePage({ [loadFile]: source }, [load(1000), other])
    expect(rowsOf(html)).toEqual([
      ' not known',
      '2 function load() {',
      '3   return rows.map((row) =&#62; parse(row))',
      '4 }',
      ' not known',
      '6 other()',
    ])
    expect(filePage({ [loadFile]: source.replace('load()\n', 'other()\n') }, [load(1000), other])).toContain('other()')
  })

  test.each(['\r\n', '\r', '\u2028'])('lines are counted as the language counts them: %j', (lineBreak) => {
    const html = filePage({ [loadFile]: source.replaceAll('\n', lineBreak) }, [load(1000)])
    expect(rowsOf(html).map((row) => row.split(' ')[0])).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(html).not.toContain('only lines of profiled functions')
  })
})

describe('the list of files', () => {
  const small = (file: string, allocatedBytes: number): FunctionProfile => inFile(file, 'work', [line(1, 'work()', { allocatedBytes })])
  const namesIn = (pages: ReadonlyMap<string, string>): string[] =>
    [...(pages.get('index.html') ?? '').matchAll(/<td><a href="[^"]*">(.*?)<\/a>/g)].map(([, name]) => name ?? '')

  test('by bytes allocated; files outside of the folder by their whole path; the list is the last page', () => {
    const files = ['/srv/app/a.js', '/srv/other/a.js', '/srv/app/lib/..b.js', 'data:text/javascript,1']
    const pages = pagesOf([lineProfile(files.map((file, index) => small(file, (index + 1) * 1000)))], {})
    expect(namesIn(pages)).toEqual(['data:text/javascript,1', 'lib/..b.js', '/srv/other/a.js', 'a.js'])
    expect([...pages.keys()].at(-1)).toBe('index.html')
    expect(pages.size).toBe(5)
  })

  test('names that a file system could take for the same have pages of their own, with names that any file system takes', () => {
    const files = ['/srv/app/A.js', '/srv/app/a.js', '/srv/app/a?.js', '/srv/app/a%.js', `/srv/app/${'deep/'.repeat(200)}é\u0000/../..js`]
    const pages = pagesOf([lineProfile(files.map((file) => small(file, 1000)))], {})
    const places = [...pages.keys()].filter((place) => place !== 'index.html')
    expect(new Set(places.map((place) => place.toLowerCase())).size).toBe(files.length)
    for (const place of places) expect(place).toMatch(/^files\/[A-Za-z0-9._-]{1,90}\.html$/)
    const links = [...(pages.get('index.html') ?? '').matchAll(/href="([^"]*)"/g)].map(([, link]) => link)
    expect([...links].sort()).toEqual([...places].sort())
  })

  test('--min leaves out functions, and files without any', () => {
    const profile = lineProfile([small('/srv/app/a.js', 10), small('/srv/app/b.js', 5000), small('/srv/app/c.js', 20)])
    const pages = pagesOf([profile], {}, { minBytes: 1000 })
    expect(namesIn(pages)).toEqual(['b.js'])
    expect(pages.get('index.html')).toContain('Left out by --min: 2 functions.')
  })

  test('says how a run ended, and what has no figures, once', () => {
    const uninstrumented = [{ file: '/srv/app/odd.js', name: 'odd', line: 7, reason: 'its probes fail' }]
    const crashed = lineProfile([], { end: 'crash', uninstrumented, notes: ['a note'] })
    const index = pagesOf([crashed, { ...crashed, threadId: 1 }], {}).get('index.html') ?? ''
    expect(index).toContain('2 crashed')
    expect(index).toContain('No function ran under the profiler.')
    expect(index.match(/odd of \/srv\/app\/odd\.js:7: its probes fail/g)).toHaveLength(1)
    expect(index.match(/a note/g)).toHaveLength(1)
  })

  test('no page refers to anything outside', () => {
    for (const html of pagesOf([lineProfile([load(1000)])], { [loadFile]: source }).values()) {
      expect(html).not.toMatch(/https?:|@import|url\(|<script/)
      expect(html).toContain("default-src 'none'")
      expect(html).not.toContain(attack)
    }
  })
})
