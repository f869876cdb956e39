/** The places of `begin` ≤ place < `end` where one of the series is lowest and highest. Unknown figures are neither. */
function addExtremes(series: readonly Float64Array[], begin: number, end: number, kept: Set<number>): void {
  for (const values of series) {
    let [lowest, highest] = [-1, -1]
    for (let place = begin; place < end; place++) {
      const value = values[place] as number
      if (Number.isNaN(value)) continue
      if (lowest < 0 || value < (values[lowest] as number)) lowest = place
      if (highest < 0 || value > (values[highest] as number)) highest = place
    }
    if (lowest < 0) continue
    kept.add(lowest)
    kept.add(highest)
  }
}

/**
 * Places of the samples to draw, rising: at most about `most` of them, all where there are no more. The samples are divided into stretches, and of each
 * those stay at which one of the series is lowest or highest, and the first and last of all. So no peak is lost, and as all series keep the same samples,
 * what adds up still does.
 */
export function keepExtremes(series: readonly Float64Array[], most: number): Uint32Array {
  const length = series[0]?.length ?? 0
  if (length <= most) return Uint32Array.from({ length }, (_, place) => place)
  const stretches = Math.max(1, Math.floor((most - 2) / (2 * series.length)))
  const kept = new Set([0, length - 1])
  for (let stretch = 0; stretch < stretches; stretch++) {
    addExtremes(series, Math.floor((stretch * length) / stretches), Math.floor(((stretch + 1) * length) / stretches), kept)
  }
  return Uint32Array.from(kept).sort()
}

/** The values at these places. */
export function pick(values: Float64Array, places: Uint32Array): Float64Array {
  return Float64Array.from(places, (place) => values[place] as number)
}
