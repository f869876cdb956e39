import { rmSync } from 'node:fs'

import { getAllocatorStats } from '../allocator/index.js'
import { checkCount, invalidArgumentValue, outOfRange } from '../errors/index.js'
import { makeTemporaryFolder } from '../program/index.js'
import type { LabReport, LabResult } from './experiment.js'
import { experimentNames, experiments } from './experiments/index.js'
import type { Bench, Experiment } from './experiments/index.js'
import { pythonRuns } from './python/python-runs.js'
import { findPython } from './python/run-python.js'
import type { Python } from './python/run-python.js'
import { runStep } from './run-step.js'

/** More would need tens of gigabytes. */
const largestCount = 20_000_000

/** How far the lab is. */
export interface LabProgress {
  /** What is being measured, in a few words. */
  readonly phase: string
  /** Share of the experiment that is done, 0 to 1. */
  readonly fraction: number
  /** Milliseconds since the phase began. */
  readonly phaseMs: number
}

/** Hears how the lab goes. */
export interface LabProgressListener {
  /** An experiment begins. */
  began(title: string): void
  /** A phase begins, or goes on. Called often. */
  advanced(progress: LabProgress): void
  /** A phase has ended. */
  finished(progress: LabProgress): void
}

/** What {@link runLab} is asked for. */
export interface LabOptions {
  /** Names of experiments, in the order in which they are to be made. */
  readonly names: readonly string[]
  /** The size of each. Undefined is that of the classic article. */
  readonly count?: number | undefined
  /** The user's project, whose packages are looked at. */
  readonly project: string
  /** A Python that makes the experiments too, where it can: the command that starts it. */
  readonly python?: string | undefined
  readonly listener?: LabProgressListener | undefined
  /** Ends the lab: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

function findExperiment(name: string): Experiment {
  const found = experiments.find((one) => one.name === name)
  if (found === undefined) throw invalidArgumentValue('name', `one of ${experimentNames.map((one) => `'${one}'`).join(', ')}`, name)
  return found
}

/** Refuses a size that an experiment can't do, before the first one runs. */
function checkCounts(names: readonly string[], count: unknown): void {
  const checked = checkCount('n', count, 1)
  if (checked === undefined) return
  const smallest = Math.max(...names.map((name) => findExperiment(name).smallestCount))
  if (checked < smallest || checked > largestCount)
    throw outOfRange('n', `>= ${smallest} and <= ${largestCount} for ${names.join(', ')}`, checked)
}

const ticksMs = 100

/** Performs one phase, and tells of it while it goes on and when it is done. */
async function tell<Result>(
  listener: LabProgressListener | undefined,
  phase: string,
  fractions: readonly [before: number, after: number],
  work: () => Promise<Result>,
): Promise<Result> {
  const startMs = performance.now()
  const progress = (fraction: number): LabProgress => ({ phase, fraction, phaseMs: performance.now() - startMs })
  const ticking = setInterval(() => listener?.advanced(progress(fractions[0])), ticksMs)
  listener?.advanced(progress(fractions[0]))
  try {
    const result = await work()
    listener?.finished(progress(fractions[1]))
    return result
  } finally {
    clearInterval(ticking)
  }
}

function makeBench(experiment: Experiment, count: number, folder: string, { project, listener, signal }: LabOptions): Bench {
  let done = 0
  return {
    count,
    folder,
    project,
    measure: (doing, step, input) => {
      const before = done
      done += 1
      const fractions = [before / experiment.steps, done / experiment.steps] as const
      return tell(listener, doing, fractions, () => runStep(step, input, signal))
    },
  }
}

function failureOf(error: unknown): LabResult['failure'] {
  const { code, message } = error as NodeJS.ErrnoException
  return { code, message }
}

/** Adds what Python takes for the same. A failure of Python's leaves the rest as it is. */
async function addPython(made: LabResult, python: Python, { listener, signal }: LabOptions): Promise<LabResult> {
  const run = pythonRuns[made.name]
  if (run === undefined || made.failure !== undefined) return made
  try {
    return { ...made, parts: await tell(listener, 'The same in Python', [1, 1], () => run(python, made.count, made.parts)) }
  } catch (error) {
    signal?.throwIfAborted()
    return { ...made, failure: failureOf(error) }
  }
}

async function perform(name: string, options: LabOptions): Promise<LabResult> {
  const experiment = findExperiment(name)
  const { title, defaultCount } = experiment
  const count = options.count ?? defaultCount
  options.listener?.began(title)
  const folder = makeTemporaryFolder()
  const startMs = performance.now()
  const described = { name, title, count }
  try {
    const { parts, statement } = await experiment.perform(makeBench(experiment, count, folder, options))
    return { ...described, durationMs: performance.now() - startMs, parts, statement, failure: undefined }
  } catch (error) {
    options.signal?.throwIfAborted()
    return { ...described, durationMs: performance.now() - startMs, parts: [], statement: undefined, failure: failureOf(error) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Makes experiments, each step in a process of its own. One that fails doesn't end the others: its result says why.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown name, RangeError `ERR_OUT_OF_RANGE` for a size that an experiment can't do, AllocscopeError
 * `ERR_ALLOCSCOPE_PROGRAM` where Python is wanted and isn't there.
 */
export async function runLab(options: LabOptions): Promise<LabReport> {
  const { names, count } = options
  names.forEach(findExperiment)
  checkCounts(names, count)
  const python = options.python === undefined ? undefined : await findPython(options.python, options.signal)
  const results: LabResult[] = []
  for (const name of names) {
    const made = await perform(name, options)
    results.push(python === undefined ? made : await addPython(made, python, options))
  }
  return {
    nodeVersion: process.version,
    v8Version: process.versions.v8,
    platform: `${process.platform}-${process.arch}`,
    allocator: describeAllocator(),
    experiments: results,
  }
}

function describeAllocator(): string {
  const { allocator, provenance } = getAllocatorStats()
  return provenance.version === undefined ? allocator : `${allocator} ${provenance.version}`
}
