import Module, { createRequire } from 'node:module'
import path from 'node:path'
import vm from 'node:vm'

import { InvalidArgumentError } from 'commander'

/** What node's own loader compiles: unlike code of `vm`, it can `import()`. */
interface Compiled {
  filename: string
  paths: string[]
  exports: unknown
  _compile(text: string, file: string): void
}

/** An expression that can be evaluated any number of times. */
export interface Evaluation {
  readonly evaluate: () => unknown
  /** Whether the expression awaits something itself, so that each value comes in a promise that isn't its own. */
  readonly awaits: boolean
}

function syntaxErrorOf(body: string): Error | undefined {
  try {
    vm.compileFunction(body, ['require'], { filename: 'expression' })
    return undefined
  } catch (error) {
    return error as Error
  }
}

/** Throws commander's error, which names the argument, for what isn't JavaScript. */
function checkSyntax(what: string, given: string, body: string): void {
  const error = syntaxErrorOf(body)
  if (error !== undefined) throw new InvalidArgumentError(`${what} '${given}' isn't JavaScript, or isn't whole: ${error.message}.`)
}

/** In the default of an async function's parameter `await` is no word at all, neither an operator nor, as elsewhere in scripts, a name. */
function hasAwait(expression: string): boolean {
  return syntaxErrorOf(`async (_ = (${expression}\n)) => _`) !== undefined && syntaxErrorOf(`async () => (${expression}\n)`) === undefined
}

/** Runs `text` as a CommonJS module of the working directory, so that what it requires is found as from there. */
function runHere(text: string): unknown {
  const file = path.resolve('[expression]')
  const compiled = Object.assign(new Module(file) as unknown as Compiled, {
    filename: file,
    paths: createRequire(file).resolve.paths('_') ?? [],
  })
  compiled._compile(text, file)
  return compiled.exports
}

/** Node leaves without a word when nothing is left to wait for. Then the promise never settles. */
export async function untilSettled<Value>(value: Value | PromiseLike<Value>): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const onIdle = (): void => {
      reject(new Error("What was given never ends: its promise isn't settled, and nothing is left that could settle it"))
    }
    process.once('beforeExit', onIdle)
    Promise.resolve(value)
      .finally(() => process.off('beforeExit', onIdle))
      .then(resolve, reject)
  })
}

/** Runs `setup` once and makes of a JavaScript expression what evaluates it in this process. Both can `require`, `import()` and `await`. */
export async function compileExpression(expression: string, setup = ''): Promise<Evaluation> {
  checkSyntax('--setup', setup, `async () => {${setup}\n}`)
  const awaits = hasAwait(expression)
  // The parentheses make an object literal an expression. The line break ends a comment.
  const arrow = `${awaits ? 'async ' : ''}() => (${expression}\n)`
  const body = `(async () => {${setup}\nreturn ${arrow}})()`
  checkSyntax('The expression', expression, body)
  const evaluate = await untilSettled(runHere(`module.exports = ${body}`) as Promise<() => unknown>)
  return { evaluate, awaits }
}
