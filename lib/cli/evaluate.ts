import vm from 'node:vm'

/** A function that evaluates an expression of JavaScript in this process, with `require` at hand, after `setup` has been run once. */
export function compileExpression(expression: string, setup = ''): () => unknown {
  // In parentheses an object literal isn't a block, and the line break ends a comment.
  const make = vm.compileFunction(`${setup}\nreturn () => (${expression}\n)`, ['require'], { filename: 'expression' }) as (
    require: NodeJS.Require,
  ) => () => unknown
  return make(require)
}
