import { InvalidArgumentError } from 'commander'

import { parseBytes } from '../report/index.js'

/** Reads an option's value as a number from `minimum` to `maximum`. */
export function numberBetween(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !(value >= minimum && value <= maximum)) {
      throw new InvalidArgumentError(`It must be a number from ${minimum} to ${maximum}.`)
    }
    return value
  }
}

/** Collects the values of an option that may be given many times. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value]
}

/** Reads an option's value as a size in bytes: `0.1MiB`, `100k`, `4096`. */
export function byteSize(text: string): number {
  const bytes = parseBytes(text)
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size such as 0.1MiB, 100KiB or 4096.')
  return bytes
}
