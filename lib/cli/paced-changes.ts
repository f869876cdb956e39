import type { WatchEvent } from '../watch/index.js'

type ChangeEvent = Extract<WatchEvent, { readonly kind: 'growth' | 'shrink' }>

/** A figure that has changed gets no second line within this time, milliseconds, unless it has doubled. */
const pauseMs = 1000

/** What was said last of one figure, and what has happened since. */
interface Told {
  readonly timeMs: number
  readonly bytes: number
  readonly untold: ChangeEvent | undefined
}

function isChange(event: WatchEvent): event is ChangeEvent {
  return event.kind === 'growth' || event.kind === 'shrink'
}

/** Both as one change; undefined when they cancel each other out. */
function joined(first: ChangeEvent | undefined, second: ChangeEvent): ChangeEvent | undefined {
  if (first === undefined) return second
  const { fromBytes, fromTimeMs } = first
  if (second.toBytes === fromBytes) return undefined
  return { ...second, kind: second.toBytes > fromBytes ? 'growth' : 'shrink', fromBytes, fromTimeMs }
}

/**
 * Has a figure's changes told at most once a second and once a doubling. Those in between are joined to one, so that what is told of a figure has no
 * gaps.
 */
export class PacedChanges {
  readonly #told = new Map<string, Told>()

  /** The event that is to be told now, if any. Events that aren't changes are told at once. */
  take(event: WatchEvent): WatchEvent | undefined {
    if (!isChange(event)) return event
    const key = `${event.subject} ${event.arena ?? ''}`
    const told = this.#told.get(key)
    const change = joined(told?.untold, event)
    const isDue = told === undefined || event.timeMs - told.timeMs >= pauseMs || event.toBytes >= told.bytes * 2
    if (told !== undefined && (!isDue || change === undefined)) {
      this.#told.set(key, { ...told, untold: change })
      return undefined
    }
    this.#told.set(key, { timeMs: event.timeMs, bytes: event.toBytes, untold: undefined })
    return change
  }

  /** The changes that have waited long enough by `timeMs`. */
  due(timeMs: number): readonly WatchEvent[] {
    return [...this.#told].flatMap(([key, { timeMs: toldMs, untold }]) => {
      if (untold === undefined || timeMs - toldMs < pauseMs) return []
      this.#told.set(key, { timeMs, bytes: untold.toBytes, untold: undefined })
      return [untold]
    })
  }
}
