import os from 'node:os'

import type { PressureFiles } from '../process/container/pressure-files.js'
import { monotonicMs } from '../process/monotonic-clock.js'
import { FileSource } from '../sampling/file-source.js'
import type { WatchSummary } from '../sampling/index.js'
import type { MemoryPressureEvent, PressureFigures, PressureKind } from './pressure-event.js'
import { PressureJudge } from './pressure-judge.js'
import type { Judgement } from './pressure-judge.js'
import type { PressureSettings } from './pressure-options.js'
import { figuresOf, toReading } from './pressure-reading.js'

/** A watch for memory pressure that runs. Its timer doesn't keep the process alive. */
export interface MemoryPressureWatch {
  readonly supported: true
  /** The thresholds that can't be watched here, each with the reason. */
  readonly unwatched: Partial<Readonly<Record<PressureKind, string>>>
  /** Whether a threshold is crossed and wasn't left yet, as of the last sample that was given out. */
  readonly isPressed: boolean
  /** The last sample that was given out. Undefined before the first. */
  readonly figures: PressureFigures | undefined
  /** The thread's samples and cost, so far or in all. */
  readonly summary: WatchSummary
  /** Ends the thread; the listener isn't called any more. A second call does nothing. */
  stop(): void
  [Symbol.dispose](): void
}

/** What the kernel may charge to a group beforehand, for each processor: 64 pages (`MEMCG_CHARGE_BATCH`) of 4 KiB. */
const batchBytes = 64 * 4096

export class RunningPressureWatch implements MemoryPressureWatch {
  readonly supported = true
  readonly unwatched: MemoryPressureWatch['unwatched']
  readonly #files: PressureFiles
  readonly #settings: PressureSettings
  readonly #listener: (event: MemoryPressureEvent) => void
  readonly #judge: PressureJudge
  readonly #source: FileSource
  readonly #timer: NodeJS.Timeout
  #figures: PressureFigures | undefined
  #summary: WatchSummary | undefined

  constructor(
    files: PressureFiles,
    settings: PressureSettings,
    unwatched: MemoryPressureWatch['unwatched'],
    listener: (event: MemoryPressureEvent) => void,
  ) {
    this.#files = files
    this.#settings = settings
    this.unwatched = unwatched
    this.#listener = listener
    this.#judge = new PressureJudge(settings.thresholds, batchBytes * os.cpus().length)
    this.#source = new FileSource(settings.intervalMs, figuresOf(files))
    this.#timer = setInterval(() => {
      this.#drain()
    }, settings.intervalMs).unref()
  }

  get isPressed(): boolean {
    return this.#judge.isPressed
  }

  get figures(): PressureFigures | undefined {
    return this.#figures
  }

  get summary(): WatchSummary {
    return this.#summary ?? this.#source.summary()
  }

  stop(): void {
    if (this.#summary !== undefined) return
    clearInterval(this.#timer)
    this.#summary = this.#source.summary()
    this.#source.close()
  }

  [Symbol.dispose](): void {
    this.stop()
  }

  /** The listener may stop the watch, or throw: then the rest comes with the next turn. */
  #drain(): void {
    while (this.#summary === undefined) {
      const sample = this.#source.next()
      if (sample === undefined) return
      const judgement = this.#judge.add(toReading(this.#files, sample.timeMs, sample.figures))
      this.#figures = judgement.figures
      this.#tell(judgement, sample.timeMs)
    }
  }

  /** Of two thresholds that one sample crossed, an error of the first's listener doesn't lose the second. */
  #tell({ figures, crossed }: Judgement, seenMs: number): void {
    const [kind, ...others] = crossed
    if (kind === undefined || this.#summary !== undefined) return
    const delayMs = Math.max(0, monotonicMs() - seenMs)
    try {
      this.#listener({ kind, threshold: this.#settings.thresholds[kind] as number, timeMs: Date.now() - delayMs, delayMs, ...figures })
    } finally {
      this.#tell({ figures, crossed: others }, seenMs)
    }
  }
}
