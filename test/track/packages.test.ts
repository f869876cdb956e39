import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import type { TrackingReport } from '../../lib/track/index.js'
import { allocscope } from '../cli/run-cli.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

const packages = path.resolve('.cache/addons/node_modules')
const withPackages = testWhere(
  existsSync(path.join(packages, '..', 'installed')) ? undefined : notInstalled('a set of packages with addons'),
)
const program = path.resolve('test/track/programs/packages.cjs')

const folder = mkdtempSync(path.join(tmpdir(), 'track-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function track(name: string): Promise<TrackingReport> {
  const file = path.join(folder, name)
  const args = ['track', '--json', '-o', file, '--interval', '4KiB', '--node-option=--expose-gc', program, packages, name]
  expect(await allocscope(args)).toMatchObject({ code: 0, stderr: '' })
  return JSON.parse(readFileSync(file, 'utf8')) as TrackingReport
}

/** Live bytes of the places whose names match, and their standard error. */
function live(places: TrackingReport['lines'], name: RegExp): { readonly bytes: number; readonly error: number } {
  const found = places.filter((place) => name.test(place.name))
  const squared = found.reduce((sum, { liveBytesError }) => sum + liveBytesError ** 2, 0)
  return { bytes: found.reduce((sum, { liveBytes }) => sum + liveBytes, 0), error: Math.sqrt(squared) }
}

withPackages("@napi-rs/canvas: pictures that are kept are at the program's line, by their pixels", async () => {
  const { lines, modules, packages: byPackage } = await track('canvas')
  // Four bytes a pixel, of 40 pictures of 200 to 239 pixels a side; nothing of those that were dropped.
  const pixels = Array.from({ length: 40 }, (_, index) => 4 * (200 + index) ** 2).reduce((sum, bytes) => sum + bytes, 0)
  const drawn = live(lines, /^draw .*packages\.cjs:\d+ → @napi-rs\/canvas$/)
  // A picture's pixels are one block, which is sampled whatever its place: 4 KiB is a fortieth of the smallest. The rest is what else a picture takes.
  expect(drawn.bytes).toBeGreaterThanOrEqual(pixels - 4 * drawn.error)
  expect(drawn.bytes).toBeLessThan(1.25 * pixels)
  expect(modules[0]?.name).toBe('skia.linux-x64-gnu.node (@napi-rs/canvas-linux-x64-gnu)')
  expect(byPackage[0]?.name).toBe('@napi-rs/canvas')
})

withPackages("libsql: statements that are kept are at the program's line, and in SQLite's addon", async () => {
  const { lines, modules, packages: byPackage, total } = await track('libsql')
  const kept = live(lines, /^keepStatements .*packages\.cjs:\d+/)
  expect(kept.bytes).toBeGreaterThan(0.8 * total.liveBytes)
  // SQLite has no statement in less than a kilobyte.
  expect(kept.bytes).toBeGreaterThan(2000 * 1024)
  expect(modules[0]?.name).toBe('index.node (@libsql/linux-x64-gnu)')
  expect(byPackage[0]?.name).toBe('libsql')
})

withPackages(
  "sharp: images are made in node's pool, for the program's line that asked; the function and the package are named, too",
  async () => {
    const { lines, functions, modules, packages: byPackage } = await track('sharp')
    const pixels = 40 * 400 * 400 * 3
    const written = live(functions, /^vips_image_write_to_memory \[libvips-cpp\.so/)
    expect(Math.abs(written.bytes - pixels)).toBeLessThanOrEqual(0.01 * pixels)
    const asked = live(lines, /^keepImages .*packages\.cjs:\d+ → sharp$/)
    expect(asked.bytes).toBeGreaterThanOrEqual(pixels - 4 * asked.error)
    expect(asked.bytes).toBeLessThan(1.1 * pixels)
    expect(byPackage[0]?.name).toBe('sharp')
    expect(modules[0]?.name).toMatch(
      /^libvips-cpp\.so\.[\d.]+ \(@img\/sharp-libvips-linux-x64\)$|^libvips-cpp\.so\.[\d.]+ \(@img\/sharp-linux-x64\)$/,
    )
  },
)
