const blocks = '▁▂▃▄▅▆▇█'

/**
 * The last `width` values as a line of blocks, the latest to the right: the lowest shown is `▁`, the highest `█`, and a value that isn't known a
 * blank. Where all are equal, or differ by less than `flatBelow`, the line is flat: what doesn't move shouldn't look as if it did.
 */
export function sparkline(values: readonly (number | undefined)[], width: number, flatBelow = 0): string {
  if (width <= 0) return ''
  const shown = values.slice(-width)
  const known = shown.filter((value) => value !== undefined)
  const lowest = Math.min(...known)
  const range = Math.max(...known) - lowest
  const isFlat = !(range > 0 && range >= flatBelow)
  const block = (value: number): string => blocks.charAt(isFlat ? 0 : Math.round(((value - lowest) / range) * (blocks.length - 1)))
  return shown
    .map((value) => (value === undefined ? ' ' : block(value)))
    .join('')
    .padStart(width)
}
