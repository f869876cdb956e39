import { spawnSync } from 'node:child_process'

import { fitLine, growthOf } from '../../bench/fleet/growth.cjs'

test('a line of least squares, with the root of the mean of its squared residuals', () => {
  // By hand: the line has 1.5, 3 and 4.5 there.
  const { intercept, slope, residual } = fitLine([
    [1, 2],
    [2, 2],
    [3, 5],
  ])
  expect([intercept, slope]).toEqual([0, 1.5])
  expect(residual).toBeCloseTo(Math.sqrt((0.25 + 1 + 0.25) / 3), 12)
})

test('growth: what is fixed and what each process adds, and the exponent at the end', () => {
  const sizes = [1, 10, 100, 1000]
  const linear = growthOf(sizes.map((size) => [size, 50 + 7 * size]))
  expect(linear.fixed).toBeCloseTo(50, 9)
  expect(linear.each).toBeCloseTo(7, 9)
  expect(linear.residual).toBeCloseTo(0, 9)
  expect(linear.exponent).toBeLessThan(1)
  expect(growthOf(sizes.map((size) => [size, 3 * size ** 1.5])).exponent).toBeCloseTo(1.5, 9)
  // Among which a square is found although most of it is proportional.
  expect(growthOf(sizes.map((size) => [size, 100 * size + 0.1 * size ** 2])).exponent).toBeGreaterThan(1.05)
})

test('bench/fleet.mjs says how it is used, and refuses what it cannot do', () => {
  const bench = (...args: readonly string[]): { readonly status: number | null; readonly stdout: string } =>
    spawnSync(process.execPath, ['bench/fleet.mjs', ...args], { encoding: 'utf8' })
  expect(bench('--help')).toMatchObject({ status: 0, stdout: expect.stringMatching(/--sizes[^]*--keep-gib/) as string })
  for (const args of [
    ['--sizes', '1,none'],
    ['--setups', 'everything'],
    ['--readings', '0'],
  ]) {
    expect(bench(...args)).toMatchObject({ status: 2, stdout: '' })
  }
})
