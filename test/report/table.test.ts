import fc from 'fast-check'

import { displayWidth, elideMiddle, printable, wrapText } from '../../lib/report/display-width.js'
import { layOutTable } from '../../lib/report/table.js'
import { plainStyle } from '../../lib/report/text-style.js'

test.each([
  ['plain', 5],
  ['漢字', 4],
  ['한글', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['👩‍👩‍👧', 2],
  ['\u001b[36mcyan\u001b[39m', 4],
  ['–', 1],
  ['', 0],
])('%p takes %d columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

test('eliding keeps both ends and never exceeds the width', () => {
  expect(elideMiddle('/usr/lib/x86_64-linux-gnu/libjemalloc.so.2', 25)).toBe('/usr/lib…libjemalloc.so.2')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 40 }), (text, width) => {
      const clean = printable(text)
      expect(displayWidth(elideMiddle(clean, width))).toBeLessThanOrEqual(Math.max(width, 0))
    }),
  )
})

test('printable text cannot move a cursor or break a line', () => {
  expect(printable('a\nb\u001b[2Jc')).toBe('a\\nb\\u001b[2Jc')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      // eslint-disable-next-line no-control-regex -- control characters are what it looks for
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    }),
  )
})

test('wrapping loses no word', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), fc.integer({ min: 1, max: 60 }), (words, width) => {
      const lines = wrapText(words.join(' '), width)
      expect(lines.join(' ').split(' ')).toEqual(words)
      for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true)
    }),
  )
})

test('figures end in one column, words begin in one, whatever their script', () => {
  const lines = layOutTable(
    [{ title: 'name' }, { title: 'RSS', align: 'right' }, { title: 'note' }],
    [
      ['漢字', '1.0 MiB', 'first'],
      ['plain', '1,234.5 MiB', 'second'],
    ],
    plainStyle,
  )
  expect(lines).toEqual(['  name           RSS  note', '  漢字       1.0 MiB  first', '  plain  1,234.5 MiB  second'])
})

test('only an elastic column gives way on a narrow screen, and no line ends in a space', () => {
  const style = { ...plainStyle, width: 40 }
  const lines = layOutTable(
    [{}, { align: 'right' }, { elastic: true }],
    [
      ['RSS', '1.0 MiB', 'x'.repeat(80)],
      ['peak', '12.0 MiB', ''],
    ],
    style,
  )
  expect(displayWidth(lines[0] as string)).toBe(40)
  expect(lines[0]).toContain('1.0 MiB')
  for (const line of lines) expect(line).toBe(line.trimEnd())
})

test('a table that is too wide leaves out whole columns, those of the highest rank first', () => {
  const columns = [{}, { title: 'one', dropRank: 1 }, { title: 'stays' }, { title: 'two', align: 'right' as const, dropRank: 2 }]
  const rows = [['name', '10.0 MiB', '20.0 MiB', '30.0 MiB']]
  const at = (width: number): string[] => layOutTable(columns, rows, { ...plainStyle, width })
  expect(at(36)).toEqual(['        one       stays          two', '  name  10.0 MiB  20.0 MiB  30.0 MiB'])
  expect(at(35)).toEqual(['        one       stays', '  name  10.0 MiB  20.0 MiB'])
  expect(at(25)).toEqual(['        stays', '  name  20.0 MiB'])
  // What has no rank stays, however narrow the screen is.
  expect(at(5)).toEqual(['        stays', '  name  20.0 MiB'])
})
