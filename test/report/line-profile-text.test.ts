import { plainStyle, renderLineProfiles, renderLineProfilesJson } from '../../lib/report/line-profile/index.js'
import type { ProfileView } from '../../lib/report/index.js'
import { line, lineProfile, profiledFunction } from './line-profiles.js'

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
    ...{ peakRssBytes: null, othersBytes: 0, text: '  // nothing runs here' },
  })
})
