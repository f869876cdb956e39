/// <reference lib="dom" />
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'

import { renderCollapsed, renderPprof, renderSpeedscope } from '../../lib/report/tracking/index.js'
import type { TrackedFrame, TrackedStack, TrackingReport } from '../../lib/track/index.js'
import { inBrowser, openFile } from './browser-page.js'

// speedscope's own page reads our files: its format, pprof's and collapsed stacks.

const speedscope = require.resolve('speedscope/dist/release/index.html')
/** As speedscope counts them. */
const kilobyte = 1024

const folder = mkdtempSync(path.join(tmpdir(), 'track-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function script(functionName: string, file: string, line: number): TrackedFrame {
  return { kind: 'javascript', functionName, file, line, isExactLine: true }
}

function stack(frames: readonly TrackedFrame[], live: number, allocated: number): TrackedStack {
  const figures = { liveBytes: live * kilobyte, liveBytesError: 0, liveBlocks: live, liveSamples: live }
  return { frames, ...figures, allocatedBytes: allocated * kilobyte, allocations: allocated }
}

const main = script('main', '/app/main.js', 2)
const load = script('load', '/app/images.js', 12)
const grow: TrackedFrame = { kind: 'native', functionName: 'grow', file: '/app/images.node', line: undefined, isExactLine: false }
const map: TrackedFrame = { ...grow, functionName: 'map' }

const stacks = [stack([grow, load, main], 300, 400), stack([load, main], 20, 30), stack([main], 0, 500)]
const total = { liveBytes: 0, liveBytesError: 0, liveBlocks: 0, liveSamples: 0, allocatedBytes: 0, allocations: 0 }
const report: TrackingReport = {
  intervalBytes: 1,
  durationMs: 1,
  samples: 3,
  total,
  lines: [],
  functions: [],
  modules: [],
  packages: [],
  stacks,
  mappings: {
    total: { mappedBytes: 150 * kilobyte, residentBytes: 50 * kilobyte, unknownBytes: 0, ranges: 2 },
    lines: [],
    functions: [],
    modules: [],
    stacks: [
      { frames: [map, load, main], mappedBytes: 50 * kilobyte, residentBytes: 40 * kilobyte, unknownBytes: 0, ranges: 1 },
      { frames: [map, main], mappedBytes: 100 * kilobyte, residentBytes: 10 * kilobyte, unknownBytes: 0, ranges: 1 },
    ],
  },
  threads: undefined,
  limitations: [],
}

/** The rows of speedscope's table of functions: total, own, name. Of the file's profile with this number. */
async function tableOf(name: string, content: Uint8Array | string, profile = 0): Promise<readonly (readonly string[])[]> {
  // As speedscope's own command hands a file over: by a script that the page loads.
  const hander = path.join(folder, `${name}.js`)
  const given = [name, Buffer.from(content).toString('base64')].map((text) => JSON.stringify(text))
  writeFileSync(hander, `speedscope.loadFileFromBase64(${given.join(', ')})`)
  const { page, complaints } = await openFile(speedscope, `#localProfilePath=${hander}`)
  await page.waitForFunction(() => document.body.innerText.includes('Sandwich') && document.body.innerText.includes('Export'))
  for (let next = 0; next < profile; next++) await page.keyboard.press('n')
  await page.keyboard.press('3')
  await page.waitForFunction(() => [...document.querySelectorAll('td')].some(({ innerText }) => innerText.trim().endsWith('%)')))
  const rows = await page.evaluate(() =>
    [...document.querySelectorAll('table tr')].map((row) => [...row.querySelectorAll('td')].map(({ innerText }) => innerText.trim())),
  )
  await page.close()
  expect(complaints.filter((text) => /error/i.test(text))).toEqual([])
  // The others are of the list of profiles.
  return rows.filter(([figure]) => figure?.endsWith('%)'))
}

const shares = ['300.00 KB (94%)', '20.00 KB (6.3%)', '320.00 KB (100%)', '0 B (<0.01%)'] as const
const [most, some, all, none] = shares

inBrowser("speedscope's page shows live bytes of its own format", async () => {
  expect(await tableOf('profile.speedscope.json', renderSpeedscope(report, 'main.js'))).toEqual([
    [most, most, 'grow [images.node]'],
    [all, some, 'load images.js:12'],
    [all, none, 'main main.js:2'],
  ])
})

inBrowser('the third and the fourth of its profiles are what is mapped', async () => {
  const file = renderSpeedscope(report, 'main.js')
  const [resident, mapped] = ['50.00 KB (100%)', '150.00 KB (100%)']
  expect(await tableOf('resident.speedscope.json', file, 2)).toEqual([
    [resident, resident, 'map [images.node]'],
    ['40.00 KB (80%)', none, 'load images.js:12'],
    [resident, none, 'main main.js:2'],
  ])
  expect(await tableOf('mapped.speedscope.json', file, 3)).toEqual([
    [mapped, mapped, 'map [images.node]'],
    ['50.00 KB (33%)', none, 'load images.js:12'],
    [mapped, none, 'main main.js:2'],
  ])
})

inBrowser("it shows live bytes of a profile for pprof, which is that profile's default", async () => {
  expect(await tableOf('profile.pb.gz', gzipSync(renderPprof(report, 0)))).toEqual([
    [most, most, 'grow'],
    [all, some, 'load'],
    [all, none, 'main'],
  ])
})

inBrowser('it shows live bytes of collapsed stacks', async () => {
  const counts = ['307,200 (94%)', '20,480 (6.3%)', '327,680 (100%)', '0 (<0.01%)'] as const
  expect(await tableOf('profile.txt', renderCollapsed(report))).toEqual([
    [counts[0], counts[0], 'grow [images.node]'],
    [counts[2], counts[1], 'load images.js:12'],
    [counts[2], counts[3], 'main main.js:2'],
  ])
})
