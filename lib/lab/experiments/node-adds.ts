import { formatBytes, formatCount } from '../../figures/index.js'
import type { LabFinding, LabTable } from '../experiment.js'
import { stateThat } from '../experiment.js'
import type { ExternalMoment } from '../steps/declare-external.js'
import type { HeldSlices } from '../steps/hold-slices.js'
import type { LoadedPackage } from '../steps/load-package.js'
import type { StartedWorkers } from '../steps/start-workers.js'
import type { Bench, Experiment } from './bench.js'

const externalBytes = 64 * 1024 ** 2
const workers = 2
/** Packages that bring native memory of their own to many services. */
const packages = ['sharp', '@swc/core'] as const

const nameColumn = (title: string): LabTable['columns'][number] => ({ key: 'what', title, unit: 'text' })

function poolTable(pooled: HeldSlices, copied: HeldSlices, count: number): LabTable {
  return {
    kind: 'table',
    title: `${formatCount(count)} Buffers of 16 bytes kept, each of another pool`,
    columns: [
      nameColumn('kept as'),
      { key: 'viewBytes', title: 'their bytes', unit: 'bytes' },
      { key: 'arrayBufferBytes', title: 'array buffers', unit: 'bytes' },
      { key: 'rssBytes', title: 'RSS', unit: 'bytes' },
    ],
    rows: [
      { what: 'Buffer.from(text)', ...pooled },
      { what: 'new Uint8Array(buffer), a copy', ...copied },
    ],
    notes: [
      "A small Buffer is a part of node's pool, and keeps the whole pool. A copy has memory of its own; of up to 64 bytes, on V8's heap.",
    ],
  }
}

function workerTable({ workers: started, rssBytes, mainHeapBytes, workerHeapBytes }: StartedWorkers): LabTable {
  return {
    kind: 'table',
    title: `${started} idle worker threads`,
    columns: [nameColumn('has risen by'), { key: 'bytes', title: 'size', unit: 'bytes' }],
    rows: [
      { what: "the main thread's heap, as process.memoryUsage() gives it", bytes: mainHeapBytes },
      { what: "the workers' heaps, as each counts its own", bytes: workerHeapBytes },
      { what: "the process's RSS", bytes: rssBytes },
    ],
    notes: ['Each worker has a heap, a stack and an arena of its own. Only RSS, and each worker itself, tell of them.'],
  }
}

function externalTable(moments: readonly ExternalMoment[]): LabTable {
  return {
    kind: 'table',
    title: `A Buffer of ${formatBytes(externalBytes)}: \`external\` is what was asked for, RSS what was touched`,
    columns: [
      nameColumn('after'),
      { key: 'externalBytes', title: 'external', unit: 'bytes' },
      { key: 'rssBytes', title: 'RSS', unit: 'bytes' },
    ],
    rows: moments.map(({ moment, externalBytes: declared, rssBytes }) => ({ what: moment, externalBytes: declared, rssBytes })),
    notes: ["Zeroed pages of a large Buffer are the system's until they are written to."],
  }
}

function packageTable(loaded: readonly (readonly [string, LoadedPackage | undefined])[]): LabTable {
  const missing = loaded.filter(([, one]) => one === undefined).map(([name]) => name)
  return {
    kind: 'table',
    title: 'Packages with native memory of their own',
    columns: [
      nameColumn('require()'),
      { key: 'declaredBytes', title: 'heap and external', unit: 'bytes' },
      { key: 'rssBytes', title: 'RSS', unit: 'bytes' },
      { key: 'allocators', title: 'own allocators', unit: 'text' },
    ],
    rows: loaded.map(([what, one]) => ({
      what,
      declaredBytes: one?.declaredBytes,
      rssBytes: one?.rssBytes,
      allocators: one === undefined ? 'not installed' : one.allocators.join(', ') || 'none found',
    })),
    notes: missing.length === 0 ? [] : [`${missing.join(' and ')}: not installed in this project, so nothing was measured.`],
  }
}

async function perform({ count, project, measure }: Bench): Promise<LabFinding> {
  const pooled = await measure('Keep slices of the pool', 'hold-slices', { count, copied: false })
  const copied = await measure('Keep copies of them', 'hold-slices', { count, copied: true })
  const started = await measure('Start workers', 'start-workers', { workers })
  const moments = await measure('Allocate, then write', 'declare-external', { bytes: externalBytes })
  const loaded: [string, LoadedPackage | undefined][] = []
  for (const name of packages) loaded.push([name, await measure(`Load ${name}`, 'load-package', { name, from: project })])
  const { viewBytes, arrayBufferBytes } = pooled
  return {
    parts: [poolTable(pooled, copied, count), workerTable(started), externalTable(moments), packageTable(loaded)],
    statement: stateThat(`${formatBytes(viewBytes)} of small Buffers keep ${formatBytes(arrayBufferBytes)} of pools.`, [
      { name: 'bytes of the Buffers', bytes: viewBytes },
      { name: 'array buffers that they keep', bytes: arrayBufferBytes },
    ]),
  }
}

export const nodeAdds: Experiment = {
  name: 'node-adds',
  title: 'What Node adds',
  summary: 'the pool of Buffers, the heaps of workers, packages with allocators of their own, what external tells',
  defaultCount: 2000,
  smallestCount: 100,
  steps: 4 + packages.length,
  perform,
}
