import type { CourseOwner, ProcessCourse } from '../../record/index.js'
import { formatDuration } from '../duration-format.js'
import { formatCount } from '../../figures/index.js'
import type { PlotCollection, PlotLine } from './plot-model.js'

/** A row of the table under a picture. */
export interface FigureOfCourse {
  /** Undefined for the sum: RSS. */
  readonly owner: CourseOwner | undefined
  readonly startBytes: number
  /** At the moment of the highest RSS. */
  readonly peakBytes: number
  readonly endBytes: number
  /** The owner's own highest. */
  readonly highestBytes: number
}

/** The place of the highest value, the first of several. */
export function highestPlace(values: Float64Array): number {
  let highest = 0
  values.forEach((value, place) => {
    if (value > (values[highest] as number)) highest = place
  })
  return highest
}

/** The owners from the top of the stack down, and their sum. */
export function figuresOf({ rssBytes, owners }: ProcessCourse): readonly FigureOfCourse[] {
  const peak = highestPlace(rssBytes)
  const of = (owner: CourseOwner | undefined, bytes: Float64Array): FigureOfCourse => ({
    owner,
    startBytes: bytes[0] as number,
    peakBytes: bytes[peak] as number,
    endBytes: bytes.at(-1) as number,
    highestBytes: bytes[highestPlace(bytes)] as number,
  })
  return [...owners.map(({ owner, bytes }) => of(owner, bytes)).reverse(), of(undefined, rssBytes)]
}

export function figuresOfLine({ bytes }: PlotLine): Pick<FigureOfCourse, 'startBytes' | 'peakBytes' | 'endBytes'> {
  return { startBytes: bytes[0] as number, peakBytes: bytes[highestPlace(bytes)] as number, endBytes: bytes.at(-1) as number }
}

/** `1,204 collections, 1.4 s in all, the longest 31 ms`. Empty when there was none. */
export function describeCollections(collections: readonly PlotCollection[]): string {
  if (collections.length === 0) return ''
  const durations = collections.map(({ durationMs }) => durationMs).filter((duration) => !Number.isNaN(duration))
  const count = collections.length === 1 ? '1 collection' : `${formatCount(collections.length)} collections`
  if (durations.length === 0) return count
  const longest = durations.reduce((most, duration) => Math.max(most, duration), 0)
  return `${count}, ${formatDuration(durations.reduce((sum, duration) => sum + duration, 0))} in all, the longest ${formatDuration(longest)}`
}
