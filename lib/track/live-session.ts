import { requireTracker } from '../binding/load-tracker.js'
import { FiguresSum, limitationsOf, NamedStacks, reportOfStacks } from './make-report.js'
import { readStackMoments } from './moments.js'
import type { Moment, StackMoment } from './moments.js'
import { shareNames, StackNamer } from './name-stacks.js'
import type { SharedNames } from './name-stacks.js'
import { lineName } from './places.js'
import { readStacks } from './raw-stacks.js'
import type { RawStack } from './raw-stacks.js'
import type { TrackedFigures, TrackedFrame, TrackedPlace, TrackingReport } from './tracking-report.js'

/** A place as it is now. */
export interface LivePlace extends TrackedPlace {
  /** Over the last second, or since tracking began. */
  readonly allocatedBytesPerSecond: number
}

/** What is live now. */
export interface LiveView {
  readonly pids: readonly number[]
  readonly durationMs: number
  readonly intervalBytes: number
  readonly samples: number
  /** Address space that is mapped apart from malloc. */
  readonly mappedBytes: number
  readonly total: TrackedFigures & { readonly allocatedBytesPerSecond: number }
  /** By JavaScript line, as in the report: the most live bytes first. */
  readonly lines: readonly LivePlace[]
}

/** What had been allocated at a moment, by line. */
interface Allocated {
  readonly durationMs: number
  readonly bytes: ReadonlyMap<string, number>
}

/** Rates are over at least so long, where there was so much time: moments come a little early or late. */
const rateMs = 900

function addRow(sum: FiguresSum, row: StackMoment): void {
  sum.add({ ...row, liveBytesError: Math.sqrt(row.squaredError) })
}

/** A session that goes on, as the program's moments tell of it. Stacks get their names here, once, when they are first told of. */
export class LiveSession {
  readonly #stacks = new Map<number, RawStack>()
  readonly #lines = new Map<number, string>()
  #namer: StackNamer | undefined
  #last: Moment | undefined
  #earlier: Allocated[] = [{ durationMs: 0, bytes: new Map() }]

  /** Processes of one program share what is read of their files. */
  constructor(private readonly shared: SharedNames = shareNames()) {}

  /** Throws `ERR_ALLOCSCOPE_NO_ADDON`. */
  add(moment: Moment): void {
    const told = readStacks(moment.stacks)
    for (const [number, stack] of told) this.#stacks.set(number, stack)
    if (this.#namer === undefined) this.#namer = new StackNamer(moment, told.values(), requireTracker(), this.shared)
    else this.#namer.add(moment, told.values())
    this.#last = moment
  }

  /** What is live at the last moment; undefined before the first. Its rates are since the view before, if that was a second ago. */
  view(): LiveView | undefined {
    const moment = this.#last
    if (moment === undefined) return undefined
    const sums = new Map<string, FiguresSum>()
    const total = new FiguresSum()
    for (const row of readStackMoments(moment)) {
      const line = this.#lineOf(row)
      const sum = sums.get(line) ?? new FiguresSum()
      sums.set(line, sum)
      addRow(sum, row)
      addRow(total, row)
    }
    const since = this.#since(moment.durationMs, sums)
    const seconds = Math.max(1, moment.durationMs - since.durationMs) / 1000
    const lines = [...sums].map(([name, sum]): LivePlace => {
      const allocatedBytesPerSecond = (sum.allocatedBytes - (since.bytes.get(name) ?? 0)) / seconds
      return { name, ...sum.figures(), allocatedBytesPerSecond }
    })
    return {
      pids: [moment.pid],
      durationMs: moment.durationMs,
      intervalBytes: moment.figures.intervalBytes,
      samples: moment.figures.samples,
      mappedBytes: moment.mappedBytes,
      total: { ...total.figures(), allocatedBytesPerSecond: lines.reduce((sum, place) => sum + place.allocatedBytesPerSecond, 0) },
      lines: lines.sort((one, other) => other.liveBytes - one.liveBytes || other.allocatedBytesPerSecond - one.allocatedBytesPerSecond),
    }
  }

  /** The report as of the last moment, for a program that tells nothing at its end; undefined when there was none. */
  lastReport(): TrackingReport | undefined {
    const moment = this.#last
    if (moment === undefined) return undefined
    const named = new NamedStacks()
    const rows = readStackMoments(moment)
    for (const row of rows) addRow(named.sumFor(this.#framesOf(row)), row)
    const liveSamples = rows.reduce((sum, row) => sum + row.liveSamples, 0)
    const ended = 'the program told nothing at its end, as one that SIGKILL ends: this is as of the last moment of which it told'
    return reportOfStacks(named.list(), moment, [ended, ...limitationsOf(moment.figures, liveSamples)])
  }

  #framesOf({ stack, sequence }: StackMoment): readonly TrackedFrame[] {
    const raw = this.#stacks.get(stack)
    return raw === undefined || this.#namer === undefined ? [] : this.#namer.frames(raw, sequence)
  }

  #lineOf(row: StackMoment): string {
    const line = this.#lines.get(row.stack) ?? lineName(this.#framesOf(row))
    this.#lines.set(row.stack, line)
    return line
  }

  /** What had been allocated a second ago. Remembers what is now. */
  #since(durationMs: number, sums: ReadonlyMap<string, FiguresSum>): Allocated {
    const isOld = (allocated: Allocated): boolean => durationMs - allocated.durationMs >= rateMs
    while (this.#earlier.length > 1 && isOld(this.#earlier[1] as Allocated)) this.#earlier.shift()
    const [since] = this.#earlier as [Allocated]
    this.#earlier.push({ durationMs, bytes: new Map([...sums].map(([name, { allocatedBytes }]) => [name, allocatedBytes])) })
    return since
  }
}
