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
}, 60_000)

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

export async function openFile(file: string): Promise<OpenPage> {
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

export async function openPage(html: string): Promise<OpenPage> {
  const file = path.join(folder, 'report.html')
  writeFileSync(file, html)
  return openFile(file)
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
