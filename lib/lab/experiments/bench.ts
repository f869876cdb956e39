import type { LabFinding } from '../experiment.js'
import type { StepInput, StepName, StepResult } from '../steps/step-table.js'

/** What an experiment works with. */
export interface Bench {
  /** How many of whatever the experiment makes. */
  readonly count: number
  /** A folder for files; it is removed at the end. */
  readonly folder: string
  /** The user's project. */
  readonly project: string
  /** Measures one step in a process of its own. `doing` is what a reader sees meanwhile. */
  readonly measure: <Name extends StepName>(doing: string, step: Name, input: StepInput<Name>) => Promise<StepResult<Name>>
}

/** An experiment. */
export interface Experiment {
  /** As the command line has it. */
  readonly name: string
  readonly title: string
  /** What it shows, for the list. */
  readonly summary: string
  readonly defaultCount: number
  /** With fewer, what is measured drowns in what a process does anyway. */
  readonly smallestCount: number
  /** How many steps it measures, for the progress. */
  readonly steps: number
  readonly perform: (bench: Bench) => Promise<LabFinding>
}
