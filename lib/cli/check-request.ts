import type { CheckOptions, ReleaseCheck } from '../release/index.js'

/** Names to the checking process what it is to check; taken out of the environment at once. */
export const checkVariable = 'ALLOCSCOPE_CHECK'

/** The descriptor that the answer is written to. */
export const answerDescriptor = 3

/** What `allocscope check` asks of the process that it starts. */
export interface CheckRequest {
  /** The export to call; undefined for the default export if it is a function, and otherwise for the script itself. */
  readonly exportName: string | undefined
  readonly options: Pick<CheckOptions, 'runs' | 'warmup' | 'allowBytes' | 'whatIf' | 'settleMs' | 'budgetMs'>
  /** Whether progress may be shown on standard error. */
  readonly progress: boolean
}

/** What it answers; nothing when the script ended the process. */
export type CheckAnswer = { readonly check: ReleaseCheck; readonly subject: string } | { readonly problem: string }
