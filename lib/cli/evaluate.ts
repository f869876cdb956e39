import vm from 'node:vm'

import { InvalidArgumentError } from 'commander'

type Required = (require: NodeJS.Require) => unknown

/** Throws commander's error, which names the argument, for what isn't JavaScript. */
function compile(what: string, given: string, body: string): Required {
  try {
    return vm.compileFunction(body, ['require'], { filename: 'expression' }) as Required
  } catch (error) {
    throw new InvalidArgumentError(`${what} '${given}' isn't JavaScript, or isn't whole: ${(error as Error).message}.`)
  }
}

/** Runs `setup` once and answers with a function that evaluates a JavaScript expression in this process. Both can use `require`. */
export function compileExpression(expression: string, setup = ''): () => unknown {
  compile('--setup', setup, setup)
  // The parentheses make an object literal an expression. The line break ends a comment.
  const make = compile('The expression', expression, `${setup}\nreturn () => (${expression}\n)`)
  return make(require) as () => unknown
}
