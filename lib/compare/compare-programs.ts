import { availableParallelism } from 'node:os'
import { statSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError, invalidArgumentValue, isAllocscopeError } from '../errors/index.js'
import { findProgram } from '../program/index.js'
import { comparedFigures } from './comparison.js'
import type { ComparedRun, ComparedSetting, Comparison, FailedRun } from './comparison.js'
import { describeNotes } from './comparison-notes.js'
import type { Drive } from './driver.js'
import { comparable, judge, level, spreadOf, valuesOf } from './judge.js'
import { runsNeeded } from './rank-test.js'
import { runOnce } from './run-once.js'
import type { RunResult } from './run-once.js'
import type { RunSetting } from './run-setting.js'
import { libraryOf } from './setting-environment.js'

/** What is compared, and how often. */
export interface CompareOptions {
  readonly settings: readonly RunSetting[]
  /** Runs under each setting. */
  readonly runs: number
  readonly drive: Drive | undefined
  /** So long a program waits after its work, before RSS after release is read. */
  readonly settleMs: number
  /** Flags for node itself. */
  readonly nodeOptions: readonly string[]
  /** Ends the comparison: what ran by then is compared. */
  readonly signal: AbortSignal
  /** Called before each run. */
  readonly onRun: (progress: CompareProgress) => void
}

/** Which run begins. */
export interface CompareProgress {
  readonly label: string
  readonly done: number
  readonly total: number
}

interface Row {
  readonly setting: RunSetting
  readonly library: string | undefined
  readonly missing: string | undefined
  readonly results: RunResult[]
}

function prepareRow(setting: RunSetting): Row {
  try {
    return { setting, library: libraryOf(setting), missing: undefined, results: [] }
  } catch (error) {
    if (!isAllocscopeError(error) || error.code !== 'ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND') throw error
    return { setting, library: undefined, missing: error.message, results: [] }
  }
}

function findDriver({ script }: Drive): void {
  const file = path.resolve(script)
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true) return
  throw new AllocscopeError('ERR_ALLOCSCOPE_PROGRAM', `there is no driver '${script}' (${file})`)
}

function describeRow({ setting, missing, results }: Row): ComparedSetting {
  const runs = results.filter((result): result is ComparedRun => 'figures' in result)
  const failures = results.filter((result): result is FailedRun => 'reason' in result)
  const spreads = Object.fromEntries(
    ([...comparedFigures, 'threadsAtPeak'] as const).map((figure) => [figure, spreadOf(valuesOf(runs, figure))]),
  ) as ComparedSetting['spreads']
  return { setting, missing, runs, failures, spreads }
}

/** Runs the settings one after the other, again and again: what changes with time, such as another program's load, meets all of them alike. */
async function runRounds(rows: readonly Row[], call: Parameters<typeof runOnce>[0]['call'], options: CompareOptions): Promise<void> {
  const able = rows.filter(({ missing }) => missing === undefined)
  const total = able.length * options.runs
  for (let round = 1, done = 0; round <= options.runs; round++) {
    for (const { setting, library, results } of able) {
      if (options.signal.aborted) return
      options.onRun({ label: setting.label, done: done++, total })
      const result = await runOnce({ setting, library, call, drive: options.drive, settleMs: options.settleMs, round }, options.signal)
      // A run that was cut short says nothing.
      if (!isAborted(options.signal)) results.push(result)
    }
  }
}

/** Asked by a call, as it changes while a run is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}

/**
 * Runs `program` in fresh processes under each setting, interleaved, and says what differs. The program's output is read and left out.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROGRAM` when the program or the driver doesn't exist or can't be started.
 * @throws TypeError `ERR_INVALID_ARG_VALUE` when there is nothing to compare.
 */
export async function comparePrograms(program: string, programArguments: readonly string[], options: CompareOptions): Promise<Comparison> {
  const { settings, runs, drive, nodeOptions } = options
  if (program === '-') throw invalidArgumentValue('program', 'a file: standard input can be read only once', program)
  const file = findProgram(program)
  if (drive !== undefined) findDriver(drive)
  if (settings.length < 2) {
    throw invalidArgumentValue('--allocators', 'a list that, with --node and --env, makes two settings or more', settings[0]?.label)
  }
  const rows = settings.map(prepareRow)
  const startMs = performance.now()
  await runRounds(rows, { file, programArguments, nodeOptions }, options)
  const compared = rows.map(describeRow)
  const comparisons = Math.max(1, comparable(compared).length - 1)
  return {
    program,
    programArguments,
    nodeVersion: process.version,
    nodeOptions,
    drive: drive?.script,
    settleMs: options.settleMs,
    processors: availableParallelism(),
    runs,
    durationMs: performance.now() - startMs,
    baseline: comparable(compared)[0]?.setting.label ?? (settings[0] as RunSetting).label,
    settings: compared,
    findings: judge(compared),
    test: { name: 'exact two-sided Mann–Whitney rank test', level, comparisons, runsNeeded: runsNeeded(level, comparisons) },
    notes: [
      ...describeNotes(compared, drive !== undefined),
      ...(options.signal.aborted ? [{ kind: 'interrupted', message: 'interrupted: what ran by then is compared.' } as const] : []),
    ],
  }
}
