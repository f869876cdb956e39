import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { newRecordingFile } from '../../lib/record/index.js'
import { deadPid, makeRecording, makeRichRecording, mebibyte, startTimeMs } from '../record/made-recording.js'
import { cli, plainEnvironment } from './run-cli.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Each is a process: no more of them than there are verbs and refusals. */
function allocscope(...args: readonly string[]): Result {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', cwd: folder, env: plainEnvironment() })
}

const older = path.join(folder, 'called-anything')
const newer = path.join(folder, newRecordingFile(new Date(startTimeMs)))

beforeEach(() => {
  // The name that sorts first began last.
  makeRecording(older, { startMs: startTimeMs - 1e6, tracks: [{ rows: [[0, 40 * mebibyte]] }] })
  makeRichRecording(newer)
})

test('a new recording is named by its time', () => {
  expect(newRecordingFile(new Date(2026, 0, 2, 3, 4, 5))).toBe('allocscope-20260102030405.rec')
})

test('list: by when they began, whatever they are called', () => {
  writeFileSync(path.join(folder, 'no-recording.rec'), 'allocre')
  const { status, stdout } = allocscope('list', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    recordings: [
      { index: 0, file: 'called-anything', peakRssBytes: 40 * mebibyte, state: 'ended', durationMs: 0 },
      { index: 1, file: path.basename(newer), peakRssBytes: 179.5 * mebibyte, state: 'ended', durationMs: 2991 },
    ],
  })
})

test('peak: of the newest, and of those that are named by their numbers', () => {
  const { status, stdout } = allocscope('peak', '0', '-1', '--json')
  expect(status).toBe(0)
  const { recordings } = JSON.parse(stdout) as { recordings: readonly { file: string; processes: readonly { rssBytes: number }[] }[] }
  expect(recordings.map(({ file, processes }) => [file, processes[0]?.rssBytes])).toEqual([
    ['called-anything', 40 * mebibyte],
    [path.basename(newer), 150 * mebibyte],
  ])
})

test('diff: the two newest, the older one before', () => {
  const { status, stdout } = allocscope('diff')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^ {2}peak RSS +40\.0 MiB +150\.0 MiB +\+110\.0 MiB$/m)
})

test('slope: of a window of a process', () => {
  const { status, stdout } = allocscope('slope', '--process', '9', '--from', '1.2', '--json')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, pid: 9, slope: { verdict: 'level', fromMs: 1200, toMs: 1990, samples: 80 } })
})

test('report: what a truncated recording still has is shown, and the exit code tells', () => {
  truncateSync(newer, 5000)
  const { status, stdout, stderr } = allocscope('report', newer)
  expect(status).toBe(1)
  expect(stdout).toContain('RSS went from 50.0 MiB to 110.0 MiB')
  expect(stderr).toMatch(/^allocscope: .*: damaged at byte \d+ \(the file ends within a block\); .* \[ERR_ALLOCSCOPE_RECORDING\]\n$/)
})

test('report: an export goes to a file, but never over the recording', () => {
  const bytes = readFileSync(newer)
  expect(allocscope('report', '--format', 'csv', '-o', 'samples.csv')).toEqual(
    expect.objectContaining({ status: 0, stdout: '', stderr: '' }),
  )
  expect(readFileSync(path.join(folder, 'samples.csv'), 'utf8')).toMatch(/^time_s,pid,source,/)
  expect(allocscope('report', '--format', 'csv', '-o', path.basename(newer))).toMatchObject({ status: 2, stdout: '' })
  expect(readFileSync(newer)).toEqual(bytes)
})

test.each([
  [['report', 'no-such-file'], /ENOENT.*\[ERR_ALLOCSCOPE_RECORDING\]/],
  [['peak', '7'], /there is no recording 7 in this folder: it has 2 \[ERR_ALLOCSCOPE_RECORDING\]/],
])('%j is refused with exit code 2 and a line', (args, message) => {
  const { status, stdout, stderr } = allocscope(...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

test('clean: recordings alone, by what is in them; not one that is being recorded', () => {
  const living = path.join(folder, 'living.rec')
  makeRecording(living, { pid: process.pid, tracks: [{ rows: [[0, 1]] }], end: null })
  makeRecording(path.join(folder, 'killed.rec'), { pid: deadPid, tracks: [{ rows: [[0, 1]] }], end: null })
  writeFileSync(path.join(folder, 'allocscope-20260102030405.rec'), 'not a recording')
  const below = path.join(folder, 'below')
  mkdirSync(below)
  makeRichRecording(path.join(below, 'deeper.rec'))
  symlinkSync(path.join(below, 'deeper.rec'), path.join(folder, 'link.rec'))
  const { status, stdout } = allocscope('clean')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^3 recordings, .*, removed:$/m)
  expect(stdout).toMatch(/^ {2}! living\.rec stays: it has no end, and its program, process \d+, is running$/m)
  const left = ['allocscope-20260102030405.rec', 'below', 'link.rec', 'living.rec', 'no-recording.rec', 'samples.csv']
  expect(readdirSync(folder).sort()).toEqual(left)
  expect(readdirSync(below)).toEqual(['deeper.rec'])
})
