import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { findPeaks, sampledRss, spansWithRss } from '../../lib/record/analysis/index.js'
import type { Recording } from '../../lib/record/index.js'
import { recordingCsv, recordingJson, recordingMprof } from '../../lib/report/recording/index.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import { makeRecording, makeRichRecording, mebibyte, startTimeMs } from '../record/made-recording.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})
const recording = makeRichRecording(path.join(folder, 'rich.rec'))

function mprofOf(one: Recording): string {
  const series = one.processes.map((_process, number) => sampledRss(one, number))
  return Array.from(recordingMprof({ recording: one, series, spans: spansWithRss(one) })).join('')
}

test('CSV: a row for each sample, by time', () => {
  const rows = Array.from(recordingCsv(recording)).join('').split('\r\n')
  expect(rows[0]).toBe(
    'time_s,pid,source,rssBytes,sharedBytes,peakRssBytes,heapCommittedBytes,mappedBytes,allocatedBytes,durationMs,gcKind,collections',
  )
  expect(rows.at(-1)).toBe('')
  expect(rows.length - 2).toBe(recording.tracks.reduce((sum, { timeMs }) => sum + timeMs.length, 0))
  expect(rows[1]).toBe(`0.00000,7,outside,${50 * mebibyte},${20 * mebibyte},0,,,,,,`)
  expect(rows.find((row) => row.startsWith('0.90000,7,gc'))).toBe('0.90000,7,gc,,,,,,,3,1,2')
  const times = rows.slice(1, -1).map((row) => Number(row.split(',')[0]))
  expect(times).toEqual([...times].sort((one, other) => one - other))
  expect(new Set(rows.slice(0, -1).map((row) => row.split(',').length)).size).toBe(1)
})

test('JSON: the whole recording, with null for what is not known', () => {
  const one = makeRecording(path.join(folder, 'unknown.rec'), {
    tracks: [
      {
        columns: ['rssBytes', 'sharedBytes'],
        rows: Array.from({ length: 10_000 }, (_, index) => [index, index, index % 2 === 0 ? NaN : 5]),
      },
    ],
  })
  const parts = Array.from(recordingJson(one))
  expect(parts.length).toBeGreaterThan(1)
  const { version, tracks, ...rest } = JSON.parse(parts.join('')) as { version: number; tracks: Recording['tracks'] }
  const { tracks: given, ...others } = one
  expect(version).toBe(1)
  expect(rest).toEqual(JSON.parse(JSON.stringify(others, (_key, value: unknown) => value ?? null)))
  const plain = given.map((track) => ({
    ...track,
    timeMs: Array.from(track.timeMs),
    columns: {
      rssBytes: Array.from(track.columns.rssBytes ?? []),
      sharedBytes: Array.from({ length: 10_000 }, (_, index) => (index % 2 === 0 ? null : 5)),
    },
  }))
  expect(tracks).toEqual(plain)
})

test("mprof: memory_profiler's lines, whatever names are made of", () => {
  const lines = mprofOf(recording).split('\n')
  expect(lines[0]).toBe("CMDLINE node 'an app.js' 'costs \\$5 or \\$6'")
  expect(lines[1]).toBe('MEM 50.000000 1700000000.0000')
  expect(lines).toContain('CHLD 9 30.000000 1700000001.0100')
  expect(lines.filter((line) => line.startsWith('FUNC'))).toEqual([
    'FUNC parse_all_<rows>\\nof_\\$a_\\$b 100.000000 1700000001.0000 110.000000 1700000002.5000 0',
    'FUNC parse 100.000000 1700000001.5000 110.000000 1700000002.2000 1',
  ])
  expect(lines.at(-1)).toBe('')
})

const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import memory_profiler, mprof']).status === 0)
const withMprof = testWhere(python === undefined ? notInstalled('memory_profiler for Python') : undefined)
const hasMatplotlib = python !== undefined && spawnSync(python, ['-c', 'import matplotlib']).status === 0
const withPlot = testWhere(hasMatplotlib ? undefined : notInstalled('matplotlib for the same Python'))

const exported = path.join(folder, 'mprofile_20260101120000.dat')

function runMprof(args: readonly string[]): string {
  writeFileSync(exported, mprofOf(recording))
  return execFileSync(python as string, ['-m', 'mprof', ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, MPLBACKEND: 'Agg' },
  })
}

withMprof('the real mprof peak reads it: its figures are ours', () => {
  const { processes } = findPeaks(recording)
  const [program, child] = processes.map(({ rssBytes }) => (rssBytes / mebibyte).toFixed(3))
  expect(runMprof(['peak']).trim().split('\n')).toEqual([
    'Using last profile data.',
    `mprofile_20260101120000.dat\t${program} MiB`,
    `  Child 9\t\t\t${child} MiB`,
  ])
})

withMprof("memory_profiler's own reader gets every sample and span, to a millionth of a MiB", () => {
  writeFileSync(exported, mprofOf(recording))
  const code = `import json, mprof; print(json.dumps(mprof.read_mprofile_file(${JSON.stringify(exported)})))`
  const read = JSON.parse(execFileSync(python as string, ['-c', code], { encoding: 'utf8' })) as {
    readonly mem_usage: readonly number[]
    readonly timestamp: readonly number[]
    readonly children: Readonly<Record<string, readonly (readonly [number, number])[]>>
    readonly func_timestamp: Readonly<Record<string, readonly (readonly number[])[]>>
  }
  const { timeMs, rssBytes } = sampledRss(recording, 0)
  expect(read.mem_usage).toHaveLength(rssBytes.length)
  read.mem_usage.forEach((usage, index) => {
    expect(Math.abs(usage - (rssBytes[index] as number) / mebibyte)).toBeLessThanOrEqual(1e-6)
    // Four decimals of a second, of a double near 1.7e9.
    expect(Math.abs((read.timestamp[index] as number) - (startTimeMs + (timeMs[index] as number)) / 1000)).toBeLessThanOrEqual(
      0.00005 + 1e-6,
    )
  })
  expect(Object.keys(read.children)).toEqual(['9'])
  expect(read.children['9']).toHaveLength(99)
  expect(read.func_timestamp['parse']).toEqual([[1700000001.5, 1700000002.2, 100, 110, 1]])
  expect(Object.keys(read.func_timestamp)).toHaveLength(2)
})

withPlot('the real mprof plot draws it, also as flames', () => {
  for (const mode of [[], ['--flame'], ['--slope']]) {
    const picture = path.join(folder, `plot${mode.join('')}.png`)
    runMprof(['plot', ...mode, '-o', picture])
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')
    expect(statSync(picture).size).toBeGreaterThan(10_000)
  }
})
