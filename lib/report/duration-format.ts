import { formatCount, unknownFigure } from '../figures/index.js'

/** Milliseconds for a reader: `3.1 µs`, `0.42 ms`, `730 ms`, `12.4 s`, `2 min 05 s`, `1 h 02 min`. */
export function formatDuration(milliseconds: number | undefined): string {
  if (milliseconds === undefined || Number.isNaN(milliseconds)) return unknownFigure
  if (milliseconds < 0.0995) return `${(milliseconds * 1000).toFixed(1)} µs`
  if (milliseconds < 9.995) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const wholeSeconds = Math.round(seconds)
  if (wholeSeconds < 3600) return `${Math.floor(wholeSeconds / 60)} min ${twoDigits(wholeSeconds % 60)} s`
  const minutes = Math.floor(wholeSeconds / 60)
  return `${formatCount(Math.floor(minutes / 60))} h ${twoDigits(minutes % 60)} min`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** Microseconds for a reader, as {@link formatDuration}. */
export function formatMicros(microseconds: number | undefined): string {
  return formatDuration(microseconds === undefined ? undefined : microseconds / 1000)
}
