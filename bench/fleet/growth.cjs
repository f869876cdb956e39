'use strict'

/** The line of least squares through points [x, y], and the root of the mean of its squared residuals. */
function fitLine(points) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, other]) => other))]
  const spread = points.reduce((sum, [one]) => sum + (one - x) ** 2, 0)
  const slope = spread === 0 ? 0 : points.reduce((sum, [one, other]) => sum + (one - x) * (other - y), 0) / spread
  const intercept = y - slope * x
  const residual = Math.sqrt(mean(points.map(([one, other]) => (other - intercept - slope * one) ** 2)))
  return { intercept, slope, residual }
}

/**
 * How a total grows with the number of processes, of points [processes, total]: `fixed + each × processes`, fitted to the cost per process, so that each size
 * counts alike; `residual` is of the cost per process. `exponent` is that of the number of processes between the two largest sizes: 1 where the total is
 * proportional.
 */
function growthOf(points) {
  const { intercept, slope, residual } = fitLine(points.map(([processes, total]) => [1 / processes, total / processes]))
  const [[fewer, less], [more, most]] = points.toSorted(([one], [other]) => one - other).slice(-2)
  return { fixed: slope, each: intercept, residual, exponent: Math.log(most / less) / Math.log(more / fewer) }
}

module.exports = { fitLine, growthOf }
