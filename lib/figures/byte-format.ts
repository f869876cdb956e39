const kibibyte = 1024
const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

/** Stands for a figure that isn't known. The reason stands below the table. */
export const unknownFigure = '–'

function withOneDecimal(value: number): string {
  const [whole, decimal] = value.toFixed(1).split('.') as [string, string]
  return `${groupDigits(whole)}.${decimal}`
}

function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/**
 * `bytes` for a reader: `0 B`, `512 B`, `132.0 KiB`, `1,612.3 MiB`, `12.4 GiB`. MiB goes up to 10,000, so that the figures of a table compare at
 * a glance. Undefined is `–`, never 0.
 */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || Number.isNaN(bytes)) return unknownFigure
  const sign = bytes < 0 ? '-' : ''
  const size = Math.abs(bytes)
  if (size < kibibyte) return `${sign}${Math.round(size)} B`
  // 1,023.96 KiB would round up to 1,024.0 KiB, which is 1.0 MiB.
  if (size < mebibyte - kibibyte / 20) return `${sign}${withOneDecimal(size / kibibyte)} KiB`
  if (size < 10_000 * mebibyte - mebibyte / 20) return `${sign}${withOneDecimal(size / mebibyte)} MiB`
  return `${sign}${withOneDecimal(size / gibibyte)} GiB`
}

/** A difference of bytes with its sign: `+12.0 MiB`, `-3.1 MiB`, `±0 B`. */
export function formatByteChange(bytes: number | undefined): string {
  if (bytes === undefined) return unknownFigure
  if (bytes === 0) return '±0 B'
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes)
}

/** A count with its thousands grouped: `1,234,567`. */
export function formatCount(count: number | undefined): string {
  if (count === undefined || Number.isNaN(count)) return unknownFigure
  return count < 0 ? `-${groupDigits(String(Math.round(-count)))}` : groupDigits(String(Math.round(count)))
}

/** A share of 1 as a percentage: `97.3 %`. */
export function formatShare(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? unknownFigure : `${(share * 100).toFixed(1)} %`
}
