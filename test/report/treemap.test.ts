import fc from 'fast-check'

import { layOutTreemap } from '../../lib/report/ledger-page/treemap.js'

const whole = { left: 10, top: 20, width: 1200, height: 440 }
const sizes = fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 60 }).map((list) => list.sort((a, b) => b - a))

test('every rectangle has its share of the area, and they lie beside each other within the whole', () => {
  fc.assert(
    fc.property(sizes, (list) => {
      const boxes = layOutTreemap(list, whole)
      const sum = list.reduce((total, size) => total + size, 0)
      expect(boxes).toHaveLength(list.length)
      boxes.forEach(({ left, top, width, height }, index) => {
        const share = (list[index] as number) / sum
        expect(Math.abs((width * height) / (share * whole.width * whole.height) - 1)).toBeLessThan(1e-9)
        expect(Math.min(width, height, left - whole.left + 1e-6, top - whole.top + 1e-6)).toBeGreaterThan(0)
        expect(Math.max(left + width - whole.left - whole.width, top + height - whole.top - whole.height)).toBeLessThan(1e-6)
      })
      for (const [index, one] of boxes.entries())
        for (const other of boxes.slice(index + 1)) {
          const across = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left)
          const down = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top)
          expect(Math.min(across, down)).toBeLessThan(1e-6)
        }
    }),
    // The smallest beside the largest, where a difference would have lost most of it.
    { examples: [[[1e12, 1]], [[1e12, 1e6, 1]]] },
  )
})

test('the example of the paper: seven rectangles in a box of 6 by 4', () => {
  const boxes = layOutTreemap([6, 6, 4, 3, 2, 2, 1], { left: 0, top: 0, width: 6, height: 4 })
  // As drawn there: two of 3 by 2 above each other, then 4 and 3 beside each other, then the rest.
  const expected = [
    [0, 0, 3, 2],
    [0, 2, 3, 2],
    [3, 0, 12 / 7, 7 / 3],
    [3 + 12 / 7, 0, 9 / 7, 7 / 3],
  ]
  expected.forEach(([left, top, width, height], index) => {
    const box = boxes[index] as (typeof boxes)[number]
    ;[box.left - (left as number), box.top - (top as number), box.width - (width as number), box.height - (height as number)].forEach(
      (off) => {
        expect(Math.abs(off)).toBeLessThan(1e-9)
      },
    )
  })
  const ratios = boxes.map(({ width, height }) => Math.max(width / height, height / width))
  expect(Math.max(...ratios)).toBeLessThan(2.8)
})
