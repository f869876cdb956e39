import { inspect } from 'node:util'

import { invalidArgumentType } from '../errors/index.js'

/** The error for what the function under check threw. `cause` is the thrown error itself, with the stack that matters. */
function failureOf(call: number, thrown: unknown): Error {
  const what = thrown instanceof Error || isErrorOfAnotherRealm(thrown) ? String(thrown) : inspect(thrown)
  const error = new Error(`the function under check threw in call ${call}: ${what}`, { cause: thrown })
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
  if (typeof received !== 'function') {
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
