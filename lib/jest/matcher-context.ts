import { invalidArgumentType, isOfRevokedProxy } from '../errors/index.js'

/** The part used here of what Jest and Vitest give a matcher as `this`. */
export interface MatcherContext {
  readonly isNot?: boolean
  readonly promise?: string
  /** The full name of the test, with the groups around it. Undefined outside of tests, and in Jest's `test.concurrent`. */
  readonly currentTestName?: string | undefined
  /** Vitest's alone. What stands in its `meta` is in the runner's JSON, for a test that passes too. */
  readonly task?: { readonly meta?: object } | undefined
  readonly utils?: { readonly matcherHint?: MatcherHint }
}

/** Writes `expect(received).matcher(expected)`, in colours if the terminal has them. */
export type MatcherHint = (name: string, received?: string, expected?: string, options?: MatcherHintOptions) => string

/** Options of {@link MatcherHint}. */
export interface MatcherHintOptions {
  readonly isNot?: boolean
  readonly promise?: string
}

/** What a matcher answers. */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** The first line of a message. It names the expectation. */
export function hintOf({ isNot = false, promise = '', utils }: MatcherContext, name: string, expected = ''): string {
  const written = utils?.matcherHint?.(name, 'received', expected, { isNot, promise })
  return written ?? `expect(received)${isNot ? '.not' : ''}.${name}(${expected})`
}

/** Whether it can be asked. Whatever touches a revoked Proxy throws. */
function isReadable(context: object): boolean {
  try {
    Reflect.has(context, 'currentTestName')
    return true
  } catch (error) {
    if (isOfRevokedProxy(error)) return false
    throw error
  }
}

/** Throws `ERR_INVALID_ARG_TYPE` for what no runner gives a matcher as `this`. */
export function checkContext(context: unknown): void {
  if (typeof context === 'object' && context !== null && isReadable(context)) return
  throw invalidArgumentType('this', 'what expect.extend() gives a matcher', context)
}
