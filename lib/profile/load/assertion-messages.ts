import { createRequire } from 'node:module'
import { Script } from 'node:vm'

import { withoutInsertions } from '../probe-marks.js'
import { originalColumn } from './inserted-texts.js'
import { callSitesAbove } from './stack-traces.js'
import type { ToldInsertions } from './told-insertions.js'

type Assert = (value: unknown) => void

interface Place {
  readonly filename: string
  readonly line: number
  readonly column: number
}

/** An `AssertionError`. */
interface Failure extends Error {
  readonly actual?: unknown
}

/** Names the function that is called in the place of the failed assertion. A message with it quotes the call itself instead of the file. */
const substitute = '__allocscopeAssert'

/** Node's message of an assertion without arguments. */
const noArgument = 'No value argument passed to `assert.ok()`'

function defineGenerated(failure: object, value: unknown): void {
  Object.defineProperty(failure, 'generatedMessage', { value, writable: true, enumerable: true, configurable: true })
}

/**
 * The message that node gives to an assertion at this place of a file. Node 20 reads the file itself: so it gets a call that stands there. Undefined for a
 * node that quotes what V8 has.
 */
function messageAt(assert: Assert, value: unknown, filename: string, line: number, column: number): string | undefined {
  // The place must not depend on the column being large enough for a function's head before it.
  const code = `(${substitute}, value) =>\n${' '.repeat(column - 1)}${substitute}(value)`
  try {
    ;(new Script(code, { filename, lineOffset: line - 2 }).runInThisContext() as (assert: Assert, value: unknown) => void)(assert, value)
  } catch (error) {
    const { message } = error as Error
    return message.includes(substitute) ? undefined : message
  }
  return undefined
}

/** The place of the assertion that has just failed, when its column in the file is another one than V8's. */
function findMoved(called: (...given: never[]) => void, inserted: ToldInsertions): Place | undefined {
  const sites = callSitesAbove(called, 5)
  const site = sites[sites.findIndex((each) => each.getFunctionName() === 'innerOk') + 2]
  const filename = site?.getFileName()
  const found = inserted.get().find(filename)
  const line = site?.getLineNumber() ?? 0
  const column = site?.getColumnNumber() ?? 0
  const original = found && originalColumn(found, line, column)
  return typeof filename !== 'string' || original === undefined || original === column ? undefined : { filename, line, column: original }
}

function replaceMessage(failure: Failure, message: string): void {
  const { message: wrong, stack } = failure
  const at = stack?.indexOf(wrong) ?? -1
  failure.message = message
  if (stack !== undefined && at !== -1) failure.stack = `${stack.slice(0, at)}${message}${stack.slice(at + wrong.length)}`
}

let isShown = false
let isAsking = false

/** Asks node once more, at the place of the assertion in the file. */
function correct(failure: Failure, assert: Assert, { filename, line, column }: Place): void {
  isAsking = true
  try {
    const message = messageAt(assert, failure.actual, filename, line, column)
    if (message !== undefined) replaceMessage(failure, message)
  } finally {
    isAsking = false
  }
}

/**
 * From now on the messages of failed assertions are without probes. Since Node 22 `assert(value)` reads its message from the line that V8 has; before, from
 * the file, by V8's column.
 */
export function showOriginalAssertions(inserted: ToldInsertions): void {
  if (isShown) return
  isShown = true
  const assert = createRequire(__filename)('node:assert') as typeof import('node:assert')
  /** What the constructor of an `AssertionError` calls, once it has set the message and before it makes the stack. */
  function setGenerated(this: Failure, value: unknown): void {
    const { message } = this
    const original = typeof message === 'string' ? withoutInsertions(message) : message
    if (original !== message) this.message = original
    const place = isAsking || original !== message ? undefined : findMoved(setGenerated, inserted)
    if (place === undefined) {
      defineGenerated(this, value)
      return
    }
    // `assert(value)` sets it again, at the end: to whether the message is node's.
    const again = (isGenerated: unknown): void => {
      defineGenerated(this, isGenerated)
      if (isGenerated === true && message !== noArgument) correct(this, assert, place)
    }
    Object.defineProperty(this, 'generatedMessage', { get: () => value, set: again, enumerable: true, configurable: true })
  }
  Object.defineProperty(assert.AssertionError.prototype, 'generatedMessage', { set: setGenerated, configurable: true })
}
