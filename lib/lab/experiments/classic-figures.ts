import type { LabTable } from '../experiment.js'

// What Python pays for the same, at the classic article's size. Measured once, by the programs in examples/python; --python measures it again.

const source = 'CPython 3.11.2 with memory_profiler 0.61 on Linux x64'
const mebibyte = 1024 ** 2

const lineColumns: LabTable['columns'] = [
  { key: 'line', title: 'line', unit: 'text' },
  { key: 'memoryUsageBytes', title: 'Mem usage', unit: 'bytes' },
  { key: 'incrementBytes', title: 'Increment', unit: 'bytes' },
]

function line(text: string, usage: number, increment: number): LabTable['rows'][number] {
  return { line: text, memoryUsageBytes: usage * mebibyte, incrementBytes: increment * mebibyte }
}

/** A list of a million dictionaries, a deep copy, and both dropped. */
export const classicDeletion: LabTable = {
  kind: 'table',
  title: 'Python, a list of 1,000,000 and its deep copy',
  columns: lineColumns,
  rows: [
    line('first = make_list(n)', 305.9, 284.1),
    line('second = copy.deepcopy(first)', 546.1, 240.2),
    line('del first', 538.4, -7.6),
    line('del second', 50.5, -487.9),
  ],
  notes: [`${source}: python3 examples/python/03_delete_a_reference.py 1000000 deep`],
}

/** A million rows by pickle. */
export const classicPickle: LabTable = {
  kind: 'table',
  title: 'Python, 1,000,000 rows by pickle',
  columns: lineColumns,
  rows: [
    line('rows = list(generate_rows(n))', 274.5, 252.8),
    line('pickle.dump(rows, out)', 274.6, 0.2),
    line('rows = pickle.load(source)', 329.5, 305.5),
  ],
  notes: [
    `${source}: python3 examples/python/04_serialise.py 1000000`,
    'memory_profiler looks before and after a line: what pickle.dump took meanwhile is not in it.',
  ],
}

/** A sum over a million records. */
export const classicLoops: LabTable = {
  kind: 'table',
  title: 'Python, the same sum over 1,000,000 records',
  columns: [
    { key: 'way', title: 'way', unit: 'text' },
    { key: 'peakBytes', title: 'peak', unit: 'bytes' },
  ],
  rows: [
    { way: 'lists by comprehension', peakBytes: 526_336 * 1024 },
    { way: 'a generator', peakBytes: 256 * 1024 },
  ],
  notes: [
    "CPython 3.11.2 on Linux x64, by the kernel's mark of the highest RSS: python3 examples/python/05_loops.py 1000000 list, and generator",
  ],
}
