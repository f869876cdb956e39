import { plainStyle } from '../../lib/report/line-profile/index.js'
import type { ProfileView } from '../../lib/report/index.js'
import { renderJson } from '../../lib/report/json.js'
import { line, lineProfile, profiledFunction, renderLineProfiles, renderLineProfilesJson } from './line-profiles.js'

const mebibyte = 1024 ** 2
const view: ProfileView = { sort: 'allocated', minBytes: 0 }

const build = profiledFunction('build', [
  line(3, 'function build() {'),
  line(4, "\tconst a = new Array(1e6).fill('x')", { allocatedBytes: 8_000_016, heapBytes: 8_000_016, incrementBytes: 8_000_016 }),
  line(5, '  // nothing runs here', { occurrences: 0 }),
  line(6, '  a = null', { occurrences: 1200, incrementBytes: -8_000_016 }),
  line(7, '}', { occurrences: 0 }),
])

describe("memory_profiler's table", () => {
  test('its layout, MiB, and blank cells where nothing ran', () => {
    expect(renderLineProfiles([lineProfile([build])], view, plainStyle)).toBe(`
build  called once, allocated 7.6 MiB, net ±0 B, peak RSS 60.0 MiB
Filename: /srv/app/script.ts
Line #    Allocated    Increment     Peak RSS  Occurrences   Line Contents
==========================================================================
     3        0 MiB        0 MiB   60.000 MiB            1   function build() {
     4    7.629 MiB    7.629 MiB   60.000 MiB            1       const a = new Array(1e6).fill('x')
     5                                                         // nothing runs here
     6        0 MiB   -7.629 MiB   60.000 MiB        1,200     a = null
     7                                                       }

Process 4242, hybrid mode, 1.2 s, Node v20.20.2
`)
  })

  test('what others did while a function was suspended has a column when there is any', () => {
    const waiting = profiledFunction('waiting', [line(1, 'await other()', { othersBytes: 3 * mebibyte })])
    const text = renderLineProfiles([lineProfile([waiting, build])], view, plainStyle)
    expect(text).toContain('Line #    Allocated    Increment       Others     Peak RSS  Occurrences   Line Contents\n')
    expect(text).toContain('     1        0 MiB        0 MiB    3.000 MiB   60.000 MiB            1   await other()')
    expect(text.match(/Others/g)).toHaveLength(1)
  })

  test('the columns that were asked for, in their order', () => {
    const some = profiledFunction('some', [
      line(1, 'a()', {
        allocatedBytes: 3 * mebibyte,
        heapBytes: mebibyte,
        externalBytes: 2 * mebibyte,
        rssIncrementBytes: -mebibyte,
        endRssBytes: 61 * mebibyte,
      }),
      line(2, 'b()', { occurrences: 0, othersBytes: mebibyte }),
    ])
    const tableOf = (columns: ProfileView['columns']): string =>
      renderLineProfiles([lineProfile([some])], { ...view, columns }, plainStyle).slice(0, -48)
    expect(tableOf(['rss', 'external', 'heap'])).toContain(`
Line #   RSS change     External         Heap   Line Contents
=============================================================
     1   -1.000 MiB    2.000 MiB    1.000 MiB   a()
     2                                          b()
`)
    expect(tableOf(['mem', 'rss'])).toContain(`
Line #    Mem usage   RSS change   Line Contents
================================================
     1   61.000 MiB   -1.000 MiB   a()
     2                             b()
`)
    expect(tableOf(['occurrences', 'others'])).toContain(`
Line #  Occurrences       Others   Line Contents
================================================
     1            1        0 MiB   a()
     2                 1.000 MiB   b()
`)
    expect(tableOf(['others'])).not.toContain('Occurrences')
  })

  test('figures that need more room get it, and the rule is as long as its header', () => {
    const huge = profiledFunction('huge', [line(1_234_567, 'x()', { occurrences: 12_345_678_901, allocatedBytes: 123_456_789 * mebibyte })])
    const lines = renderLineProfiles([lineProfile([huge])], view, plainStyle).split('\n')
    const header = lines.find((text) => text.includes('Line #')) as string
    expect(lines[lines.indexOf(header) + 1]).toBe('='.repeat(header.length))
    expect(lines[lines.indexOf(header) + 2]).toMatch(/^1234567 +123456789\.000 MiB +0 MiB +60\.000 MiB +12,345,678,901 {3}x\(\)$/)
  })

  test('a screen cuts source, never figures; escapes in source stay visible', () => {
    const odd = profiledFunction('odd', [line(1, `\u001b[31m${'long '.repeat(60)}`, { allocatedBytes: 1 })])
    const lines = renderLineProfiles([lineProfile([odd])], view, { ...plainStyle, width: 100 }).split('\n')
    const row = lines.find((text) => text.includes('long')) as string
    expect(row).toHaveLength(100)
    expect(row).toContain('\\u001b[31mlong')
    expect(row.endsWith('…')).toBe(true)
  })
})

