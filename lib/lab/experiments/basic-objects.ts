import { formatBytes, formatCount } from '../../figures/index.js'
import { basicSizeSources } from '../../heap/index.js'
import type { BasicSize } from '../../heap/index.js'
import type { LabFinding, LabTable } from '../experiment.js'
import { stateThat } from '../experiment.js'
import { picturedExpression } from '../steps/measure-sizes.js'
import type { MeasuredSizes } from '../steps/measure-sizes.js'
import type { Bench, Experiment } from './bench.js'

function basicTable(basic: readonly BasicSize[]): LabTable {
  return {
    kind: 'table',
    title: 'What each value costs',
    columns: [
      { key: 'value', title: 'value', unit: 'text' },
      { key: 'form', title: 'form', unit: 'text' },
      { key: 'selfBytes', title: 'self', unit: 'count' },
      { key: 'totalBytes', title: 'with stores', unit: 'count' },
      { key: 'pythonBytes', title: 'Python', unit: 'count' },
      { key: 'cplusplusBytes', title: 'C++', unit: 'count' },
    ],
    rows: basic.map(({ name, kind, representation, selfBytes, totalBytes, pythonBytes, cplusplusBytes }) => ({
      value: name,
      form: representation === 'plain' ? kind : representation,
      selfBytes,
      totalBytes,
      pythonBytes,
      cplusplusBytes,
    })),
    notes: ['Sizes are in bytes; – where the language has no such thing.', ...basicSizeSources],
  }
}

function dictionaryTable({ ownBytes, deepBytes, recordBytes }: MeasuredSizes['dictionary'], count: number): LabTable {
  return {
    kind: 'table',
    title: `A dictionary of ${formatCount(count)} records doesn't add up`,
    columns: [
      { key: 'measured', title: 'measured', unit: 'text' },
      { key: 'bytes', title: 'size', unit: 'bytes' },
    ],
    rows: [
      { measured: 'sizeOf(dictionary): it and its table', bytes: ownBytes },
      { measured: 'deepSizeOf(dictionary): all that it reaches, each object once', bytes: deepBytes },
      { measured: 'sum of deepSizeOf(record): what records share, again for each', bytes: recordBytes },
    ],
    notes: ["Python's sys.getsizeof of a dict is the first figure too: its keys and values aren't in it."],
  }
}

async function perform({ count, measure }: Bench): Promise<LabFinding> {
  const { basic, picture, dictionary } = await measure('Sizes of values', 'measure-sizes', { count })
  const { ownBytes, deepBytes, recordBytes } = dictionary
  return {
    parts: [
      basicTable(basic),
      { kind: 'picture', title: 'A list is more than its slots', expression: picturedExpression, tree: picture },
      dictionaryTable(dictionary, count),
    ],
    statement: stateThat(
      `A dictionary's own ${formatBytes(ownBytes)} are less than the ${formatBytes(deepBytes)} that it keeps, and its records measured one by one ` +
        `come to more, as they share objects.`,
      [
        { name: 'sizeOf(dictionary)', bytes: ownBytes },
        { name: 'deepSizeOf(dictionary)', bytes: deepBytes },
        { name: 'sum of deepSizeOf(record)', bytes: recordBytes },
      ],
    ),
  }
}

export const basicObjects: Experiment = {
  name: 'basic-objects',
  title: 'Basic objects',
  summary: 'what each value costs here, in Python and in C++; why a dictionary does not add up',
  defaultCount: 1000,
  smallestCount: 10,
  steps: 1,
  perform,
}
