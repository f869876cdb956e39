import { parseMallocInfo } from '../../lib/allocator/glibc/malloc-info.js'

const heapTotals = `<total type="fast" count="2" size="64"/>
<total type="rest" count="5" size="5005"/>
<system type="current" size="135168"/>
<system type="max" size="270336"/>
<aspace type="total" size="400000"/>
<aspace type="mprotect" size="139264"/>`

const allTotals = `<total type="fast" count="3" size="96"/>
<total type="rest" count="8" size="11038"/>
<total type="mmap" count="4" size="600000"/>
<system type="current" size="143360"/>
<system type="max" size="278528"/>
<aspace type="total" size="1"/>
<aspace type="mprotect" size="147456"/>`

function reportOf(bins: readonly string[] = [], { totals = heapTotals, all = allTotals } = {}): string {
  return `<malloc version="1">\n<heap nr="3">\n<sizes>\n${bins.join('\n')}\n</sizes>\n${totals}\n</heap>\n${all}\n</malloc>\n`
}

function malformed(message: string): Error {
  return expect.objectContaining({
    code: 'ERR_ALLOCSCOPE_MALFORMED_REPORT',
    backend: 'glibc',
    message: `malloc_info: expected ${message}`,
  }) as Error
}

describe('the totals', () => {
  test('of a heap, and of the process', () => {
    const { heaps, totals } = parseMallocInfo(reportOf([], { totals: `${heapTotals}\n<aspace type="subheaps" size="7"/>` }))
    expect(heaps).toEqual([
      {
        index: 3,
        bins: [],
        restBytes: 5005,
        totals: {
          fast: { count: 2, bytes: 64 },
          rest: { count: 5, bytes: 5005 },
          mmap: undefined,
          systemBytes: 135_168,
          maxSystemBytes: 270_336,
          accessibleBytes: 139_264,
          subheaps: 7,
        },
      },
    ])
    expect(totals).toEqual({
      fast: { count: 3, bytes: 96 },
      rest: { count: 8, bytes: 11_038 },
      mmap: { count: 4, bytes: 600_000 },
      systemBytes: 143_360,
      maxSystemBytes: 278_528,
      accessibleBytes: 147_456,
      subheaps: undefined,
    })
  })

  test.each([
    ['<system type="current" size="135168"/>\n', '<system type="current">'],
    ['<system type="max" size="270336"/>\n', '<system type="max">'],
    ['\n<aspace type="mprotect" size="139264"/>', '<aspace type="mprotect">'],
  ])('%j is needed', (line, name) => {
    const totals = heapTotals.replace(line, '')
    expect(totals).not.toBe(heapTotals)
    expect(() => parseMallocInfo(reportOf([], { totals }))).toThrow(malformed(`${name} in line 11, found "</heap>"`))
  })
})

describe('a bin', () => {
  // As in the main arena, whose chunks carry a flag of 1, and in another, whose chunks carry 5.
  test.each([
    ['<size from="17" to="32" total="96" count="3"/>', { kind: 'fast', fromBytes: 17, toBytes: 32, totalBytes: 96, chunks: 3 }, 0],
    ['<size from="33" to="48" total="48" count="1"/>', { kind: 'fast', fromBytes: 33, toBytes: 48, totalBytes: 48, chunks: 1 }, 0],
    [
      '<size from="33" to="33" total="99" count="3"/>',
      { kind: 'small-or-large', fromBytes: 32, toBytes: 32, totalBytes: 96, chunks: 3 },
      3,
    ],
    [
      '<size from="37" to="37" total="74" count="2"/>',
      { kind: 'small-or-large', fromBytes: 32, toBytes: 32, totalBytes: 64, chunks: 2 },
      10,
    ],
    [
      '<size from="1041" to="1057" total="2098" count="2"/>',
      { kind: 'small-or-large', fromBytes: 1040, toBytes: 1056, totalBytes: 2096, chunks: 2 },
      2,
    ],
    ['<unsorted from="49" to="64" total="98" count="2"/>', { kind: 'unsorted', fromBytes: 48, toBytes: 63, totalBytes: 96, chunks: 2 }, 2],
    [
      '<unsorted from="4101" to="8197" total="12298" count="2"/>',
      { kind: 'unsorted', fromBytes: 4096, toBytes: 8192, totalBytes: 12_288, chunks: 2 },
      10,
    ],
    [
      '<size from="1024" to="1040" total="2064" count="2"/>',
      { kind: 'small-or-large', fromBytes: 1024, toBytes: 1040, totalBytes: 2064, chunks: 2 },
      0,
    ],
  ])('%s', (line, bin, flagsBytes) => {
    const [heap] = parseMallocInfo(reportOf([line])).heaps
    expect(heap).toMatchObject({ bins: [bin], restBytes: 5005 - flagsBytes, totals: { rest: { bytes: 5005 } } })
  })

  test("every bin's flags are in the heap's rest", () => {
    const bins = ['<size from="37" to="37" total="74" count="2"/>', '<size from="69" to="69" total="207" count="3"/>']
    const [heap] = parseMallocInfo(reportOf([...bins, '<unsorted from="101" to="101" total="101" count="1"/>'])).heaps
    expect(heap?.restBytes).toBe(5005 - 5 * 6)
    expect(heap?.bins.map(({ totalBytes }) => totalBytes)).toEqual([64, 192, 96])
  })
})

