import { formatBytes, formatCount, unknownFigure } from '../../figures/index.js'
import type { LabCell, LabUnit } from '../../lab/index.js'
import { formatDuration } from '../duration-format.js'

/** A figure as its column shows it. */
export function formatCell(cell: LabCell, unit: LabUnit): string {
  if (cell === undefined) return unknownFigure
  if (typeof cell === 'string') return cell
  switch (unit) {
    case 'bytes':
      return formatBytes(cell)
    case 'milliseconds':
      return formatDuration(cell)
    case 'count':
      return formatCount(cell)
    case 'text':
      return String(cell)
  }
}

/** Mebibytes as memory_profiler prints them. */
export function formatMebibytes(bytes: number | undefined): string {
  if (bytes === undefined) return unknownFigure
  // A few bytes less than nothing would be -0.0.
  const text = (bytes / 1024 ** 2).toFixed(1)
  return `${text === '-0.0' ? '0.0' : text} MiB`
}
