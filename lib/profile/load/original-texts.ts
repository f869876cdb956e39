import { withoutInsertions } from '../probe-marks.js'

// A program may replace them.
const { apply, defineProperty } = Reflect
// eslint-disable-next-line @typescript-eslint/unbound-method -- it needs no receiver
const { captureStackTrace } = Error

/** What it returns is a method, as `Function.prototype.toString` is: it has no `prototype` and can't be called by `new`. */
function makeToString(own: () => string): () => string {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called as a method of functions
  const { toString } = {
    toString(this: unknown): string {
      if (typeof this === 'function') return withoutInsertions(apply(own, this === toString ? own : this, []))
      try {
        return apply(own, this, [])
      } catch (error) {
        captureStackTrace(error as object, toString)
        throw error
      }
    },
  }
  return toString
}

/**
 * From now on `Function.prototype.toString` gives the text of instrumented functions as the program has it. The program may run that text where there are
 * no probes: in another context, a child process, a browser. Calls whatever was there before, which may be another preload's.
 */
export function showOriginalTexts(): void {
  const { prototype } = Function
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called by apply
  const { toString } = prototype
  // The property keeps its attributes.
  defineProperty(prototype, 'toString', { value: makeToString(toString) })
}
