import { courseOf } from '../process-course.js'
import type { CourseOwner, ProcessCourse } from '../process-course.js'
import type { Recording } from '../recording.js'
import { indexAt } from './rss-series.js'

/** What one owner has at a moment. */
export interface OwnerBytes {
  readonly owner: CourseOwner
  readonly bytes: number
}

/** Owners whose figures are older than this aren't those of the moment. At an interval of more than a tenth of it, ten intervals. */
const stalestMs = 1000

/** Shares a process's RSS out at any moment, from the samples that tell owners. */
export class OwnersOverTime {
  readonly #course: ProcessCourse | undefined
  readonly #stalestMs: number

  constructor(recording: Recording, process: number) {
    this.#course = courseOf(recording, process)
    this.#stalestMs = Math.max(stalestMs, 10 * recording.start.intervalMs)
  }

  /**
   * The owners of `rssBytes` at `moment`, which they add up to: what the sample that tells owners doesn't have of it is the last owner's, which has what
   * nobody else has. Empty when no such sample is near.
   */
  at(moment: number, rssBytes: number): readonly OwnerBytes[] {
    const course = this.#course
    if (course === undefined) return []
    const index = Math.max(0, indexAt(course.timeMs, moment))
    if (Math.abs((course.timeMs[index] as number) - moment) > this.#stalestMs) return []
    let left = rssBytes
    return course.owners.map(({ owner, bytes }, place) => {
      const isLast = place === course.owners.length - 1
      const share = isLast ? left : Math.min(left, bytes[index] as number)
      left -= share
      return { owner, bytes: share }
    })
  }
}

/** The sums of each owner, in the order in which owners first stand. */
export function addOwners(all: readonly (readonly OwnerBytes[])[]): readonly OwnerBytes[] {
  const sums = new Map<CourseOwner, number>()
  all.flat().forEach(({ owner, bytes }) => {
    sums.set(owner, (sums.get(owner) ?? 0) + bytes)
  })
  return Array.from(sums, ([owner, bytes]) => ({ owner, bytes }))
}
