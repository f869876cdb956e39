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
  const timed = collections.filter(({ durationMs }) => !Number.isNaN(durationMs))
  const number = collections.reduce((sum, { count }) => sum + count, 0)
  const words = number === 1 ? '1 collection' : `${formatCount(number)} collections`
  if (timed.length === 0) return words
  // Of those that are told as a sum the longest is at least their mean.
  const longest = timed.reduce((most, { durationMs, count }) => Math.max(most, durationMs / count), 0)
  return `${words}, ${formatDuration(timed.reduce((sum, { durationMs }) => sum + durationMs, 0))} in all, the longest ${formatDuration(longest)}`
}
