import { InvalidArgumentError } from 'commander'

import { parseBytes } from '../figures/index.js'

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
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size, such as 65536, 4 MiB or 4MB.')
  return bytes
}

/** Reads an option's value as a size of at least one byte, and of no more than the distance between two samples may be. */
export function byteInterval(text: string): number {
  const bytes = byteSize(text)
  if (bytes < 1 || bytes > 1e9) throw new InvalidArgumentError('It must be a size from 1 byte to 1 GB.')
  return bytes
}

/** Milliseconds of each unit. */
const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Reads an option's value as a time in milliseconds: `500ms`, `30s`, `5m`, `1h`; a bare number is one of seconds. No more than a timer can wait. */
export function duration(text: string): number {
  const [, number, unit = 's'] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(text) ?? []
  const ms = Number(number) * durationUnits[unit as keyof typeof durationUnits]
  if (!(ms >= 1 && ms < 2 ** 31)) throw new InvalidArgumentError('It must be a time from 1ms to 596h, such as 30s or 5m.')
  return ms
}

/** Reads an option's value as a share of 1: `0.1`, `10%`. */
export function share(text: string): number {
  const [, number, percent] = /^\s*(\d+(?:\.\d+)?)\s*(%)?\s*$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('It must be a share, such as 0.1 or 10%.')
  // More than a whole is possible, but 10 is rather meant to be a tenth.
  if (percent === undefined && Number(number) > 1)
    throw new InvalidArgumentError(`It must be a share: ${number}% or ${Number(number) * 100}%?`)
  return Number(number) / (percent === undefined ? 1 : 100)
}

/** Reads an option's value as a whole number from `minimum` up. */
export function wholeNumberFrom(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} up.`)
    }
    return value
  }
}

/** Reads an option's value as a whole number from `minimum` to `maximum`. */
export function wholeNumberBetween(minimum: number, maximum: number): (text: string) => number {
  const read = numberBetween(minimum, maximum)
  return (text) => {
    const value = read(text)
    if (!Number.isSafeInteger(value)) throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
    return value
  }
}
