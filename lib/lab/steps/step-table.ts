import { lazily } from '../../loading/index.js'

/** What is measured in a process of its own, each loaded in that process alone. Input and result travel by structured clone. */
export const steps = {
  'measure-sizes': lazily(() => (require('./measure-sizes.js') as typeof import('./measure-sizes.js')).measureSizes),
  'free-blocks': lazily(() => (require('./free-blocks.js') as typeof import('./free-blocks.js')).freeBlocks),
  'move-thresholds': lazily(() => (require('./move-thresholds.js') as typeof import('./move-thresholds.js')).moveThresholds),
  'profile-lines': lazily(() => (require('./profile-lines.js') as typeof import('./profile-lines.js')).profileLines),
  'measure-call': lazily(() => (require('./measure-call.js') as typeof import('./measure-call.js')).measureCall),
  'hold-slices': lazily(() => (require('./hold-slices.js') as typeof import('./hold-slices.js')).holdSlices),
  'start-workers': lazily(() => (require('./start-workers.js') as typeof import('./start-workers.js')).startWorkers),
  'declare-external': lazily(() => (require('./declare-external.js') as typeof import('./declare-external.js')).declareExternal),
  'load-package': lazily(() => (require('./load-package.js') as typeof import('./load-package.js')).loadPackage),
} as const

export type StepName = keyof typeof steps
type StepFunction<Name extends StepName> = ReturnType<(typeof steps)[Name]>
export type StepInput<Name extends StepName> = Parameters<StepFunction<Name>>[0]
export type StepResult<Name extends StepName> = Awaited<ReturnType<StepFunction<Name>>>

/** Asks the process of lab-process.ts for one step. */
export interface StepRequest {
  readonly step: StepName
  readonly input: unknown
}

/** Its answer. */
export type StepAnswer =
  { readonly result: unknown } | { readonly problem: { readonly code: string | undefined; readonly message: string } }
