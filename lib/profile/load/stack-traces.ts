import { placeCallSites } from './call-sites.js'
import type { InsertedTexts } from './inserted-texts.js'

/** What node calls to make the text of a stack: its own function, or what a program puts there. */
type Formatter = (this: unknown, error: unknown, sites: readonly NodeJS.CallSite[]) => unknown

const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, set } = Reflect
// eslint-disable-next-line @typescript-eslint/unbound-method -- it needs no receiver
const { captureStackTrace } = Error
// eslint-disable-next-line @typescript-eslint/unbound-method -- it is called by apply
const { includes } = String.prototype

/** The answer to whoever reads `Error.prepareStackTrace` while allocscope itself looks at a stack. */
let ownFormatter: Formatter | undefined

/** The call sites above `called`, at most `limit`. Undefined when V8 is in the middle of formatting another stack: then their text. */
function lookAbove(called: (...given: never[]) => unknown, limit: number): { sites?: readonly NodeJS.CallSite[]; text: unknown } {
  const known = getOwnPropertyDescriptor(Error, 'stackTraceLimit')
  let sites: readonly NodeJS.CallSite[] | undefined
  ownFormatter = (_error, found) => {
    sites = found
    return ''
  }
  try {
    set(Error, 'stackTraceLimit', limit)
    const holder: { stack?: unknown } = {}
    captureStackTrace(holder, called)
    const text = holder.stack
    return { ...(sites && { sites }), text }
  } finally {
    ownFormatter = undefined
    if (known === undefined) deleteProperty(Error, 'stackTraceLimit')
    else defineProperty(Error, 'stackTraceLimit', known)
  }
}

/** The call sites above `called`, with V8's own columns. For after {@link showOriginalColumns}. */
export function callSitesAbove(called: (...given: never[]) => unknown, limit: number): readonly NodeJS.CallSite[] {
  return lookAbove(called, limit).sites ?? []
}

/** Whether node reads the property in order to format a stack. V8 formats no other one meanwhile, but gives the text of its own. */
function isReadByNode(getter: () => unknown): boolean {
  const { sites, text } = lookAbove(getter, 1)
  return sites === undefined && typeof text === 'string' && apply(includes, text, ['(node:internal/errors:'])
}

/** What {@link showOriginalColumns} needs to know. */
export interface StackTraceOptions {
  readonly inserted: () => InsertedTexts
  /** Files whose frames are left out. */
  readonly hiddenFiles: readonly string[]
  /** Runs work that doesn't count as the program's. */
  readonly outside: <T>(work: () => T) => T
}

/**
 * From now on stacks have the columns of the files. `Error.prepareStackTrace` is whatever it was, or what the program sets it to. But when node reads it, it
 * gets a function that first gives the call sites their columns, and leaves out those of `hiddenFiles`.
 */
export function showOriginalColumns({ inserted, hiddenFiles, outside }: StackTraceOptions): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called by apply
  const own = Error.prepareStackTrace as Formatter | undefined
  if (typeof own !== 'function') return

  /** The property with `value`. A program may keep the descriptor, set the property, and put the descriptor back. */
  function propertyOf(value: unknown): PropertyDescriptor {
    // Node formats by its own function when it finds none.
    const formatter = typeof value === 'function' ? (value as Formatter) : (own as Formatter)
    const placed: Formatter = function (error, sites) {
      let shown = sites
      try {
        shown = outside(() => placeCallSites(sites, inserted(), hiddenFiles))
      } catch {
        // There is hardly any room left on the stack: it is shown as it is.
      }
      return apply(formatter, this, [error, shown])
    }
    return {
      get: function get(): unknown {
        if (ownFormatter !== undefined) return ownFormatter
        try {
          return outside(() => isReadByNode(get)) ? placed : value
        } catch {
          return value
        }
      },
      set(this: unknown, given: unknown) {
        // A class that extends Error gets a property of its own, as it would if this one were a value.
        if (this === Error) defineProperty(Error, 'prepareStackTrace', propertyOf(given))
        else {
          defineProperty(this as object, 'prepareStackTrace', { value: given, writable: true, enumerable: true, configurable: true })
        }
      },
      enumerable: false,
      configurable: true,
    }
  }
  defineProperty(Error, 'prepareStackTrace', propertyOf(own))
}
