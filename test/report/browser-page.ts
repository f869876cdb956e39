/// <reference lib="dom" />
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { launch } from 'puppeteer-core'
import type { Browser, Page } from 'puppeteer-core'

import { notInstalled, testWhere } from '../installed/test-where.js'

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file))
const folder = mkdtempSync(path.join(tmpdir(), 'html-test-'))
let browser: Browser | undefined

beforeAll(async () => {
  if (chromium === undefined) return
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage']
  browser = await launch({ executablePath: chromium, args, userDataDir: path.join(folder, 'browser') })
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A test that needs a browser. */
export const inBrowser = testWhere(chromium === undefined ? notInstalled('chromium') : undefined)

/** A page in a real browser, every request that it makes, and everything that its policy or its script complained of. */
export interface OpenPage {
  readonly page: Page
  readonly requests: string[]
  readonly complaints: string[]
}

/** `fragment` is what follows the address's `#`. */
export async function openFile(file: string, fragment = ''): Promise<OpenPage> {
  const page = await (browser as Browser).newPage()
  const [requests, complaints]: [string[], string[]] = [[], []]
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => complaints.push(message.text()))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(`${pathToFileURL(file).href}${fragment}`, { waitUntil: 'load' })
  return { page, requests, complaints }
}

export async function openPage(html: string): Promise<OpenPage> {
  const file = path.join(folder, 'report.html')
  writeFileSync(file, html)
  return openFile(file)
}

/** The least contrast of text on what it stands on, by the formula of WCAG 2. */
export function leastContrast(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
    const luminance = (color: string): number => {
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      const parts = [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)].map((part) => part / 255)
      const [red = 0, green = 0, blue = 0] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const groundsOf = (element: Element): string[] => {
      const { backgroundColor, backgroundImage } = getComputedStyle(element)
      if (backgroundColor === 'rgba(0, 0, 0, 0)') return element.parentElement === null ? [] : groundsOf(element.parentElement)
      return [backgroundColor, ...(backgroundImage.match(/rgba?\([^)]+\)/g) ?? []).filter((color) => color !== 'rgba(0, 0, 0, 0)')]
    }
    const ratios = [
      ...document.querySelectorAll('.label bdi, .label b, td, th, p, h1, h2, h3, li, dd, small, a, button, select, output, summary'),
    ].flatMap((element) => {
      const ink = luminance(getComputedStyle(element).color)
      return groundsOf(element).map((ground) => {
        const [one, other] = [ink + 0.05, luminance(ground) + 0.05]
        return Math.max(one, other) / Math.min(one, other)
      })
    })
    return Math.min(...ratios)
  })
}

export const attack = 'window.attacked = true'
export const hostileTexts = [
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
