import type { ReadTrackingReport } from './read-report.js'
import type { TrackedFigures, TrackedPlace } from './tracking-report.js'

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

/** Two reports side by side. In each list what grew most comes first. */
export interface TrackingDifference {
  readonly intervalBytes: { readonly before: number; readonly after: number }
  readonly durationMs: { readonly before: number; readonly after: number }
  readonly total: LiveDifference
  readonly lines: readonly PlaceDifference[]
  readonly functions: readonly PlaceDifference[]
  readonly modules: readonly PlaceDifference[]
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

/** How what is live differs between two reports. Places are the same where their names are: a line that moved is another. */
export function diffReports(before: ReadTrackingReport, after: ReadTrackingReport): TrackingDifference {
  return {
    intervalBytes: { before: before.intervalBytes, after: after.intervalBytes },
    durationMs: { before: before.durationMs, after: after.durationMs },
    total: diffFigures(before.total, after.total),
    lines: diffPlaces(before.lines, after.lines),
    functions: diffPlaces(before.functions, after.functions),
    modules: diffPlaces(before.modules, after.modules),
    limitations: { before: before.limitations, after: after.limitations },
  }
}
