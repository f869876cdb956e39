import { setImmediate as nextTurn } from 'node:timers/promises'

import { getRss } from '../process/index.js'
import { checkRelease } from '../release/index.js'
import type { ReleaseCheck } from '../release/index.js'
import { streamUploads } from './buffer-phase.js'
import type { Advance, DemoProgress, DemoProgressListener } from './demo-progress.js'
import { archiveDocuments } from './gzip-phase.js'
import { exchangeJson } from './json-phase.js'
import { emptyState } from './service-state.js'
import type { ServiceState } from './service-state.js'
import { runWorkers } from './worker-phase.js'

/** A completed phase of the workload. */
export interface DemoPhase {
  readonly name: string
  readonly durationMs: number
  /** RSS when it was done. */
  readonly rssBytes: number
}

/** The results of a demo. `Reading` is what the caller reads of the process at each moment. */
export interface DemoRun<Reading> {
  /** Before any work. */
  readonly baseline: Reading
  /** With everything held: documents, uploads, archive, and the threads' own work. */
  readonly peak: Reading
  /** After everything was dropped, the threads had ended, everything was collected and RSS stood still. */
  readonly after: Reading
  readonly phases: readonly DemoPhase[]
  /** The result of {@link checkRelease} for the whole workload, run once without a warm-up, and dropped. */
  readonly check: ReleaseCheck
  readonly durationMs: number
}

type Work = (state: ServiceState, advance: Advance) => Promise<void>

const workload: readonly (readonly [name: string, work: Work])[] = [
  ['Parse and serialise large JSON', exchangeJson],
  ['Fill and drop many Buffers', streamUploads],
  ['gzip on the thread pool', archiveDocuments],
  ['Run 8 worker threads', runWorkers],
]

async function dropEverything(state: ServiceState): Promise<void> {
  const { workers } = state
  Object.assign(state, emptyState())
  await Promise.all(workers.map((worker) => worker.terminate()))
}

const longestSettleMs = 4000

const collecting = 'Collect, settle, try a purge'

class Stage {
  readonly phases: DemoPhase[] = []
  private readonly state = emptyState()

  constructor(private readonly listener: DemoProgressListener) {}

  async perform(name: string, work: Work): Promise<void> {
    const end = this.begin(name)
    await work(this.state, async (fraction) => {
      this.listener.advanced(end.progress(fraction))
      await nextTurn()
    })
    end.finish()
  }

  /** For a phase that the caller performs. */
  begin(name: string): { progress(fraction: number): DemoProgress; finish(): void } {
    const startMs = performance.now()
    const progress = (fraction: number): DemoProgress => ({
      phase: name,
      fraction,
      phaseMs: performance.now() - startMs,
      rssBytes: getRss(),
    })
    this.listener.advanced(progress(0))
    return {
      progress,
      finish: () => {
        const done = progress(1)
        this.phases.push({ name, durationMs: done.phaseMs, rssBytes: done.rssBytes })
        this.listener.finished(done)
      },
    }
  }
}

/**
 * Does the work of a typical service in this process, then drops everything. Takes about 10 seconds on two slow cores and less than 1.5 GB.
 *
 * @param takeReading - called three times: before, with everything held, and after.
 */
export async function runDemo<Reading>(takeReading: () => Reading, listener: DemoProgressListener): Promise<DemoRun<Reading>> {
  const startMs = performance.now()
  const baseline = takeReading()
  const stage = new Stage(listener)
  let peak = baseline
  let settling: ReturnType<Stage['begin']> | undefined
  const everything = async (): Promise<void> => {
    for (const [name, work] of workload) await stage.perform(name, work)
    peak = takeReading()
    await stage.perform('Drop everything', dropEverything)
  }
  const check = await checkRelease(everything, {
    warmup: 0,
    runs: 1,
    settleMs: longestSettleMs,
    onProgress: ({ phase }) => {
      if (phase === 'settling') settling = stage.begin(collecting)
    },
  })
  settling?.finish()
  return { baseline, peak, after: takeReading(), phases: stage.phases, check, durationMs: performance.now() - startMs }
}
