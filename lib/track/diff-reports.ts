import type { MappingPlaces, ReadTrackingReport } from './read-report.js'
import type { MappedFigures, MappedPlace, TrackedFigures, TrackedPlace } from './tracking-report.js'

/** What is live of one place in two reports. 0 where a report doesn't have it. */
export interface LiveDifference {
  readonly beforeBytes: number
  readonly afterBytes: number
  /** After minus before. */
  readonly differenceBytes: number
  /** The standard error of `differenceBytes`: the squares of both reports' errors add up, as two runs are sampled independently of each other. */
  readonly differenceBytesError: number
  readonly beforeBlocks: number
  readonly afterBlocks: number
}

/** A line, a function or a module, and how what is live of it differs. */
export interface PlaceDifference extends LiveDifference {
  readonly name: string
}

/** What is mapped of one place in two reports. All figures are 0 where a report doesn't have it. */
export interface MappedDifference {
  readonly before: MappedFigures
  readonly after: MappedFigures
  /** After minus before. That of `residentBytes` may be less by as much as `before.unknownBytes`, and more by as much as `after.unknownBytes`. */
  readonly difference: MappedFigures
}

/** A line, a function or a module, and how what is mapped of it differs. */
export interface MappedPlaceDifference extends MappedDifference {
  readonly name: string
}

/** How what is mapped apart from malloc differs. In each list what grew most, by what is resident, comes first. */
export interface MappingsDifference {
  readonly total: MappedDifference
  readonly lines: readonly MappedPlaceDifference[]
  readonly functions: readonly MappedPlaceDifference[]
  readonly modules: readonly MappedPlaceDifference[]
}

/** Two reports side by side. In each list what grew most comes first. */
export interface TrackingDifference {
  readonly intervalBytes: { readonly before: number; readonly after: number }
  readonly durationMs: { readonly before: number; readonly after: number }
  readonly total: LiveDifference
  readonly lines: readonly PlaceDifference[]
  readonly functions: readonly PlaceDifference[]
  readonly modules: readonly PlaceDifference[]
  readonly packages: readonly PlaceDifference[]
  /** Undefined where a report doesn't say what was mapped. */
  readonly mappings: MappingsDifference | undefined
  readonly limitations: { readonly before: readonly string[]; readonly after: readonly string[] }
}

function diffFigures(before: TrackedFigures | undefined, after: TrackedFigures | undefined): LiveDifference {
  const { liveBytes: beforeBytes, liveBytesError: beforeError, liveBlocks: beforeBlocks } = before ?? nothing
  const { liveBytes: afterBytes, liveBytesError: afterError, liveBlocks: afterBlocks } = after ?? nothing
  return {
    beforeBytes,
    afterBytes,
    differenceBytes: afterBytes - beforeBytes,
    differenceBytesError: Math.hypot(beforeError, afterError),
    beforeBlocks,
    afterBlocks,
  }
}

const nothing = { liveBytes: 0, liveBytesError: 0, liveBlocks: 0 }

/** Places that had nothing live in either report are left out. */
function diffPlaces(before: readonly TrackedPlace[], after: readonly TrackedPlace[]): readonly PlaceDifference[] {
  const earlier = new Map(before.map((place) => [place.name, place]))
  const later = new Map(after.map((place) => [place.name, place]))
  return [...new Set([...later.keys(), ...earlier.keys()])]
    .map((name) => ({ name, ...diffFigures(earlier.get(name), later.get(name)) }))
    .filter(({ beforeBytes, afterBytes }) => beforeBytes > 0 || afterBytes > 0)
    .sort((one, other) => other.differenceBytes - one.differenceBytes || other.afterBytes - one.afterBytes)
}

const nothingMapped: MappedFigures = { mappedBytes: 0, residentBytes: 0, unknownBytes: 0, ranges: 0 }

function mappedFigures({ mappedBytes, residentBytes, unknownBytes, ranges }: MappedFigures): MappedFigures {
  return { mappedBytes, residentBytes, unknownBytes, ranges }
}

function diffMapped(before: MappedFigures = nothingMapped, after: MappedFigures = nothingMapped): MappedDifference {
  const difference = {
    mappedBytes: after.mappedBytes - before.mappedBytes,
    residentBytes: after.residentBytes - before.residentBytes,
    unknownBytes: after.unknownBytes - before.unknownBytes,
    ranges: after.ranges - before.ranges,
  }
  return { before: mappedFigures(before), after: mappedFigures(after), difference }
}

/** By how much a place may have grown: what isn't known to be resident may be. */
function mostGrown({ difference }: MappedDifference): number {
  return difference.residentBytes + difference.unknownBytes
}

function diffMappedPlaces(before: readonly MappedPlace[], after: readonly MappedPlace[]): readonly MappedPlaceDifference[] {
  const earlier = new Map(before.map((place) => [place.name, place]))
  const later = new Map(after.map((place) => [place.name, place]))
  return [...new Set([...later.keys(), ...earlier.keys()])]
    .map((name) => ({ name, ...diffMapped(earlier.get(name), later.get(name)) }))
    .sort((one, other) => mostGrown(other) - mostGrown(one) || other.difference.mappedBytes - one.difference.mappedBytes)
}

function diffMappings(before: MappingPlaces | undefined, after: MappingPlaces | undefined): MappingsDifference | undefined {
  if (before === undefined || after === undefined) return undefined
  return {
    total: diffMapped(before.total, after.total),
    lines: diffMappedPlaces(before.lines, after.lines),
    functions: diffMappedPlaces(before.functions, after.functions),
    modules: diffMappedPlaces(before.modules, after.modules),
  }
}

/** How what is live, and what is mapped, differs between two reports. Places are the same where their names are: a line that moved is another. */
export function diffReports(before: ReadTrackingReport, after: ReadTrackingReport): TrackingDifference {
  return {
    intervalBytes: { before: before.intervalBytes, after: after.intervalBytes },
    durationMs: { before: before.durationMs, after: after.durationMs },
    total: diffFigures(before.total, after.total),
    lines: diffPlaces(before.lines, after.lines),
    functions: diffPlaces(before.functions, after.functions),
    modules: diffPlaces(before.modules, after.modules),
    packages: diffPlaces(before.packages, after.packages),
    mappings: diffMappings(before.mappings, after.mappings),
    limitations: { before: before.limitations, after: after.limitations },
  }
}
