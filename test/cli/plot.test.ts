import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { RecordingWriter } from '../../lib/record/format/recording-writer.js'
import { allocscope } from './run-cli.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const file = path.join(folder, 'run.rec')
const columns = [
  { name: 'rssBytes', unit: 4096 },
  { name: 'sharedBytes', unit: 4096 },
] as const

beforeAll(() => {
  const writer = new RecordingWriter(file)
  const start = { timeMs: 1.7e12, allocscopeVersion: '0', command: ['node', 'app.js'], pid: 7, intervalMs: 10, children: true }
  writer.event({ kind: 'start', ...start })
  writer.event({ kind: 'process', process: 0, pid: 7, command: 'node app.js', startMs: 0 })
  writer.event({ kind: 'process', process: 1, pid: 8, parent: 0, command: 'worker', startMs: 0 })
  const tracks = [0, 1].map((process) => writer.track({ process, source: 'outside', columns }))
  for (let index = 0; index < 300; index++) {
    for (const [process, track] of tracks.entries()) writer.sample(track, [index * 10, 2 ** 20 * (process === 0 ? 60 : 20), 2 ** 20 * 10])
    if (index === 150) writer.event({ kind: 'mark', process: 0, timeMs: 1500, name: 'half', by: 'program' })
    writer.flush()
  }
  writer.event({ kind: 'end', timeMs: 3000, reason: 'program-ended', exitCode: 0, signal: undefined, lostSamples: 0, missedSamples: 0 })
  writer.close()
})

test('plots in the terminal, as a picture and as a page', async () => {
  const svg = path.join(folder, 'plot.svg')
  const html = path.join(folder, 'plot.html')
  const [text, files] = await Promise.all([
    allocscope(['plot', file]),
    allocscope(['plot', '--svg', svg, '--html', html, '--process', '8', file]),
  ])
  expect(text).toMatchObject({ code: 0, stderr: '' })
  expect(text.stdout).toContain('RSS of node app.js (pid 7), highest 60.0 MiB at 0 s')
  expect(text.stdout).toMatch(/anonymous memory +50\.0 MiB/)
  expect(text.stdout).toContain('half')
  expect(Math.max(...text.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(files).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^]*RSS of worker \(pid 8\) by owner[^]*<\/svg>\n$/)
  // What uPlot's licence asks for.
  expect(readFileSync(html, 'utf8')).toMatch(/^<!DOCTYPE html>[^]*The MIT License[^]*Leon Sorokin[^]*Permission is hereby granted/)
})

test('what is before damage is plotted; what is no recording is refused, and no file is written then', async () => {
  const damaged = path.join(folder, 'damaged.rec')
  writeFileSync(damaged, readFileSync(file))
  truncateSync(damaged, 3000)
  const text = path.join(folder, 'text.rec')
  writeFileSync(text, 'not a recording')
  const page = path.join(folder, 'none.html')
  const [half, none, unknown, empty] = await Promise.all([
    allocscope(['plot', damaged]),
    allocscope(['plot', '--html', page, text]),
    allocscope(['plot', '--process', '99', file]),
    allocscope(['plot', '--svg', page, '--from', '50', file]),
  ])
  expect(half.code).toBe(1)
  expect(half.stdout).toContain('The file is damaged at byte')
  expect(half.stdout).toMatch(/RSS +60\.0 MiB/)
  expect(none).toMatchObject({ code: 2, stdout: '' })
  expect(none.stderr).toContain("not a recording of allocscope's [ERR_ALLOCSCOPE_RECORDING]")
  expect(unknown).toMatchObject({ code: 2, stdout: '' })
  expect(unknown.stderr).toContain('no samples of a process 99; there are some of 7, 8')
  expect(empty.stderr).toContain('no samples in that time')
  expect(existsSync(page)).toBe(false)
})
