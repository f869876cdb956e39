import { setImmediate as nextTurn } from 'node:timers/promises'

import { getRss } from '../process/index.js'
import { streamUploads } from './buffer-phase.js'
import type { Advance, DemoProgress, DemoProgressListener } from './demo-progress.js'
import { collectEverything } from './full-collection.js'
import { archiveDocuments } from './gzip-phase.js'
import { exchangeJson } from './json-phase.js'
import { emptyState } from './service-state.js'
import type { ServiceState } from './service-state.js'
import { runWorkers } from './worker-phase.js'

/** A phase of the workload that has been done. */
export interface DemoPhase {
  readonly name: string
  readonly durationMs: number
  /** RSS when it was done. */
  readonly rssBytes: number
}

/** What a demo saw; `Reading` is what the caller took of the process at each moment. */
export interface DemoRun<Reading> {
  /** Before any work. */
  readonly baseline: Reading
  /** With everything held: documents, uploads, archive, and the threads' own work. */
  readonly peak: Reading
  /** After everything was dropped, the threads ended, a full collection, and RSS had come to rest. */
  readonly after: Reading
  readonly phases: readonly DemoPhase[]
  readonly durationMs: number
}

type Work = (state: ServiceState, advance: Advance) => Promise<void>

const workload: readonly (readonly [name: string, work: Work])[] = [
  ['Parse and serialise large JSON', exchangeJson],
  ['Fill and drop many Buffers', streamUploads],
  ['gzip on the thread pool', archiveDocuments],
  ['Run 8 worker threads', runWorkers],
]

async function dropEverything(state: ServiceState, advance: Advance): Promise<void> {
  const { workers } = state
  Object.assign(state, emptyState())
  await Promise.all(workers.map((worker) => worker.terminate()))
  let looks = 0
  await collectEverything(() => void advance(1 - 1 / (looks += 1)))
}

class Stage {
  readonly phases: DemoPhase[] = []
  private readonly state = emptyState()

  constructor(private readonly listener: DemoProgressListener) {}

  async perform(name: string, work: Work): Promise<void> {
    const startMs = performance.now()
    const progress = (fraction: number): DemoProgress => ({
      phase: name,
      fraction,
      phaseMs: performance.now() - startMs,
      rssBytes: getRss(),
    })
    await work(this.state, async (fraction) => {
      this.listener.advanced(progress(fraction))
      await nextTurn()
    })
    const done = progress(1)
    this.phases.push({ name, durationMs: done.phaseMs, rssBytes: done.rssBytes })
    this.listener.finished(done)
  }
}

/**
 * Does in this process what services do, then drops everything: about 10 seconds of work on two slow cores and less than 1.5 GB.
 *
 * @param takeReading - called three times: before, with everything held, and after.
 */
export async function runDemo<Reading>(takeReading: () => Reading, listener: DemoProgressListener): Promise<DemoRun<Reading>> {
  const startMs = performance.now()
  const baseline = takeReading()
  const stage = new Stage(listener)
  for (const [name, work] of workload) await stage.perform(name, work)
  const peak = takeReading()
  await stage.perform('Drop everything and collect', dropEverything)
  return { baseline, peak, after: takeReading(), phases: stage.phases, durationMs: performance.now() - startMs }
}
