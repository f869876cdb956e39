import type { AllocscopeErrorCode } from '../errors/index.js'
import type { CheckOptions, ReleaseCheck } from '../release/index.js'

/** The environment variable that tells the checking process what to check. It is deleted at once. */
export const checkVariable = 'ALLOCSCOPE_CHECK'

/** The descriptor to which the answer is written. */
export const answerDescriptor = 3

/** The request of `allocscope check` to the process that it starts. */
export interface CheckRequest {
  /** The export to call. Undefined means the default export if that is a function, otherwise the script itself. */
  readonly exportName: string | undefined
  readonly options: Pick<
    CheckOptions,
    'runs' | 'warmup' | 'allowBytes' | 'whatIf' | 'settleMs' | 'budgetMs' | 'thorough' | 'leakBytesPerCall' | 'holders'
  >
  /** Whether progress may be shown on standard error. */
  readonly progress: boolean
}

/** The answer of that process. There is none when the script ended the process. */
export type CheckAnswer = { readonly check: ReleaseCheck; readonly subject: string } | { readonly problem: string }

/** The answer where allocscope itself couldn't check there. */
export interface CheckRefusal {
  readonly code: AllocscopeErrorCode
  readonly refused: string
}
