import { parseMallocInfo } from '../../lib/allocator/glibc/malloc-info.js'
import { parsePrintedStatistics } from '../../lib/allocator/mimalloc/printed-statistics.js'
import { parsePageheap, parseSizeClasses } from '../../lib/allocator/tcmalloc/printed-statistics.js'

const length = 500
const times = 64
/** What is linear takes 64 times as long for 64 times the text, what is quadratic 4096 times: this is as far from the one as from the other. */
const allowed = Math.sqrt(times * times ** 2)

// Under Jest an error notes a hundred callers, which costs more than what is measured here.
const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

function parseOrRefuse(parse: (text: string) => unknown, text: string): void {
  try {
    parse(text)
  } catch {
    // The text's own fault. Whether errors are those that they should be is what parsers.test.ts asks.
  }
}

/** Microseconds of this process's own time: what others have of the core isn't in it. */
function cpuMicros(parse: (text: string) => unknown, texts: readonly string[]): number {
  const start = process.cpuUsage()
  for (const text of texts) parseOrRefuse(parse, text)
  const { user, system } = process.cpuUsage(start)
  return Math.max(1, user + system)
}

/**
 * Whether a text with a run that is 64 times as long takes no longer than what is linear may. As many short ones are parsed as make up the long
 * one, since clocks are coarse. One of five measurements is enough: compiling and collecting only make some of them longer.
 */
function isLinear(parse: (text: string) => unknown, textOf: (length: number) => string): boolean {
  const short = Array.from({ length: times }, () => textOf(length))
  return Array.from({ length: 5 }).some(() => {
    const shortMicros = cpuMicros(parse, short) / times
    return cpuMicros(parse, [textOf(times * length)]) < allowed * shortMicros
  })
}

const runs = [' ', '\n', '1', 'a', '-', '.', '"', '(', '<', ' a="1"', ' 1', '1 ', '( ', '- ', '\t']

/** A line with a run of each kind after any of its parts, and then the other parts or what fits nowhere: the second is what makes patterns try. */
function stretched(line: string): readonly (readonly [string, (length: number) => string])[] {
  const parts = line.match(/\s+|\d+|[a-z]+|./gi) ?? []
  return parts.flatMap((_, index) => {
    const before = parts.slice(0, index + 1).join('')
    return [parts.slice(index + 1).join(''), '~'].flatMap((after) =>
      runs.map((run) => {
        const textOf = (length: number): string => before + run.repeat(length / run.length) + after
        return [`${before}⟨${JSON.stringify(run)}⟩${after}`, textOf] as const
      }),
    )
  })
}

const mallocInfoHead = '<malloc version="1">\n<heap nr="0">\n<sizes>\n'

test.each<[string, (text: string) => unknown, readonly string[]]>([
  ['malloc_info', parseMallocInfo, ['<malloc version="1">', `${mallocInfoHead}  <size from="17" to="32" total="96" count="3"/>`]],
  ["mimalloc's statistics", parsePrintedStatistics, ['  reserved:    1.2 GiB    1.2 GiB      0        1.2 GiB   ok', '-abandoned:   1  2']],
  [
    "tcmalloc's page heap",
    parsePageheap,
    ['MALLOC: +      2621440 (    2.5 MiB) Bytes in malloc metadata', 'MALLOC:            606              Spans in use'],
  ],
  ["tcmalloc's size classes", parseSizeClasses, ['class  31 [     1024 bytes ] :        6 objs;   0.0 MiB;   0.0 cum MiB']],
])('the time to parse %s is linear, whatever a line is stretched by', (_, parse, lines) => {
  const texts = lines.flatMap(stretched)
  const slow = texts.find(([, textOf]) => !isLinear(parse, textOf))
  expect(slow?.[0]).toBeUndefined()
  expect(texts.length).toBeGreaterThan(200)
})

test.each<[string, (text: string) => unknown, string, string]>([
  ['malloc_info', parseMallocInfo, mallocInfoHead, '  <size from="17" to="32" total="96" count="3"/>\n'],
  ["mimalloc's statistics", parsePrintedStatistics, '', '  reserved:    1.2 GiB    1.2 GiB      0        1.2 GiB   ok\n'],
  ["tcmalloc's page heap", parsePageheap, '', 'MALLOC: 1 ( x\n'],
  ["tcmalloc's size classes", parseSizeClasses, '', 'class  31 [     1024 bytes ] :        6 objs;   0.0 MiB\n'],
])('the time to parse %s is linear in the number of its lines', (_, parse, head, line) => {
  expect(isLinear(parse, (size) => head + line.repeat(size / 8))).toBe(true)
})
