import { formatBytes, formatCount } from '../../figures/index.js'
import type { LabFinding, LabLines, LabTable } from '../experiment.js'
import { stateThat } from '../experiment.js'
import type { MeasuredCall } from '../steps/measure-call.js'
import { classicLoops } from './classic-figures.js'
import type { Bench, Experiment } from './bench.js'

const example = '05-loops.cjs'

const ways = [
  { functionName: 'chainedLists', title: 'chained array methods' },
  { functionName: 'generatorLoop', title: 'a loop over a generator' },
  { functionName: 'iteratorHelpers', title: 'iterator helpers' },
  { functionName: 'plainLoop', title: 'a plain loop' },
] as const

/** Those of which a table of lines teaches something. */
const profiled: readonly string[] = ['chainedLists', 'generatorLoop']

interface MeasuredLoop {
  readonly title: string
  readonly measured: MeasuredCall | undefined
}

/** Node has iterator helpers from version 22 on. */
const hasIteratorHelpers = 'Iterator' in globalThis

function loopTable(loops: readonly MeasuredLoop[], count: number): LabTable {
  return {
    kind: 'table',
    title: `The same sum over ${formatCount(count)} records`,
    columns: [
      { key: 'way', title: 'way', unit: 'text' },
      { key: 'peakBytes', title: 'peak', unit: 'bytes' },
      { key: 'allocatedBytes', title: 'allocated', unit: 'bytes' },
      { key: 'ms', title: 'time', unit: 'milliseconds' },
    ],
    rows: loops.map(({ title, measured }) => ({
      way: title,
      peakBytes: measured?.peakRiseBytes,
      allocatedBytes: measured?.allocatedBytes,
      ms: measured?.durationMs,
    })),
    notes: [
      'Peak: the highest RSS above what it was before. Allocated: all that was asked for, collected or not.',
      ...(hasIteratorHelpers ? [] : ['This Node has no iterator helpers: they come with version 22.']),
    ],
  }
}

async function perform({ count, measure }: Bench): Promise<LabFinding> {
  const loops: MeasuredLoop[] = []
  for (const { functionName, title } of ways) {
    const isMissing = functionName === 'iteratorHelpers' && !hasIteratorHelpers
    const call = { example, export: [functionName], arguments: [count] }
    loops.push({ title, measured: isMissing ? undefined : await measure(`Sum by ${title}`, 'measure-call', call) })
  }
  const tables: LabLines[] = []
  for (const { functionName, title } of ways.filter((way) => profiled.includes(way.functionName))) {
    const call = { example, export: [functionName], arguments: [count], functionName, title: `Line by line: ${title}` }
    tables.push(...(await measure(call.title, 'profile-lines', { calls: [call] })))
  }
  const [listBytes, loopBytes] = loops.map(({ measured }) => measured?.peakRiseBytes) as [number, number]
  return {
    parts: [loopTable(loops, count), ...tables, classicLoops],
    statement: stateThat(
      `A loop over a generator peaks at ${formatBytes(loopBytes)}, the chain of lists at ${formatBytes(listBytes)}: every step's list is there until the last one is done.`,
      [
        { name: 'peak of a loop over a generator', bytes: loopBytes },
        { name: 'peak of chained array methods', bytes: listBytes },
      ],
    ),
  }
}

export const loops: Experiment = {
  name: 'loops',
  title: 'Loops against materialised lists',
  summary: 'generators, iterator helpers and loops against chained array methods',
  defaultCount: 1_000_000,
  smallestCount: 100_000,
  steps: ways.length + profiled.length - (hasIteratorHelpers ? 0 : 1),
  perform,
}
