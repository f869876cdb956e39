import vm from 'node:vm'

/** Runs `setup` once and answers with a function that evaluates a JavaScript expression in this process. Both can use `require`. */
export function compileExpression(expression: string, setup = ''): () => unknown {
  // The parentheses make an object literal an expression. The line break ends a comment.
  const make = vm.compileFunction(`${setup}\nreturn () => (${expression}\n)`, ['require'], { filename: 'expression' }) as (
    require: NodeJS.Require,
  ) => () => unknown
  return make(require)
}
