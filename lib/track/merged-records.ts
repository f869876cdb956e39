import type { NativeTracker } from '../binding/index.js'
import { findStaying } from './live-courses.js'
import type { StayingProcess } from './live-courses.js'
import { addRecord, findLimitations, NamedRecords, reportOfStacks } from './make-report.js'
import type { MomentLog } from './moment-log.js'
import { shareNames } from './name-stacks.js'
import type { TrackRecord } from './track-record.js'
import type { TrackedProcess, TrackedTreeReport } from './tracking-report.js'
import type { BegunProcess } from './tree-files.js'

/** The records of several processes as one report. Of each record only its sums by stack are kept. */
export class MergedRecords {
  readonly #named = new NamedRecords()
  readonly #shared = shareNames()
  readonly #processes: TrackedProcess[] = []
  readonly #limitations: string[] = []
  readonly #staying: StayingProcess[] = []
  #samples = 0

  constructor(
    private readonly tracker: NativeTracker,
    private readonly intervalBytes: number,
  ) {}

  /** How many processes told what they allocated. */
  get records(): number {
    return this.#processes.filter(({ figures }) => figures !== undefined).length
  }

  /** With what stays, where moments were logged. */
  add(begun: BegunProcess, record: TrackRecord, log?: MomentLog): void {
    const figures = addRecord(record, this.#named, this.tracker, this.#shared)
    this.#processes.push({ ...begun, durationMs: record.durationMs, figures, reason: undefined })
    this.#samples += record.figures.samples
    if (log !== undefined) this.#staying.push({ pid: begun.pid, ...findStaying(record, log.kept, this.tracker, this.#shared) })
    this.#limitations.push(...findLimitations(record).map((limitation) => `process ${begun.pid}: ${limitation}`))
  }

  addUntold(begun: BegunProcess, reason: string): void {
    this.#processes.push({ ...begun, durationMs: undefined, figures: undefined, reason })
  }

  /** By process, in the order of their ends. */
  get staying(): readonly StayingProcess[] {
    return this.#staying
  }

  report(durationMs: number): TrackedTreeReport {
    const figures = {
      intervalBytes: this.intervalBytes,
      samples: this.#samples,
      unrecorded: 0,
      missedFrees: 0,
      lostMappings: 0,
      lostCodeEvents: 0,
    }
    const live = ({ figures: own }: TrackedProcess): number => own?.liveBytes ?? -1
    const processes = this.#processes.toSorted((one, other) => live(other) - live(one) || one.pid - other.pid)
    const { stacks, mappings } = this.#named
    return { ...reportOfStacks(stacks.list(), { figures, durationMs }, this.#limitations, mappings.report()), processes }
  }
}
