import fc from 'fast-check'

import { parseMallocInfo } from '../../lib/allocator/glibc/malloc-info.js'
import { parseJsonStatistics } from '../../lib/allocator/mimalloc/json-statistics.js'
import { parsePrintedStatistics } from '../../lib/allocator/mimalloc/printed-statistics.js'
import { parseSizes } from '../../lib/allocator/scudo/malloc-info.js'
import { parsePageheap, parseSizeClasses } from '../../lib/allocator/tcmalloc/printed-statistics.js'
import { isAllocscopeError } from '../../lib/errors/index.js'

const report = `<malloc version="1">
<heap nr="0">
<sizes>
  <size from="17" to="32" total="96" count="3"/>
  <size from="1041" to="1041" total="2082" count="2"/>
  <unsorted from="49" to="4097" total="4146" count="2"/>
</sizes>
<total type="fast" count="3" size="96"/>
<total type="rest" count="5" size="10004"/>
<system type="current" size="135168"/>
<system type="max" size="270336"/>
<aspace type="total" size="135168"/>
<aspace type="mprotect" size="135168"/>
</heap>
<heap nr="1">
<sizes>
  <size from="69" to="69" total="138" count="2"/>
</sizes>
<total type="fast" count="0" size="0"/>
<total type="rest" count="3" size="1034"/>
<system type="current" size="8192"/>
<system type="max" size="8192"/>
<aspace type="total" size="8192"/>
<aspace type="mprotect" size="8192"/>
<aspace type="subheaps" size="1"/>
</heap>
<total type="fast" count="3" size="96"/>
<total type="rest" count="8" size="11038"/>
<total type="mmap" count="1" size="135168"/>
<system type="current" size="143360"/>
<system type="max" size="278528"/>
<aspace type="total" size="143360"/>
<aspace type="mprotect" size="143360"/>
</malloc>
`

describe('malloc_info', () => {
  test('a total that a release has no line for is zero', () => {
    const newer = report.replaceAll(/<total type="fast"[^\n]*\n/g, '')
    expect(newer).not.toContain('type="fast"')
    const { heaps, totals } = parseMallocInfo(newer)
    expect([totals.fast, heaps[0]?.totals.fast]).toEqual([
      { count: 0, bytes: 0 },
      { count: 0, bytes: 0 },
    ])
    expect(totals.rest).toEqual({ count: 8, bytes: 11_038 })
  })

  test('heaps, bins without the flags in their sizes, and totals', () => {
    const { heaps, totals } = parseMallocInfo(report)
    expect(heaps.map(({ index, restBytes }) => [index, restBytes])).toEqual([
      [0, 10_000],
      [1, 1024],
    ])
    expect(heaps[0]?.bins).toEqual([
      { kind: 'fast', fromBytes: 17, toBytes: 32, totalBytes: 96, chunks: 3 },
      { kind: 'small-or-large', fromBytes: 1040, toBytes: 1040, totalBytes: 2080, chunks: 2 },
      { kind: 'unsorted', fromBytes: 48, toBytes: 4096, totalBytes: 4144, chunks: 2 },
    ])
    expect(heaps[1]?.bins).toEqual([{ kind: 'small-or-large', fromBytes: 64, toBytes: 64, totalBytes: 128, chunks: 2 }])
    expect(totals).toMatchObject({ mmap: { count: 1, bytes: 135_168 }, systemBytes: 143_360 })
  })

  test.each([
    ['nothing', '', /expected <malloc> in line 1, found the end of the text/],
    ['another version', '<malloc version="2">', /version 1/],
    ['a number that is none', report.replace('count="3"', 'count="3x"'), /whole number in size's "count" in line 4/],
    ['a number past 2^53', report.replace('size="135168"', 'size="99999999999999999"'), /whole number/],
    ['a total that is missing', report.replace(/<system type="current" size="135168"\/>\n/, ''), /<system type="current">/],
    ['text after the end', `${report}<heap nr="2">`, /nothing after <\/malloc>/],
    ['an end in the middle', report.slice(0, 400), /expected/],
  ])('%s is refused, and the line named', (_, text, message) => {
    expect(() => parseMallocInfo(text)).toThrow(
      expect.objectContaining({ code: 'ERR_ALLOCSCOPE_MALFORMED_REPORT', message: expect.stringMatching(message) as string }) as Error,
    )
  })

  function parseOrRefuse(text: string): void {
    try {
      parseMallocInfo(text)
    } catch (error) {
      expect(isAllocscopeError(error)).toBe(true)
    }
  }

  test('no text makes it throw anything but its own error', () => {
    const fragments = fc.constantFrom(...report.split('\n'), '<', '>', '"', '<heap nr="0">', '</heap>', '<size', '\0', '\r')
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 60 }), (lines) => {
        parseOrRefuse(lines.join('\n'))
      }),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.string(), parseOrRefuse), { numRuns: 1000 })
    const edits = fc.record({ at: fc.nat(report.length), cut: fc.nat(20), put: fc.string({ maxLength: 8 }) })
    fc.assert(
      fc.property(edits, ({ at, cut, put }) => {
        parseOrRefuse(report.slice(0, at) + put + report.slice(at + cut))
      }),
      { numRuns: 3000 },
    )
  })
})