describe('which functions', () => {
  const small = profiledFunction('small', [line(1, 'x', { allocatedBytes: 1000, incrementBytes: -1000 })], { file: '/a.ts', calls: 9 })
  const freeing = profiledFunction('freeing', [line(1, 'x', { incrementBytes: -2 * mebibyte })], { file: '/b.ts', peakRssBytes: undefined })
  const waiting = profiledFunction('waiting', [line(1, 'x', { othersBytes: 2 * mebibyte })], { file: '/c.ts' })
  const all = lineProfile([small, freeing, waiting, build])
  const shown = (more: Partial<ProfileView>): string[] =>
    (JSON.parse(renderLineProfilesJson([all], { ...view, ...more })) as { functions: { name: string }[] }).functions.map(({ name }) => name)

  test('--min leaves out what stays below it in every figure, and says how many', () => {
    expect(shown({ minBytes: mebibyte })).toEqual(['build', 'freeing', 'waiting'])
    expect(renderLineProfiles([all], { ...view, minBytes: mebibyte }, plainStyle)).toContain(
      '1 function was left out: below 1.0 MiB in every line',
    )
  })

  test.each([
    ['allocated', ['build', 'small', 'freeing', 'waiting']],
    ['increment', ['waiting', 'build', 'small', 'freeing']],
    ['peak', ['small', 'waiting', 'build', 'freeing']],
    ['calls', ['small', 'freeing', 'waiting', 'build']],
    ['name', ['build', 'freeing', 'small', 'waiting']],
    ['file', ['small', 'freeing', 'waiting', 'build']],
  ] as const)('--sort %s', (sort, names) => {
    expect(shown({ sort })).toEqual(names)
  })
})

describe('what a reader must know', () => {
  test('how it ended, what has no figures and why, and notes', () => {
    const uninstrumented = [
      { file: '/srv/app/odd.js', name: 'odd', line: 7, reason: "its probes don't compile" },
      { file: '/srv/app/deep.js', name: undefined, line: undefined, reason: 'it is nested too deeply' },
    ]
    const text = renderLineProfiles([lineProfile([], { end: 'signal', uninstrumented, notes: ['a note'] })], view, plainStyle)
    expect(text).toContain('ended by a signal: what was seen until then')
    expect(text).toContain("  – ran as it is, without figures: odd (/srv/app/odd.js:7): its probes don't compile")
    expect(text).toContain('  – ran as it is, without figures: /srv/app/deep.js: it is nested too deeply')
    expect(text).toContain('  – a note')
  })

  test('a line that lets go of something and shows nothing points to settle mode', () => {
    const freed = (text: string, figures = {}): string =>
      renderLineProfiles([lineProfile([profiledFunction('drop', [line(7, text, figures)])])], view, plainStyle)
    for (const text of ['  rows = null', 'this.rows["a"] = undefined;', 'delete cache.rows']) {
      expect(freed(text)).toMatch(/Line 7 lets go of something\..*--mode settle/s)
    }
    for (const text of ['rows = nullable', 'const a = b', 'deleted(rows)']) expect(freed(text)).not.toContain('settle')
    expect(freed('rows = null', { incrementBytes: -8e6 })).not.toContain('settle')
    expect(freed('rows = null', { occurrences: 0 })).not.toContain('settle')
    const settled = lineProfile([profiledFunction('drop', [line(7, 'rows = null')])], { mode: 'settle' })
    expect(renderLineProfiles([settled], view, plainStyle)).not.toContain('--mode')
  })

  test('threads and processes are told apart', () => {
    const text = renderLineProfiles([lineProfile([build]), lineProfile([build], { threadId: 3 })], view, plainStyle)
    expect(text).toMatch(/^Process 4242, hybrid/m)
    expect(text).toMatch(/^Process 4242, worker thread 3, hybrid/m)
  })
})

