import type { LabPart, LabTable } from '../experiment.js'
import { readProfilerTables } from './profiler-tables.js'
import type { Python } from './run-python.js'

/** An experiment's figures with Python's own beside them. */
type PythonRun = (python: Python, count: number, parts: readonly LabPart[]) => Promise<readonly LabPart[]>

interface PythonSizes {
  readonly sizes: Readonly<Record<string, number>>
  readonly dictionary: { readonly ownBytes: number; readonly deepBytes: number; readonly recordBytes: number }
}

/** Python's sizes as they are on this machine, in place of those that are known of CPython 3.11. */
function withSizes(part: LabPart, { sizes }: PythonSizes, version: string): LabPart {
  if (part.kind !== 'table' || part.columns.every(({ key }) => key !== 'pythonBytes')) return part
  const rows = part.rows.map((one) => ({ ...one, pythonBytes: sizes[String(one['value'])] ?? one['pythonBytes'] }))
  return { ...part, rows, notes: [...part.notes, `Python's figures are of ${version} on this machine where it measures the value.`] }
}

const basicObjects: PythonRun = async (python, count, parts) => {
  const measured = JSON.parse(await python.run('01_basic_objects.py', [String(count)])) as PythonSizes
  const { ownBytes, deepBytes, recordBytes } = measured.dictionary
  const dictionary: LabTable = {
    kind: 'table',
    title: `${python.version}: the same dictionary`,
    columns: [
      { key: 'measured', title: 'measured', unit: 'text' },
      { key: 'bytes', title: 'size', unit: 'bytes' },
    ],
    rows: [
      { measured: 'sys.getsizeof(dictionary)', bytes: ownBytes },
      { measured: 'all that it reaches, each object once', bytes: deepBytes },
      { measured: 'sum over the records, each by itself', bytes: recordBytes },
    ],
    notes: [],
  }
  return [...parts.map((part) => withSizes(part, measured, python.version)), dictionary]
}

const deleteAReference: PythonRun = async (python, count, parts) => {
  const tables: LabPart[] = []
  // A process for each: what one leaves would be used by the next.
  for (const way of ['deep', 'shallow', 'json']) {
    const output = await python.run('03_delete_a_reference.py', [String(count), way])
    tables.push(...readProfilerTables(output, python.version))
  }
  return [...parts, ...tables]
}

const serialise: PythonRun = async (python, count, parts) => [
  ...parts,
  ...readProfilerTables(await python.run('04_serialise.py', [String(count)]), python.version),
]

const loops: PythonRun = async (python, count, parts) => {
  const rows: LabTable['rows'][number][] = []
  for (const way of ['list', 'generator']) {
    const kibibytes = Number(await python.run('05_loops.py', [String(count), way]))
    rows.push({ way, peakBytes: kibibytes * 1024 })
  }
  const columns: LabTable['columns'] = [
    { key: 'way', title: 'way', unit: 'text' },
    { key: 'peakBytes', title: 'peak', unit: 'bytes' },
  ]
  return [
    ...parts,
    { kind: 'table', title: `${python.version}: the same sum`, columns, rows, notes: ["By the kernel's mark of the highest RSS."] },
  ]
}

/** By experiment. The others have nothing to do with Python. */
export const pythonRuns: Readonly<Record<string, PythonRun>> = {
  'basic-objects': basicObjects,
  'delete-a-reference': deleteAReference,
  serialise,
  loops,
}
