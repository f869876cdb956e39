import { parsePrintedStatistics } from '../../lib/allocator/mimalloc/printed-statistics.js'
import { parsePageheap, parseSizeClasses } from '../../lib/allocator/tcmalloc/printed-statistics.js'

describe("an amount of mimalloc's", () => {
  test.each([
    ['7', 7],
    ['7 B', 7],
    ['7B', 7],
    ['1.5 K', 1500],
    ['1.5 M', 1_500_000],
    ['1.5 G', 1_500_000_000],
    ['1.5 Ki', 1536],
    ['1.5 Mi', 1_572_864],
    ['1.5 Gi', 1_610_612_736],
    ['1.5 KiB', 1536],
    ['1.5 MiB', 1_572_864],
    ['1.5 GiB', 1_610_612_736],
    ['64.25KiB', 65_792],
    ['0.1 Ki', 102],
  ])('%s', (amount, expected) => {
    expect(parsePrintedStatistics(`reset: ${amount}`)).toEqual([
      { name: 'reset', unit: 'bytes', peak: undefined, total: expected, freed: undefined, current: undefined },
    ])
    expect(parsePrintedStatistics(`  reset:  1   ${amount}  3  4 not all freed!`)).toEqual([
      { name: 'reset', unit: 'bytes', peak: 1, total: expected, freed: 3, current: 4 },
    ])
  })
})

describe("a line of mimalloc's", () => {
  const count = { unit: 'count', peak: 1, total: 2, freed: 3, current: 4 }
  const bytes = { ...count, unit: 'bytes' }

  test.each([
    ['   pages: 1 2 3 4', [{ name: 'pages', ...count }]],
    ['pages extended: 1 2 3 4', [{ name: 'pages extended', ...count }]],
    ['huge: 1 B 2 3 4', [{ name: 'huge', ...bytes }]],
    ['huge: 1 2 3 4 B', [{ name: 'huge', ...bytes }]],
    ['reserved: 1 2 3 4', [{ name: 'reserved', ...bytes }]],
    ['committed: 1 2 3 4', [{ name: 'committed', ...bytes }]],
    ['reset: 1 2 3 4', [{ name: 'reset', ...bytes }]],
    ['purged: 1 2 3 4', [{ name: 'purged', ...bytes }]],
    ['touched: 1 2 3 4', [{ name: 'touched', ...bytes }]],
    ['pages: 1 2 3 0', [{ name: 'pages', ...count, current: 0 }]],
    // A release build counts frees whose allocations it didn't.
    ['pages: 1 2 3 -1', []],
    ['pages: 1 2', []],
    ['pages: 1 2 3', []],
    ['pages 1 2 3 4', []],
    ['Pages: 1 2 3 4', []],
    ['x1: 1 2 3 4', []],
    ['searches: 1', []],
    ['numa nodes: 1', []],
    ['elapsed: 1 2 3 4', []],
    ['process: 1 2 3 4', []],
    ['heap stats: 1 2 3 4', []],
    ['pages: many', []],
  ])('%s', (line, expected) => {
    expect(parsePrintedStatistics(line)).toEqual(expected)
    expect(parsePrintedStatistics(`before: 9\n${line}\nafter: 8`).slice(1, -1)).toEqual(expected)
  })

  test('with a dash belongs to the last one without', () => {
    const text = 'segments: 1 2 3 4\n-abandoned: 1 2 3 4\n -cached: 1 2 3 4\npages: 1 2 3 -4\n-retired: 1 2 3 4\nelapsed: 1\n-late: 1 2 3 4'
    expect(parsePrintedStatistics(text).map(({ name }) => name)).toEqual([
      'segments',
      'segments.abandoned',
      'segments.cached',
      'pages.retired',
      'pages.late',
    ])
  })
})

describe("tcmalloc's page heap", () => {
  const unknown = { metadataBytes: undefined, spans: undefined, threadHeaps: undefined, pageBytes: undefined }

  test.each([
    ['MALLOC:          12345              Spans in use', { spans: 12_345 }],
    ['MALLOC: +      2621440 (    2.5 MiB) Bytes in malloc metadata', { metadataBytes: 2_621_440 }],
    ['MALLOC: =      2621440 (    2.5 MiB) Bytes in malloc metadata', { metadataBytes: 2_621_440 }],
    ['MALLOC:              2              Thread heaps in use', { threadHeaps: 2 }],
    ['MALLOC:           8192              Tcmalloc page size', { pageBytes: 8192 }],
    ['MALLOC:           8192 Tcmalloc page size   \r', { pageBytes: 8192 }],
    ['MALLOC:9 Spans in use', { spans: 9 }],
    ['MALLOC: + 9 ( 0.0 MiB)   Spans in use', { spans: 9 }],
    ['MALLOC:  9Spans in use', {}],
    ['MALLOC: - 9 Spans in use', {}],
    ['MALLOC: ++ 9 Spans in use', {}],
    ['of MALLOC: 9 Spans in use', {}],
    ['MALLOC: 9 Spans in use by others', {}],
    ['MALLOC: 9x Spans in use', {}],
    ['MALLOC: nine Spans in use', {}],
  ])('%j', (line, expected) => {
    expect(parsePageheap(`----\n${line}\nMALLOC:   1 Spans free`)).toEqual({ ...unknown, ...expected })
  })
})

describe("tcmalloc's size classes", () => {
  test('each line that is one', () => {
    const lines = [
      'class   1 [        8 bytes ] :     8192 objs;   0.1 MiB;   0.1 cum MiB',
      ' class   2 [       16 bytes ] :     1 objs;   0.1 MiB;   0.1 cum MiB',
      'class  85 [   262144 bytes ] :        3 objs;   0.8 MiB;   0.9 cum MiB',
      'class   3 [       32 bytes ] :     none',
      'class   4 [32 bytes ] :0 objs;',
    ]
    expect(parseSizeClasses(lines.join('\n'))).toEqual([
      { index: 1, sizeBytes: 8, freeObjects: 8192, freeBytes: 65_536 },
      { index: 85, sizeBytes: 262_144, freeObjects: 3, freeBytes: 786_432 },
      { index: 4, sizeBytes: 32, freeObjects: 0, freeBytes: 0 },
    ])
  })
})
