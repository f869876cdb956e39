import fc from 'fast-check'

import { sparkline } from '../../lib/report/watch/sparkline.js'

const blocks = '▁▂▃▄▅▆▇█'
const values = fc.array(fc.option(fc.double({ min: 0, max: 1e12, noNaN: true }), { nil: undefined }), { maxLength: 60 })
const widths = fc.integer({ min: 0, max: 80 })

test.each([
  [[0, 1, 2, 3, 4, 5, 6, 7], 8, 0, '▁▂▃▄▅▆▇█'],
  [[5, 5, 5], 3, 0, '▁▁▁'],
  [[0, undefined, 7], 5, 0, '  ▁ █'],
  [[9, 0, 7], 2, 0, '▁█'],
  [[100, 101, 102], 3, 10, '▁▁▁'],
  [[], 3, 0, '   '],
  [[1, 2], 0, 0, ''],
])('%p in %d columns, flat below %d', (given, width, flatBelow, expected) => {
  expect(sparkline(given, width, flatBelow)).toBe(expected)
})

test('it has as many columns as were asked for, and a blank for exactly what is not known', () => {
  fc.assert(
    fc.property(values, widths, (given, width) => {
      const line = Array.from(sparkline(given, width))
      expect(line).toHaveLength(width)
      const shown = width === 0 ? [] : given.slice(-width)
      const padding = Array.from({ length: width - shown.length }, () => false)
      expect(line.map((block) => block !== ' ')).toEqual([...padding, ...shown.map((value) => value !== undefined)])
    }),
  )
})

test('a higher value never has a lower block, the lowest has the lowest and the highest the highest', () => {
  fc.assert(
    fc.property(values, (given) => {
      const heights = Array.from(sparkline(given, given.length), (block) => blocks.indexOf(block))
      const known = given.flatMap((value, index) => (value === undefined ? [] : [{ value, height: heights[index] as number }]))
      known.sort((a, b) => a.value - b.value)
      known.slice(1).forEach(({ height }, index) => {
        expect(height).toBeGreaterThanOrEqual(known[index]?.height as number)
      })
      const [first, last] = [known[0], known.at(-1)]
      if (first === undefined || last === undefined) return
      expect(first.height).toBe(0)
      expect(last.height).toBe(last.value > first.value ? blocks.length - 1 : 0)
    }),
  )
})
