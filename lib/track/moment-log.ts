import { readStackMoments } from './moments.js'
import type { Moment } from './moments.js'

/** What one stack had live at a kept moment. */
export interface LiveOfStack {
  /** The number of code events at its last block by then. */
  readonly sequence: number
  readonly bytes: number
  readonly squaredError: number
}

/** A moment of which what was live is kept. */
export interface KeptMoment {
  readonly moment: number
  readonly timeMs: number
  /** Address space that was mapped apart from malloc. */
  readonly mappedBytes: number
  /** By the numbers of stacks. Those with nothing live aren't there. */
  readonly live: ReadonlyMap<number, LiveOfStack>
}

/** More would show no more. */
const mostKept = 64

/** Moments of a whole session, however long it is: as many as are kept are as evenly apart as those that came allow. */
export class MomentLog {
  readonly #kept: KeptMoment[] = []

  add(moment: Moment): void {
    const live = new Map<number, LiveOfStack>()
    for (const { stack, sequence, liveBytes: bytes, squaredError } of readStackMoments(moment))
      if (bytes > 0) live.set(stack, { sequence, bytes, squaredError })
    const { moment: number, durationMs: timeMs, mappedBytes } = moment
    this.#kept.push({ moment: number, timeMs, mappedBytes, live })
    if (this.#kept.length > mostKept) this.#kept.splice(this.#nearest(), 1)
  }

  /** In the order of time. */
  get kept(): readonly KeptMoment[] {
    return this.#kept
  }

  /** The place of the one whose neighbours are nearest to each other. */
  #nearest(): number {
    const gap = (place: number): number => (this.#kept[place + 1] as KeptMoment).timeMs - (this.#kept[place - 1] as KeptMoment).timeMs
    let nearest = 1
    for (let place = 2; place < this.#kept.length - 1; place++) if (gap(place) < gap(nearest)) nearest = place
    return nearest
  }
}
