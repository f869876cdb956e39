import { stateThat } from '../../lib/lab/experiment.js'

const figures = (...bytes: readonly number[]) => bytes.map((each, index) => ({ name: `figure ${index}`, bytes: each }))

test.each([
  [[1, 2], true],
  [[1, 2, 3], true],
  [[-5, 0], true],
  [[2, 2], false],
  [[2, 1], false],
  [[1, 3, 2], false],
  [[1, Number.NaN], false],
])('a statement of %p holds: %p', (bytes, holds) => {
  expect(stateThat('', figures(...bytes)).holds).toBe(holds)
})
