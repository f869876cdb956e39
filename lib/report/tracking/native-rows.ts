import { formatBytes, formatCount } from '../../figures/index.js'
import type { TrackedFigures } from '../../track/index.js'
import { printable } from '../display-width.js'

/** What is live through native functions. */
interface Way extends Pick<TrackedFigures, 'liveBytes' | 'liveSamples'> {
  readonly name: string
}

/** Of each line: the others together have a row. */
const shownWays = 3

/**
 * The rows below a line's own: the native functions through which it asked for what is live. `figuresOf` gives the cells before the name, of which the table has as
 * many in each row. None where the line is that native function itself.
 */
export function nativeRows<Some extends Way>(
  line: string,
  ways: readonly Some[],
  figuresOf: (way: Some) => readonly string[],
): readonly (readonly string[])[] {
  const live = ways.filter(({ liveSamples }) => liveSamples > 0)
  const [most] = live
  if (most === undefined || (live.length === 1 && most.name === line)) return []
  const rows = live.slice(0, shownWays).map((way) => [...figuresOf(way), `  ↳ ${printable(way.name)}`])
  const hidden = live.slice(shownWays)
  if (hidden.length === 0) return rows
  const hiddenBytes = hidden.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  const nothing = figuresOf(most).map(() => '')
  return [...rows, [...nothing, `  and ${formatCount(hidden.length)} more, together ${formatBytes(hiddenBytes)}`]]
}
