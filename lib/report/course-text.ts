import { sparkline } from './watch/sparkline.js'

type Values = readonly (number | undefined)[]

/** At most `most` values, each the highest of its share of the time. */
function condense(values: Values, most: number): Values {
  if (values.length <= most) return values
  return Array.from({ length: most }, (_, index) => {
    const share = values.slice(Math.floor((index * values.length) / most), Math.floor(((index + 1) * values.length) / most))
    const known = share.filter((value) => value !== undefined)
    return known.length === 0 ? undefined : Math.max(...known)
  })
}

/** A whole course as a line of blocks, at most `width` of them. */
export function drawCourse(values: Values, width: number): string {
  return sparkline(condense(values, width), Math.min(values.length, width))
}
