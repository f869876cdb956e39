const blocks = '▁▂▃▄▅▆▇█'

/**
 * The last `width` values as a line of blocks, the latest to the right. The lowest value shown is `▁`, the highest `█`, an unknown one a blank. When
 * the values differ by less than `flatBelow`, or not at all, the line is flat.
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