test('JSON: the documented shape, with null for what is not known', () => {
  const document = JSON.parse(renderLineProfilesJson([lineProfile([build])], view)) as Record<string, unknown>
  expect(document).toMatchObject({ version: 1, functions: [{ name: 'build', file: '/srv/app/script.ts' }], profiles: [{ mode: 'hybrid' }] })
  const [first] = document['functions'] as [{ lines: Record<string, unknown>[] }]
  expect(first.lines[2]).toEqual({
    ...{ line: 5, occurrences: 0, allocatedBytes: 0, heapBytes: 0, externalBytes: 0, incrementBytes: 0, rssIncrementBytes: 0 },
    ...{ peakRssBytes: null, endRssBytes: null, othersBytes: 0, text: '  // nothing runs here' },
  })
})

const nothing = { functions: 0, calls: 0, occurrences: 0, allocatedBytes: 0, externalBytes: 0, incrementBytes: 0, peakRssBytes: undefined }

test('JSON: its parts are the document as a whole', () => {
  const [first, second] = [lineProfile([build]), lineProfile([], { threadId: 3, notes: ['a "quoted"\nnote'] })]
  const ofBuild = { functions: 1, calls: 1, occurrences: 1202, allocatedBytes: 8_000_016, externalBytes: 0, incrementBytes: 0 }
  const sum = { ...ofBuild, peakRssBytes: 60 * mebibyte }
  const threads = [
    { pid: 4242, threadId: 0, ...sum },
    { pid: 4242, threadId: 3, ...nothing },
  ]
  const document = { version: 1, functions: [build], profiles: [first, second], totals: { threads, sum, functions: [] } }
  expect(renderLineProfilesJson([first, second], view)).toBe(renderJson(document))
  const empty = { version: 1, functions: [], profiles: [], totals: { threads: [], sum: nothing, functions: [] } }
  expect(renderLineProfilesJson([], view)).toBe(renderJson(empty))
})

describe('what several threads add up to', () => {
  const read = profiledFunction('read', [line(1, 'a()', { allocatedBytes: 3 * mebibyte, externalBytes: mebibyte, occurrences: 5 })], {
    file: '/srv/app/read.ts',
    calls: 5,
    peakRssBytes: 90 * mebibyte,
  })
  // Its lines have what its inner calls allocated a second time.
  const deep = profiledFunction('deep', [line(1, 'deep()', { allocatedBytes: 4 * mebibyte, externalBytes: 2 * mebibyte })], {
    allocatedBytes: 2 * mebibyte,
  })

  test('a row for each thread and one for all, and functions that ran in several', () => {
    const profiles = [lineProfile([build, read]), lineProfile([read], { threadId: 3 }), lineProfile([read], { pid: 4300 })]
    const text = renderLineProfiles(profiles, view, plainStyle)
    expect(text.slice(text.indexOf('\nFunctions of several'))).toBe(`
Functions of several threads, summed
  Function  Place               Threads  Calls  Allocated   Net  Peak RSS
  read      /srv/app/read.ts:1        3     15    9.0 MiB  ±0 B  90.0 MiB

Totals of 3 threads in 2 processes
  Process  Thread    Functions  Calls  Occurrences  External  Allocated   Net  Peak RSS
  4242     main              2      6        1,207   1.0 MiB   10.6 MiB  ±0 B  90.0 MiB
  4242     worker 3          1      5            5   1.0 MiB    3.0 MiB  ±0 B  90.0 MiB
  4300     main              1      5            5   1.0 MiB    3.0 MiB  ±0 B  90.0 MiB
  all                        2     16        1,217   3.0 MiB   16.6 MiB  ±0 B  90.0 MiB
  – Functions count with what they call: bytes of a profiled function that another one calls are in both, and
    in sums more than once.
  – The peak of all is the highest of them: what they held at the same time isn't known.
`)
  })

  test('external bytes of a recursive function are not known', () => {
    const text = renderLineProfiles([lineProfile([deep]), lineProfile([read], { threadId: 1 })], view, plainStyle)
    expect(text).toMatch(/^ {2}4242 +main +1 +1 +1 +– +2\.0 MiB/m)
    expect(text).toMatch(/^ {2}all +2 +6 +6 +– +5\.0 MiB/m)
    expect(text).toContain('External bytes of recursive functions are known by line only.')
    expect(text).not.toContain('Functions count with what they call')
  })

  test('--min leaves functions out of the list, and of no sum; one thread has no totals', () => {
    const two = [lineProfile([read]), lineProfile([read], { threadId: 1 })]
    const text = renderLineProfiles(two, { ...view, minBytes: 100 * mebibyte }, plainStyle)
    expect(text).not.toContain('Functions of several threads')
    expect(text).toMatch(/^ {2}all +1 +10 +10 +2\.0 MiB +6\.0 MiB/m)
    expect(renderLineProfiles([lineProfile([read])], view, plainStyle)).not.toContain('Totals')
  })
})
