const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `bytes` within a sentence: `31.0 MiB`, `512 B`. */
export function inWords(bytes: number): string {
  const size = Math.abs(bytes)
  const power = size < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10))
  const figure = (bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)
  return `${figure} ${units[power] as string}`
}
