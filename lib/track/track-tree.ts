import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import { requireTracker } from '../binding/load-tracker.js'
import { AllocscopeError, isAllocscopeError } from '../errors/index.js'
import { prepareProgram, requireLinux, requirePreloads } from '../program/index.js'
import type { ProgramEnding } from '../program/index.js'
import type { StayingProcess } from './live-courses.js'
import { MergedRecords } from './merged-records.js'
import type { MomentLog } from './moment-log.js'
import { followMomentsOf } from './moments.js'
import { flagsFor, preloadFlags } from './track-program.js'
import type { FollowedMoments, TrackProgramOptions } from './track-program.js'
import { readWritten, trackVariable } from './track-channel.js'
import type { TrackRequest } from './track-channel.js'
import { isEmpty, makeTreeFolder, momentsFilesIn, processesIn } from './tree-files.js'
import type { ProcessInFolder } from './tree-files.js'
import type { TrackedTreeReport } from './tracking-report.js'

/** How often is looked which processes have ended. */
const lookMs = 250
/** How long processes that outlive the program are waited for: those that end with it take a moment to write. */
const patienceMs = 2000
const stragglerMs = 20

/** How a program ended that was tracked with all that it started. */
export interface TrackedTree extends ProgramEnding {
  readonly pid: number
  /** Throws `ERR_ALLOCSCOPE_TRACK_RECORD` where no process told anything. */
  report(): TrackedTreeReport
  /** What stays of each process that told it, where logs were kept. */
  readonly staying: readonly StayingProcess[]
}

/** Moments of all processes, each of which says whose it is. */
export interface FollowedTree extends FollowedMoments {
  /** The log of a process, where one is kept. */
  readonly logOf: (pid: number) => MomentLog | undefined
  /** No more of them come of this process. */
  readonly onEnded: (pid: number) => void
}

/** Options of {@link trackTree}. */
export interface TrackTreeOptions extends Omit<TrackProgramOptions, 'moments'> {
  readonly moments?: FollowedTree | undefined
}

/** Takes the records of processes as they end, one after the other. */
class TreeReader {
  readonly merged: MergedRecords

  constructor(
    readonly folder: string,
    intervalBytes: number,
    private readonly moments: FollowedTree | undefined,
  ) {
    this.merged = new MergedRecords(requireTracker(), intervalBytes)
  }

  /** Takes those that have ended or written. */
  look(): void {
    for (const one of processesIn(this.folder)) if (one.isWhole || !one.isRunning) this.#take(one)
  }

  /** Waits a moment for those that still run, and then does without. */
  async finish(): Promise<void> {
    const endMs = performance.now() + patienceMs
    this.look()
    while (!isEmpty(this.folder) && performance.now() < endMs) {
      await sleep(stragglerMs)
      this.look()
    }
    for (const { begun, take } of processesIn(this.folder)) {
      take()
      this.merged.addUntold(begun, 'it runs on after the program')
    }
  }

  #take({ begun, take }: ProcessInFolder): void {
    const bytes = take()
    const log = this.moments?.logOf(begun.pid)
    this.moments?.onEnded(begun.pid)
    try {
      this.merged.add(begun, readWritten(bytes), log)
    } catch (error) {
      if (!isAllocscopeError(error)) throw error
      const why =
        error.code === 'ERR_ALLOCSCOPE_TRACK_RECORD' && bytes.length === 0
          ? 'it ended without its exit event, as by SIGKILL'
          : error.message
      this.merged.addUntold(begun, why)
    }
  }
}

/**
 * As {@link trackProgram}, with all Node programs that it starts, and those that they start: their environment has the preload. Each writes its record when it ends,
 * and is read then, so that however many there are only sums are kept.
 *
 * @throws AllocscopeError as {@link trackProgram}, and `ERR_ALLOCSCOPE_NO_ADDON`.
 */
export async function trackTree(
  program: string,
  programArguments: readonly string[],
  { allocator, nodeOptions, intervalBytes, exact, moments }: TrackTreeOptions,
): Promise<TrackedTree> {
  requirePreloads()
  requireLinux('tracking a program')
  const found = prepareProgram(program, programArguments, { allocator, nodeFlags: [...preloadFlags, ...nodeOptions] })
  const folder = makeTreeFolder()
  const stopFollowing = moments && followMomentsOf(() => momentsFilesIn(folder), moments.onMoment)
  try {
    const reader = new TreeReader(folder, intervalBytes, moments)
    const told = moments && { moments: { ...moments.pace, file: '' } }
    const request: TrackRequest = { file: '', folder, intervalBytes, v8Flags: flagsFor(exact), ...told }
    const startMs = performance.now()
    const { pid, ended } = found.start({ [trackVariable]: JSON.stringify(request) })
    const timer = setInterval(() => {
      reader.look()
    }, lookMs)
    const ending = await ended.finally(() => {
      clearInterval(timer)
    })
    const durationMs = performance.now() - startMs
    await reader.finish()
    return { pid, ...ending, report: () => reportOf(reader.merged, durationMs), staying: reader.merged.staying }
  } finally {
    stopFollowing?.()
    rmSync(folder, { recursive: true, force: true })
  }
}

function reportOf(merged: MergedRecords, durationMs: number): TrackedTreeReport {
  const report = merged.report(durationMs)
  if (merged.records > 0) return report
  const reasons = report.processes.map(({ pid, reason }) => `process ${pid}: ${reason}`)
  const why = reasons.length === 0 ? 'no process of it began to be tracked' : reasons.slice(0, 3).join('; ')
  throw new AllocscopeError('ERR_ALLOCSCOPE_TRACK_RECORD', `nothing is known of the program's allocations: ${why}`)
}
