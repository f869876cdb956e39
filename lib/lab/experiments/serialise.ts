import { statSync } from 'node:fs'
import path from 'node:path'

import { formatBytes, formatCount } from '../../figures/index.js'
import type { LabFinding, LabLines, LabTable } from '../experiment.js'
import { stateThat } from '../experiment.js'
import type { ExampleCall } from '../steps/example-call.js'
import type { MeasuredCall } from '../steps/measure-call.js'
import { classicPickle } from './classic-figures.js'
import type { Bench, Experiment } from './bench.js'

const example = '04-serialise.cjs'

const ways = [
  { way: 'v8', title: 'v8.serialize, the whole at once', write: 'writeV8', read: 'readV8' },
  { way: 'json', title: 'JSON, the whole at once', write: 'writeJson', read: 'readJson' },
  { way: 'lines', title: 'the flat way, line by line', write: 'writeLines', read: 'readLines' },
  { way: 'columns', title: 'a typed array for each column', write: 'writeColumns', read: 'readColumns' },
] as const

interface MeasuredWay {
  readonly title: string
  readonly fileBytes: number
  readonly write: MeasuredCall
  readonly read: MeasuredCall
}

function callsOf(way: string, count: number, file: string): readonly [write: ExampleCall, read: ExampleCall] {
  return [
    { example, export: ['ways', way, 'write'], arguments: [count, file] },
    { example, export: ['ways', way, 'read'], arguments: [file] },
  ]
}

async function measureWay({ count, folder, measure }: Bench, { way, title }: (typeof ways)[number]): Promise<MeasuredWay> {
  const file = path.join(folder, way)
  const [write, read] = callsOf(way, count, file)
  const written = await measure(`Write: ${title}`, 'measure-call', write)
  const fileBytes = statSync(file).size
  return { title, fileBytes, write: written, read: await measure(`Read: ${title}`, 'measure-call', read) }
}

async function profileWay(bench: Bench, { way, title, write, read }: (typeof ways)[number]): Promise<readonly LabLines[]> {
  const [writing, reading] = callsOf(way, bench.count, path.join(bench.folder, way))
  const calls = [
    { ...writing, functionName: write, title: `Write: ${title}` },
    { ...reading, functionName: read, title: `Read: ${title}` },
  ]
  return bench.measure(`Line by line: ${title}`, 'profile-lines', { calls })
}

function wayTable(measured: readonly MeasuredWay[], count: number): LabTable {
  return {
    kind: 'table',
    title: `${formatCount(count)} rows of [random number, 20 characters, 64-bit BigInt]`,
    columns: [
      { key: 'way', title: 'way', unit: 'text' },
      { key: 'fileBytes', title: 'file', unit: 'bytes' },
      { key: 'writePeakBytes', title: 'write peak', unit: 'bytes' },
      { key: 'readPeakBytes', title: 'read peak', unit: 'bytes' },
      { key: 'keptBytes', title: 'kept', unit: 'bytes' },
      { key: 'writeMs', title: 'write', unit: 'milliseconds' },
      { key: 'readMs', title: 'read', unit: 'milliseconds' },
    ],
    rows: measured.map(({ title, fileBytes, write, read }) => ({
      way: title,
      fileBytes,
      writePeakBytes: write.peakRiseBytes,
      readPeakBytes: read.peakRiseBytes,
      keptBytes: read.resultBytes,
      writeMs: write.durationMs,
      readMs: read.durationMs,
    })),
    notes: [
      'Peaks: the highest RSS above what it was before; making the rows is part of writing. kept: deepSizeOf() of what was read.',
      'The flat way uses each row and forgets it: what it keeps are three sums. Each figure is of a process of its own, without a profiler.',
    ],
  }
}

async function perform(bench: Bench): Promise<LabFinding> {
  const measured: MeasuredWay[] = []
  for (const way of ways) measured.push(await measureWay(bench, way))
  const tables: LabLines[] = []
  for (const one of ways) tables.push(...(await profileWay(bench, one)))
  const [v8, , lines] = measured as [MeasuredWay, MeasuredWay, MeasuredWay]
  return {
    parts: [wayTable(measured, bench.count), ...tables, classicPickle],
    statement: stateThat(
      `Written line by line, the rows take ${formatBytes(lines.write.peakRiseBytes)} at the peak; at once by v8.serialize ${formatBytes(v8.write.peakRiseBytes)}.`,
      [
        { name: 'peak of writing line by line', bytes: lines.write.peakRiseBytes },
        { name: 'peak of v8.serialize', bytes: v8.write.peakRiseBytes },
      ],
    ),
  }
}

export const serialise: Experiment = {
  name: 'serialise',
  title: 'Serialise',
  summary: 'rows written and read back by v8.serialize, JSON, line by line, and as columns: file, peak, time',
  defaultCount: 1_000_000,
  smallestCount: 50_000,
  // Written, read, and both line by line.
  steps: 3 * ways.length,
  perform,
}