describe("mimalloc's printed statistics", () => {
  const printed = `heap stats:    peak      total      freed    current       unit      count
  reserved:    1.2 GiB    1.2 GiB      0        1.2 GiB
   touched:   64.2 KiB   64.2 KiB   11.6 MiB  -11.6 MiB                        ok
  segments:      7         12          5          7                            not all freed!
-abandoned:      1          2          1          1                            ok
   commits:     42
   elapsed:       0.003 s
   process: user: 0.000 s, system: 0.004 s, faults: 1, rss: 5.6 MiB, commit: 32.0 MiB
`

  test('counters with their unit, sub-counters by their owner, none that is negative', () => {
    expect(parsePrintedStatistics(printed)).toEqual([
      { name: 'reserved', unit: 'bytes', peak: 1_288_490_189, total: 1_288_490_189, freed: 0, current: 1_288_490_189 },
      { name: 'segments', unit: 'count', peak: 7, total: 12, freed: 5, current: 7 },
      { name: 'segments.abandoned', unit: 'count', peak: 1, total: 2, freed: 1, current: 1 },
      { name: 'commits', unit: 'count', peak: undefined, total: 42, freed: undefined, current: undefined },
    ])
  })

  test('any text is read or left out, never refused', () => {
    const fragments = fc.constantFrom(...printed.split('\n'), 'x: 1 2 3 4', '-y:', ':', '  ')
    fc.assert(fc.property(fc.array(fc.oneof(fragments, fc.string())), (lines) => void parsePrintedStatistics(lines.join('\n'))))
  })
})

describe("tcmalloc's printed statistics", () => {
  const printed = `MALLOC:       14198808 (   13.5 MiB) Bytes in use by application
MALLOC: +      2621440 (    2.5 MiB) Bytes in malloc metadata
MALLOC:            606              Spans in use
MALLOC:              2              Thread heaps in use
MALLOC:           8192              Tcmalloc page size
class  31 [     1024 bytes ] :        6 objs;   0.0 MiB;   0.0 cum MiB
`

  test('the page heap and the size classes', () => {
    expect(parsePageheap(printed)).toEqual({ metadataBytes: 2_621_440, spans: 606, threadHeaps: 2, pageBytes: 8192 })
    expect(parseSizeClasses(printed)).toEqual([{ index: 31, sizeBytes: 1024, freeObjects: 6, freeBytes: 6144 }])
  })

  test('a report of another form gives undefined, never 0', () => {
    expect(parsePageheap('')).toEqual({ metadataBytes: undefined, spans: undefined, threadHeaps: undefined, pageBytes: undefined })
    expect(parseSizeClasses('class 1 [ x bytes ]')).toEqual([])
  })
})

describe("mimalloc's JSON", () => {
  test('counters with their units; what is said of the process and of each bin is left out', () => {
    const text = JSON.stringify({
      stat_version: 6,
      mimalloc_version: 30600,
      process: { rss_current: 1 },
      reserved: { total: 30, peak: 20, current: 10 },
      purged: 7,
      mmap_calls: 3,
      malloc_bins: [{ total: 1, peak: 1, current: 1, block_size: 8 }],
    })
    expect(parseJsonStatistics(text)).toEqual([
      { name: 'reserved', unit: 'bytes', total: 30, peak: 20, freed: undefined, current: 10 },
      { name: 'purged', unit: 'bytes', total: 7, peak: undefined, freed: undefined, current: undefined },
      { name: 'mmap_calls', unit: 'count', total: 3, peak: undefined, freed: undefined, current: undefined },
    ])
  })

  test('printed rows with aligned colons that are no counters are left out', () => {
    const text = '  numa nodes  :     1\n  elapsed     :     1.222 s\n  reserved    :     1.0 GiB     1.0 GiB     1.0 GiB     2.0 GiB\n'
    expect(parsePrintedStatistics(text).map(({ name, current }) => [name, current])).toEqual([['reserved', 2 * 2 ** 30]])
  })
})

test("scudo's sizes", () => {
  const text = '<malloc version="scudo-1">\n<alloc size="24" count="1"/>\n<alloc size="200" count="100000"/>\n</malloc>\n'
  expect(parseSizes(text)).toEqual([
    { sizeBytes: 24, blocks: 1 },
    { sizeBytes: 200, blocks: 100_000 },
  ])
  expect(parseSizes('')).toEqual([])
})
