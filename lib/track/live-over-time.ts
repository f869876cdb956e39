import type { NativeTracker } from '../binding/index.js'
import type { KeptMoment } from './moment-log.js'
import { StackNamer } from './name-stacks.js'
import { readStacks } from './raw-stacks.js'
import { StackKeys } from './stack-keys.js'
import type { TrackRecord } from './track-record.js'
import type { TrackedFrame } from './tracking-report.js'

/** What one stack had live at a moment. An estimate, with its standard error. */
export interface LiveAtMoment {
  /** A place in {@link LiveOverTime.momentsMs}. */
  readonly moment: number
  readonly liveBytes: number
  readonly liveBytesError: number
}

/** What one stack had live over time, the innermost frame first. */
export interface StackOverTime {
  readonly frames: readonly TrackedFrame[]
  /** In the order of time. Moments at which it had nothing aren't there. */
  readonly live: readonly LiveAtMoment[]
}

/** What was live at moments while it was tracked. */
export interface LiveOverTime {
  /** Since tracking began. The end isn't one of them: the report tells of it. */
  readonly momentsMs: readonly number[]
  readonly stacks: readonly StackOverTime[]
}

/** What one stack had live at a moment: bytes, and the square of their error. */
interface LiveSum {
  bytes: number
  square: number
}

/** Stacks by their names. A stack's names may change when V8 compiles a function: each moment counts by those that it had then. */
class NamedCourses {
  readonly #courses = new Map<string, { readonly frames: readonly TrackedFrame[]; readonly course: Map<number, LiveSum> }>()
  readonly #keys = new StackKeys()

  add(frames: readonly TrackedFrame[], moment: number, bytes: number, square: number): void {
    const key = this.#keys.keyOf(frames)
    const named = this.#courses.get(key) ?? { frames, course: new Map<number, LiveSum>() }
    this.#courses.set(key, named)
    const sum = named.course.get(moment) ?? { bytes: 0, square: 0 }
    named.course.set(moment, sum)
    sum.bytes += bytes
    sum.square += square
  }

  list(): readonly StackOverTime[] {
    return [...this.#courses.values()].map(({ frames, course }) => ({
      frames,
      live: [...course].map(([moment, { bytes, square }]) => ({ moment, liveBytes: bytes, liveBytesError: Math.sqrt(square) })),
    }))
  }
}

/** What was live when, by the moments that were told of while `record` was made. */
export function findLiveOverTime(record: TrackRecord, kept: readonly KeptMoment[], tracker: NativeTracker): LiveOverTime {
  const stacks = readStacks(record.stacks)
  const namer = new StackNamer(record, stacks.values(), tracker)
  // A moment may come while the session ends.
  const before = kept.filter(({ timeMs }) => timeMs < record.durationMs)
  const courses = new NamedCourses()
  before.forEach(({ live }, moment) => {
    for (const [number, { bytes, squaredError, sequence }] of live) {
      const stack = stacks.get(number)
      courses.add(stack === undefined ? [] : namer.frames(stack, sequence), moment, bytes, squaredError)
    }
  })
  return { momentsMs: before.map(({ timeMs }) => timeMs), stacks: courses.list() }
}
