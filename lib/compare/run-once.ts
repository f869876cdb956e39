import type { ProgramEnding } from '../program/index.js'
import type { ComparedRun, FailedRun, RunFigures } from './comparison.js'
import { driveProgram } from './driver.js'
import type { Drive, DrivenWork } from './driver.js'
import { watchProcess } from './outside-watch.js'
import type { Sightings } from './outside-watch.js'
import type { RunSetting } from './run-setting.js'
import { environmentOf } from './setting-environment.js'
import { startRun } from './started-run.js'
import type { ProgramCall, StartedRun } from './started-run.js'
import { compareVariable, openRecord, sharedClockMs } from './work-record.js'
import type { RecordReader, WorkRecord } from './work-record.js'

/** One run, as it is to be made. */
export interface RunPlan {
  readonly setting: RunSetting
  /** The allocator's, to be preloaded. */
  readonly library: string | undefined
  readonly call: ProgramCall
  readonly drive: Drive | undefined
  /** So long a program waits after its work before RSS is read. */
  readonly settleMs: number
  readonly round: number
}

/** How a run ended: with figures, or with the reason why it has none. */
export type RunResult = ComparedRun | FailedRun

interface Ended {
  readonly ending: ProgramEnding
  readonly driven: DrivenWork | undefined
  readonly startMs: number
  readonly sightings: Sightings
  readonly record: WorkRecord
}

function reasonOf({ ending, driven }: Ended, lastWords: string): string | undefined {
  if (driven !== undefined) return driven.failure
  if (ending.exitCode === 0) return undefined
  const how = ending.signal === undefined ? `exit code ${ending.exitCode ?? 0}` : `ended by ${ending.signal}`
  return lastWords === '' ? how : `${how}: ${lastWords}`
}

function figuresOf({ driven, startMs, sightings, record }: Ended): RunFigures {
  const { worked, released } = record
  return {
    peakRssBytes: worked?.peakRssBytes ?? sightings.peakRssBytes,
    releasedRssBytes: released?.rssBytes,
    wallMs: driven === undefined ? worked && worked.atMs - startMs : driven.wallMs,
    cpuMs: worked && worked.userMs + worked.systemMs,
    userMs: worked?.userMs,
    systemMs: worked?.systemMs,
    minorFaults: worked?.minorFaults,
    majorFaults: worked?.majorFaults,
    threadsAtPeak: sightings.threadsAtPeak,
    mostThreads: sightings.mostThreads,
  }
}

function notesOf({ record: { worked, released, allocator } }: Ended): readonly string[] {
  if (worked === undefined)
    return ['it left without its exit event, or may not read files: only the peak as last seen from outside is known']
  if (released === undefined) return ['it ended before RSS after release was read']
  const { isStill, workers } = released
  const threads = workers === 1 ? 'a worker thread' : `${workers} worker threads`
  return [
    ...(isStill ? [] : ['RSS after release still moved after 3 s']),
    ...(workers === 0 ? [] : [`RSS after release includes the garbage of ${threads}: only a thread itself can collect it`]),
    ...(allocator === undefined ? ['which allocator served malloc is not known'] : []),
  ]
}

function describe(plan: RunPlan, ended: Ended, lastWords: string): RunResult {
  const { round } = plan
  const reason = reasonOf(ended, lastWords)
  if (reason !== undefined) return { round, reason }
  const { allocator } = ended.record
  const live = allocator && { name: allocator.name, version: allocator.version ?? undefined }
  return { round, figures: figuresOf(ended), allocator: live, notes: notesOf(ended) }
}

async function awaitEnd(
  run: StartedRun,
  { drive, settleMs }: RunPlan,
  record: RecordReader,
  signal: AbortSignal,
): Promise<DrivenWork | undefined> {
  const end = (): void => {
    run.end()
  }
  signal.addEventListener('abort', end, { once: true })
  if (signal.aborted) end()
  try {
    const driven = drive === undefined || run.pid === 0 ? undefined : await driveProgram(run, { ...drive, settleMs }, record, signal)
    if (drive !== undefined && !run.hasEnded()) run.end()
    await run.ended
    return driven
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Runs the program once. Throws `ERR_ALLOCSCOPE_PROGRAM` when it can't be started at all. */
export async function runOnce(plan: RunPlan, signal: AbortSignal): Promise<RunResult> {
  const { setting, library, call } = plan
  const record = openRecord(plan.settleMs)
  try {
    const environment = { ...environmentOf(setting, library, process.env), [compareVariable]: record.address }
    const startMs = sharedClockMs()
    const run = startRun(setting.node?.file ?? process.execPath, call, environment)
    const watching = watchProcess(run.pid)
    try {
      const driven = await awaitEnd(run, plan, record, signal)
      const ended = { ending: await run.ended, driven, startMs, sightings: watching.seen(), record: record.read() }
      return describe(plan, ended, run.output.lastWords)
    } finally {
      watching.stop()
    }
  } finally {
    record.close()
  }
}
