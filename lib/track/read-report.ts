import { readFileSync } from 'node:fs'

import { AllocscopeError } from '../errors/index.js'
import type { MappedFigures, MappedPlace, TrackedFigures, TrackedMappings, TrackedPlace, TrackingReport } from './tracking-report.js'

/** A report without its threads and stacks, as `allocscope track --json` wrote it. */
export interface ReadTrackingReport extends Omit<TrackingReport, 'threads' | 'stacks' | 'mappings'> {
  readonly mappings: MappingPlaces | undefined
}

/** What was mapped, without its stacks. */
export type MappingPlaces = Omit<TrackedMappings, 'stacks'>

const version = 1

type Fields = Readonly<Record<string, unknown>>

/** What is wrong with a file, found while its fields are read. */
class Unfit extends Error {}

function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unfit(`${name} is no object`)
  return value as Fields
}

function listOf<T>(fields: Fields, name: string, read: (value: unknown, name: string) => T): readonly T[] {
  const list = fields[name]
  if (!Array.isArray(list)) throw new Unfit(`'${name}' is no list`)
  return list.map((value: unknown, index) => read(value, `'${name}[${index}]'`))
}

/** No figure is below zero, nor so large that sums of it are inexact. */
function numberOf(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return value
  throw new Unfit(`'${name}' is no number from 0 to 2^53`)
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new Unfit(`${name} is no text`)
  return value
}

function numbersOf<Name extends string>(value: unknown, name: string, names: readonly Name[]): Readonly<Record<Name, number>> {
  const fields = fieldsOf(value, name)
  return Object.fromEntries(names.map((one) => [one, numberOf(fields, one)])) as Record<Name, number>
}

const liveFigures = ['liveBytes', 'liveBytesError', 'liveBlocks', 'liveSamples', 'allocatedBytes', 'allocations'] as const
const figuresOf = (value: unknown, name: string): TrackedFigures => numbersOf(value, name, liveFigures)

const mappedFigures = ['mappedBytes', 'residentBytes', 'unknownBytes', 'ranges'] as const
const mappedFiguresOf = (value: unknown, name: string): MappedFigures => numbersOf(value, name, mappedFigures)

function nameOf(value: unknown, name: string): string {
  return textOf(fieldsOf(value, name)['name'], `'name' of ${name}`)
}

function placeOf(value: unknown, name: string): TrackedPlace {
  return { name: nameOf(value, name), ...figuresOf(value, name) }
}

function mappedPlaceOf(value: unknown, name: string): MappedPlace {
  return { name: nameOf(value, name), ...mappedFiguresOf(value, name) }
}

function placesOf<Place extends { readonly name: string }>(
  fields: Fields,
  name: string,
  read: (value: unknown, name: string) => Place,
): readonly Place[] {
  const places = listOf(fields, name, read)
  if (new Set(places.map((place) => place.name)).size < places.length) throw new Unfit(`'${name}' has a name twice`)
  return places
}

/** Null where the program told nothing at its end. */
function mappingsOf(value: unknown): MappingPlaces | undefined {
  if (value === null) return undefined
  const fields = fieldsOf(value, "'mappings'")
  return {
    total: mappedFiguresOf(fields['total'], "'total' of 'mappings'"),
    lines: placesOf(fields, 'lines', mappedPlaceOf),
    functions: placesOf(fields, 'functions', mappedPlaceOf),
    modules: placesOf(fields, 'modules', mappedPlaceOf),
  }
}

function reportOf(value: unknown): ReadTrackingReport {
  const fields = fieldsOf(value, 'it')
  if (!Number.isSafeInteger(fields['version'])) throw new Unfit("it has no 'version'")
  if (fields['version'] !== version) throw new Unfit(`it is of version ${String(fields['version'])}, and this allocscope reads ${version}`)
  return {
    intervalBytes: numberOf(fields, 'intervalBytes'),
    durationMs: numberOf(fields, 'durationMs'),
    samples: numberOf(fields, 'samples'),
    total: figuresOf(fields['total'], "'total'"),
    lines: placesOf(fields, 'lines', placeOf),
    functions: placesOf(fields, 'functions', placeOf),
    modules: placesOf(fields, 'modules', placeOf),
    packages: placesOf(fields, 'packages', placeOf),
    mappings: mappingsOf(fields['mappings']),
    limitations: listOf(fields, 'limitations', textOf),
  }
}

/**
 * Reads a report that `allocscope track --json` wrote. Its threads and stacks aren't looked at.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_TRACK_REPORT`, which names the file and says what is wrong with it.
 */
export function readTrackingReport(file: string): ReadTrackingReport {
  const fail = (why: string, cause: unknown): AllocscopeError =>
    new AllocscopeError('ERR_ALLOCSCOPE_TRACK_REPORT', `${file} ${why}`, { cause })
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw fail(`can't be read: ${(error as Error).message}`, error)
  }
  try {
    return reportOf(JSON.parse(text))
  } catch (error) {
    throw fail(`is no report of allocscope track --json: ${error instanceof Unfit ? error.message : 'it is no JSON'}`, error)
  }
}
