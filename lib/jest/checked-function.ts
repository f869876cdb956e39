import { inspect } from 'node:util'

import { invalidArgumentType, isRevokedProxy } from '../errors/index.js'

/** More of a text isn't shown: one may be as long as a text can be, so that nothing can be put before it. */
const longestShown = 10_000

/** Code under check may throw anything: what can't be printed is named. */
function show(thrown: unknown): string {
  try {
    const text = thrown instanceof Error || isErrorOfAnotherRealm(thrown) ? String(thrown) : inspect(thrown)
    return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
  } catch {
    return 'what cannot be printed'
  }
}

/** The error for what the function under check threw. `cause` is the thrown error itself, with the stack that matters. */
function failureOf(call: number, thrown: unknown): Error {
  const error = new Error(`the function under check threw in call ${call}: ${show(thrown)}`, { cause: thrown })
  error.stack = `${error.name}: ${error.message}`
  return error
}

function isErrorOfAnotherRealm(thrown: unknown): boolean {
  return Object.prototype.toString.call(thrown) === '[object Error]'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function'
}

/**
 * Wraps the function that `expect` was given. When it throws or rejects, the error says in which call. A function that isn't async stays so.
 */
export function checkedFunction(received: unknown): () => unknown {
  if (typeof received !== 'function' || isRevokedProxy(received)) {
    throw invalidArgumentType('received', 'a function that this matcher can call, as in expect(() => handle(input))', received)
  }
  const action = received as () => unknown
  let calls = 0
  return () => {
    const call = (calls += 1)
    const fail = (thrown: unknown): never => {
      throw failureOf(call, thrown)
    }
    try {
      const answer = action()
      return isThenable(answer) ? Promise.resolve(answer).catch(fail) : undefined
    } catch (thrown) {
      return fail(thrown)
    }
  }
}
