import path from 'node:path'

import { checkNumber, invalidArgumentType, invalidArgumentValue, outOfRange, readOptions } from '../errors/index.js'

/** Options of `startFlightRecorder`. */
export interface FlightOptions {
  /** Where the recording is kept. `%p` in it stands for this process's id. By default `allocscope-flight-%p.rec` in the current folder. */
  readonly file?: string
  /** How much is kept, minutes. By default 10. With the interval it tells the file's size: 512 bytes a sample. */
  readonly minutes?: number
  /** Milliseconds between two samples. By default 100. */
  readonly intervalMs?: number
}

export interface FlightSettings {
  /** An absolute path. */
  readonly file: string
  /** What gave it, for a message. */
  readonly fileOption: string
  readonly intervalMs: number
  /** How many rows are kept. */
  readonly rows: number
}

const defaultFile = 'allocscope-flight-%p.rec'
const shortestMs = 10
const longestMs = 60_000
const leastMinutes = 0.1
const mostMinutes = 24 * 60
/** Half a GiB of slots. */
const mostRows = 2 ** 20

/** What the options are called in a message. */
export interface OptionNames {
  readonly file: string
  readonly minutes: string
  readonly intervalMs: string
}

function checkFile(name: string, value: unknown): string {
  if (value === undefined) return defaultFile
  if (typeof value !== 'string') throw invalidArgumentType(name, 'of type string', value)
  if (value === '' || value.includes('\0')) throw invalidArgumentValue(name, 'the name of a file', value)
  return value
}

/** Throws a TypeError or a RangeError for what isn't allowed. */
export function checkFlightSettings(given: { readonly [Name in keyof FlightOptions]?: unknown }, names: OptionNames): FlightSettings {
  const file = path.resolve(checkFile(names.file, given.file).replaceAll('%p', String(process.pid)))
  const minutes = checkNumber(names.minutes, given.minutes, leastMinutes, 10, mostMinutes)
  const intervalMs = checkNumber(names.intervalMs, given.intervalMs, shortestMs, 100, longestMs)
  const rows = Math.ceil((minutes * 60_000) / intervalMs) + 1
  if (rows > mostRows) throw outOfRange(names.minutes, `at most ${mostRows} samples at an interval of ${intervalMs} ms`, minutes)
  return { file, fileOption: names.file, intervalMs, rows }
}

export function readFlightOptions(options: unknown): FlightSettings {
  const names = { file: 'options.file', minutes: 'options.minutes', intervalMs: 'options.intervalMs' }
  return checkFlightSettings(readOptions(options, ['file', 'minutes', 'intervalMs']), names)
}

const variables = {
  file: 'ALLOCSCOPE_FLIGHT_FILE',
  minutes: 'ALLOCSCOPE_FLIGHT_MINUTES',
  intervalMs: 'ALLOCSCOPE_FLIGHT_INTERVAL',
} as const

/** A variable that isn't set, or is empty, is as if it weren't given. A text that is no number stays one, and is refused. */
function numberOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

/** The settings of `allocscope/flight`. The variables stay: a child that node gives the preload to is recorded as its parent is. */
export function readFlightVariables(environment: NodeJS.ProcessEnv): FlightSettings {
  const { [variables.file]: file, [variables.minutes]: minutes, [variables.intervalMs]: intervalMs } = environment
  return checkFlightSettings(
    { file: file === '' ? undefined : file, minutes: numberOf(minutes), intervalMs: numberOf(intervalMs) },
    variables,
  )
}
