import { describeNotes } from '../../lib/compare/comparison-notes.js'
import { judge, spreadOf } from '../../lib/compare/judge.js'
import type { Finding } from '../../lib/compare/comparison.js'
import { row, run } from './compared-rows.js'

const peaks = (...values: readonly number[]): ReturnType<typeof run>[] => values.map((value) => run(value))

function findingOf(findings: readonly Finding[], label: string, figure = 'peakRssBytes'): Finding | undefined {
  return findings.find((finding) => finding.label === label && finding.figure === figure)
}

test.each([
  [[3, 1, 2], { median: 2, lowest: 1, highest: 3, runs: 3 }],
  [[4, 1, 2, 10], { median: 3, lowest: 1, highest: 10, runs: 4 }],
  [[5], { median: 5, lowest: 5, highest: 5, runs: 1 }],
  [[], undefined],
])('the spread of %j', (values, expected) => {
  expect(spreadOf(values)).toEqual(expected)
})

test('five runs that are apart differ; five that overlap are not shown to; p is adjusted for two comparisons', () => {
  const findings = judge([
    row('glibc', peaks(100, 101, 102, 103, 104)),
    row('jemalloc', peaks(80, 81, 82, 83, 84)),
    row('mimalloc', peaks(99, 101.5, 102.5, 103.5, 105)),
  ])
  const [jemalloc, mimalloc] = [findingOf(findings, 'jemalloc'), findingOf(findings, 'mimalloc')]
  expect(jemalloc).toMatchObject({ verdict: 'differs', isApart: true, difference: -20 * 1024 ** 2 })
  expect(jemalloc?.pValue).toBeCloseTo(2 / 252, 12)
  expect(jemalloc?.adjustedP).toBeCloseTo(4 / 252, 12)
  expect(mimalloc).toMatchObject({ verdict: 'not-shown', isApart: false })
  expect(findingOf(findings, 'jemalloc', 'majorFaults')).toMatchObject({ verdict: 'not-shown', pValue: 1, difference: 0 })
})

test('three runs can not tell, however far apart they are', () => {
  const findings = judge([row('glibc', peaks(100, 101, 102)), row('jemalloc', peaks(1, 2, 3))])
  expect(new Set(findings.map(({ verdict }) => verdict))).toEqual(new Set(['too-few-runs']))
  expect(findingOf(findings, 'jemalloc')).toMatchObject({ isApart: true, pValue: 0.1 })
})

test('a row without runs is passed over, also as the first one', () => {
  const findings = judge([row('glibc', []), row('jemalloc', peaks(1, 2)), row('mimalloc', peaks(3, 4))])
  expect(new Set(findings.map(({ label }) => label))).toEqual(new Set(['mimalloc']))
})

describe('notes', () => {
  const kinds = (...rows: Parameters<typeof describeNotes>[0]): string[] => describeNotes(rows, false).map(({ kind }) => kind)

  test('runs that are alike have none', () => {
    expect(kinds(row('glibc', peaks(1, 2, 3)), row('jemalloc', peaks(4, 5, 6)))).toEqual([])
  })

  test('another number of threads, in every run, is said with both numbers', () => {
    const two = (mostThreads: number): ReturnType<typeof run>[] => [run(1, { mostThreads }), run(2, { mostThreads: mostThreads + 1 })]
    const [note] = describeNotes([row('glibc', two(10)), row('jemalloc', two(14))], false)
    expect(note).toMatchObject({ kind: 'unlike' })
    expect(note?.message).toContain('up to 14.5 threads, 10.5 under glibc')
    expect(kinds(row('glibc', two(10)), row('jemalloc', two(11)))).toEqual([])
  })

  test('processors kept busy: twice as many are said, a tenth more is not, and of a driven server nothing', () => {
    const busy = (cpuMs: number): ReturnType<typeof run>[] => [run(1, { cpuMs }), run(2, { cpuMs: cpuMs + 1 })]
    const unlike = [row('glibc', busy(1000)), row('jemalloc', busy(2000))]
    expect(describeNotes(unlike, false)[0]?.message).toContain('2.0 processors kept busy, 1.0 under glibc')
    expect(describeNotes(unlike, true)).toEqual([])
    expect(kinds(row('glibc', busy(1000)), row('jemalloc', busy(1100)))).toEqual([])
  })

  test('what failed, what is missing, and another allocator than was asked for', () => {
    const failed = row('jemalloc', peaks(1), { failures: [{ round: 1, reason: 'exit code 1: Error: no' }] })
    const never = row('mimalloc', [], { failures: [1, 2].map((round) => ({ round, reason: 'ended by SIGSEGV' })) })
    const missing = row('tcmalloc', [], { missing: 'no library of tcmalloc on this machine; install it' })
    const asked = row('glibc', peaks(1))
    const other = { ...asked, runs: asked.runs.map((one) => ({ ...one, allocator: { name: 'jemalloc', version: '5' } })) }
    const messages = describeNotes([other, failed, never, missing], false).map(({ message }) => message)
    expect(messages).toEqual([
      'jemalloc failed in 1 of 2 runs: exit code 1: Error: no',
      'mimalloc failed in all 2 runs: ended by SIGSEGV',
      'tcmalloc: no library of tcmalloc on this machine; install it',
      "glibc: glibc was asked for, but jemalloc served malloc: the figures are not glibc's.",
    ])
  })
})
