import { FiguresSum } from './make-report.js'
import { LiveSession } from './live-session.js'
import type { LivePlace, LiveView } from './live-session.js'
import type { Moment } from './moments.js'
import { shareNames } from './name-stacks.js'

interface LiveSum {
  readonly figures: FiguresSum
  allocatedBytesPerSecond: number
}

function add(sum: LiveSum, place: Omit<LivePlace, 'name'>): void {
  sum.figures.add(place)
  sum.allocatedBytesPerSecond += place.allocatedBytesPerSecond
}

function emptySum(): LiveSum {
  return { figures: new FiguresSum(), allocatedBytesPerSecond: 0 }
}

function figuresOf({ figures, allocatedBytesPerSecond }: LiveSum): Omit<LivePlace, 'name'> {
  return { ...figures.figures(), allocatedBytesPerSecond }
}

/**
 * The processes of a program that goes on. Each tells of its own moments: what is live in all is the sum of the last one of each process that runs, none of which is
 * older than the time between two. What a process had that has ended is gone with it.
 */
export class LiveTree {
  readonly #shared = shareNames()
  readonly #startMs = performance.now()
  readonly #processes = new Map<number, { readonly session: LiveSession; readonly view: LiveView | undefined }>()

  /** Throws `ERR_ALLOCSCOPE_NO_ADDON`. */
  add(moment: Moment): void {
    const session = this.#processes.get(moment.pid)?.session ?? new LiveSession(this.#shared)
    session.add(moment)
    this.#processes.set(moment.pid, { session, view: session.view() })
  }

  end(pid: number): void {
    this.#processes.delete(pid)
  }

  /** What is live in all processes that run; undefined while none has told. */
  view(): LiveView | undefined {
    const views = [...this.#processes.values()].flatMap(({ view }) => view ?? [])
    const [first] = views
    if (first === undefined) return undefined
    const [total, byLine] = [emptySum(), new Map<string, LiveSum>()]
    for (const view of views) {
      add(total, view.total)
      for (const place of view.lines) {
        const sum = byLine.get(place.name) ?? emptySum()
        byLine.set(place.name, sum)
        add(sum, place)
      }
    }
    const lines = [...byLine].map(([name, sum]): LivePlace => ({ name, ...figuresOf(sum) }))
    return {
      pids: views.flatMap(({ pids }) => pids),
      durationMs: performance.now() - this.#startMs,
      intervalBytes: first.intervalBytes,
      samples: views.reduce((sum, { samples }) => sum + samples, 0),
      mappedBytes: views.reduce((sum, { mappedBytes }) => sum + mappedBytes, 0),
      total: figuresOf(total),
      lines: lines.sort((one, other) => other.liveBytes - one.liveBytes || other.allocatedBytesPerSecond - one.allocatedBytesPerSecond),
    }
  }
}
