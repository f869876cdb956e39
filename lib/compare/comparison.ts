import type { RunSetting } from './run-setting.js'

/** The figures that are compared. */
export const comparedFigures = ['peakRssBytes', 'releasedRssBytes', 'wallMs', 'cpuMs', 'minorFaults', 'majorFaults'] as const
export type ComparedFigure = (typeof comparedFigures)[number]

/** The figures of one run that came to its end. A figure is undefined when the program left no record of it: {@link ComparedRun.notes} says why. */
export interface RunFigures {
  /** The kernel's own peak of RSS, `VmHWM`, bytes. */
  readonly peakRssBytes: number | undefined
  /** RSS once the work was done, garbage was collected, and RSS stood still, bytes. Nothing was purged: what is gone, the allocator gave back by itself. */
  readonly releasedRssBytes: number | undefined
  /** From the start of the process to its `exit` event; of a driven server from the start of its driver to the driver's end. Milliseconds. */
  readonly wallMs: number | undefined
  /** User and system time of all threads by then, milliseconds. `getrusage`. */
  readonly cpuMs: number | undefined
  readonly userMs: number | undefined
  readonly systemMs: number | undefined
  /** Page faults by then that needed no disk. `ru_minflt`. */
  readonly minorFaults: number | undefined
  /** Page faults by then that read a disk. `ru_majflt`. */
  readonly majorFaults: number | undefined
  /** Threads when RSS was highest, of some fifty looks a second. */
  readonly threadsAtPeak: number | undefined
  /** The most threads seen. */
  readonly mostThreads: number | undefined
}

/** The allocator that served malloc, as it proved itself. */
export interface LiveAllocator {
  readonly name: string
  readonly version: string | undefined
}

/** One run that came to its end. */
export interface ComparedRun {
  /** Which round it was, from 1. In a round each setting runs once. */
  readonly round: number
  readonly figures: RunFigures
  readonly allocator: LiveAllocator | undefined
  readonly notes: readonly string[]
}

/** One run that failed. Its figures aren't used: it did other work. */
export interface FailedRun {
  readonly round: number
  readonly reason: string
}

/** The median of a figure, its lowest and its highest run. */
export interface Spread {
  readonly median: number
  readonly lowest: number
  readonly highest: number
  readonly runs: number
}

/** A row: all runs under one setting. */
export interface ComparedSetting {
  readonly setting: RunSetting
  /** Why it couldn't be run at all. */
  readonly missing: string | undefined
  readonly runs: readonly ComparedRun[]
  readonly failures: readonly FailedRun[]
  readonly spreads: Readonly<Record<ComparedFigure | 'threadsAtPeak', Spread | undefined>>
}

/** What the test says of a figure under one setting, against the first setting. */
export interface Finding {
  readonly figure: ComparedFigure
  readonly label: string
  /** `not-shown`: the runs don't show a difference beyond noise, which doesn't prove that there is none. */
  readonly verdict: 'differs' | 'not-shown' | 'too-few-runs'
  /** Two-sided, exact, before and after the adjustment. */
  readonly pValue: number
  readonly adjustedP: number
  /** Median minus the first setting's median. */
  readonly difference: number
  /** Whether each of its runs lies on the same side of each of the first setting's. */
  readonly isApart: boolean
}

/** Something that a reader must know to judge the figures. */
export interface ComparisonNote {
  readonly kind: 'missing' | 'failed' | 'unlike' | 'allocator-mismatch' | 'run' | 'environment' | 'interrupted'
  readonly message: string
}

/** The result of `allocscope compare`. */
export interface Comparison {
  readonly program: string
  readonly programArguments: readonly string[]
  readonly nodeVersion: string
  readonly nodeOptions: readonly string[]
  readonly drive: string | undefined
  /** So long a program waited after its work before RSS after release was read. */
  readonly settleMs: number
  readonly processors: number
  readonly runs: number
  readonly durationMs: number
  /** The label that the others are compared with. */
  readonly baseline: string
  readonly settings: readonly ComparedSetting[]
  readonly findings: readonly Finding[]
  readonly test: {
    readonly name: string
    /** The chance of any false finding for a figure is at most this. */
    readonly level: number
    /** Comparisons for each figure, for whose number p-values are adjusted. */
    readonly comparisons: number
    readonly runsNeeded: number
  }
  readonly notes: readonly ComparisonNote[]
}