describe('what glibc would not print is refused, and the line named', () => {
  const bin = '<size from="17" to="32" total="96" count="3"/>'
  const longText = `<x${'y'.repeat(100)}`

  test.each([
    ['', '<malloc> in line 1, found the end of the text'],
    ['\n\n', '<malloc> in line 3, found the end of the text'],
    ['<heap nr="0">', '<malloc> in line 1, found "<heap nr=\\"0\\">"'],
    [longText, `<malloc> in line 1, found ${JSON.stringify(longText.slice(0, 80))}`],
    ['<malloc version="2">', 'version 1 of the report in line 1, found "<malloc version=\\"2\\">"'],
    ['<malloc>', 'version 1 of the report in line 1, found "<malloc>"'],
    [reportOf([bin]).replace(' nr="3"', ''), 'a whole number in heap\'s "nr" in line 2, found "<heap>"'],
    [reportOf([bin]).replace('<sizes>', '<size>'), '<sizes> in line 3, found "<size>"'],
    [reportOf([bin]).replace('</sizes>', '</size>'), '</sizes> in line 5, found "</size>"'],
    [reportOf([bin]).replace('</heap>', '</heaps>'), '</heap> in line 12, found "</heaps>"'],
    [reportOf([bin]).replace('</malloc>', ''), '</malloc> in line 21, found the end of the text'],
    [reportOf(['of all kinds']), '</sizes> in line 4, found "of all kinds"'],
    [reportOf([`x${bin}`]), `</sizes> in line 4, found ${JSON.stringify(`x${bin}`)}`],
    [reportOf([`${bin} x`]), `</sizes> in line 4, found ${JSON.stringify(`${bin} x`)}`],
    [
      reportOf([bin]).replace('count="3"', 'count="3x"'),
      `a whole number in size's "count" in line 4, found ${JSON.stringify(bin.replace('"3"', '"3x"'))}`,
    ],
    [`${reportOf([bin])}<end/>`, 'nothing after </malloc> in line 21, found "<end/>"'],
    [
      reportOf([bin]).replace('from="17"', 'from="-17"'),
      `a whole number in size's "from" in line 4, found ${JSON.stringify(bin.replace('17', '-17'))}`,
    ],
    [
      reportOf([bin]).replace('to="32"', 'to="32.5"'),
      `a whole number in size's "to" in line 4, found ${JSON.stringify(bin.replace('32', '32.5'))}`,
    ],
    [
      reportOf([bin]).replace('total="96"', 'total=""'),
      `a whole number in size's "total" in line 4, found ${JSON.stringify(bin.replace('96', ''))}`,
    ],
    [
      reportOf([bin]).replace('count="3"', 'count="9007199254740992"'),
      `a whole number in size's "count" in line 4, found ${JSON.stringify(bin.replace('count="3"', 'count="9007199254740992"'))}`,
    ],
    [
      reportOf([bin]).replace('total="96"', 'sum="96"'),
      `a whole number in size's "total" in line 4, found ${JSON.stringify(bin.replace('total', 'sum'))}`,
    ],
  ])('%#', (text, message) => {
    expect(() => parseMallocInfo(text)).toThrow(malformed(message))
  })

  test('the largest whole number is one', () => {
    const text = reportOf(['<size from="17" to="32" total="9007199254740991" count="3"/>'])
    expect(parseMallocInfo(text).heaps[0]?.bins[0]?.totalBytes).toBe(Number.MAX_SAFE_INTEGER)
  })
})

test('indentation and blank lines are no matter', () => {
  const text = reportOf(['<size from="17" to="32" total="96" count="3"/>'])
  const spaced = text.replaceAll('\n', '  \n\n   ')
  expect(parseMallocInfo(spaced)).toEqual(parseMallocInfo(text))
  expect(parseMallocInfo(`\n${text}\n\n`)).toEqual(parseMallocInfo(text))
})

test('a total that the release has no line for is 0', () => {
  const without = (text: string): string => text.replaceAll(/<total type="(?:fast|rest|mmap)"[^\n]*\n/g, '')
  const { heaps, totals } = parseMallocInfo(reportOf([], { totals: without(heapTotals), all: without(allTotals) }))
  for (const found of [totals, heaps[0]?.totals]) {
    expect(found).toMatchObject({ fast: { count: 0, bytes: 0 }, rest: { count: 0, bytes: 0 }, mmap: undefined })
  }
})

test('a blank before the end of an element is no matter', () => {
  expect(parseMallocInfo(reportOf(['<size from="17" to="32" total="96" count="3" />'])).heaps[0]?.bins).toHaveLength(1)
})

test('a process of several heaps, and of none', () => {
  const heap = (number: number): string => `<heap nr="${number}">\n<sizes>\n</sizes>\n${heapTotals}\n</heap>`
  const { heaps } = parseMallocInfo(`<malloc version="1">\n${[0, 1, 2].map(heap).join('\n')}\n${allTotals}\n</malloc>`)
  expect(heaps.map(({ index }) => index)).toEqual([0, 1, 2])
  expect(parseMallocInfo(`<malloc version="1">\n${allTotals}\n</malloc>`).heaps).toEqual([])
})
