import type { Expression, ReturnStatement, Statement, UnaryExpression, VariableDeclaration } from 'acorn'

import type { Frame } from './frame.js'

// What surely frees nothing, whatever the values are: it calls nothing, not even a getter or `valueOf`, and overwrites nothing. Settle mode needs no
// collection around it. That a scope ends behind a statement isn't the statement's doing.

/** Whether what `statement` runs before another statement's probe frees nothing. */
export function keepsAll(statement: Statement, frame: Frame): boolean {
  if (frame.disposes) return false
  switch (statement.type) {
    case 'IfStatement':
      return isStill(statement.test)
    case 'VariableDeclaration':
      return declarationKeepsAll(statement, frame)
    case 'ReturnStatement':
      return returnKeepsAll(statement, frame)
    case 'BreakStatement':
    case 'ContinueStatement':
      return !isInForEach(frame)
    default:
      return false
  }
}

/** In a loop a variable may still hold the value of the last round. */
function declarationKeepsAll({ kind, declarations }: VariableDeclaration, { jumps }: Frame): boolean {
  if ((kind !== 'const' && kind !== 'let') || jumps.some((each) => each.kind === 'loop')) return false
  return declarations.every(({ id, init }) => id.type === 'Identifier' && isStill(init))
}

function returnKeepsAll({ argument }: ReturnStatement, frame: Frame): boolean {
  return !frame.isAsyncGenerator && !isInForEach(frame) && isStill(argument)
}

/** Leaving such a loop calls its iterator's `return`. */
function isInForEach({ jumps }: Frame): boolean {
  return jumps.some(({ header }) => header !== undefined)
}

function isNegativeNumber({ operator, argument }: UnaryExpression): boolean {
  return operator === '-' && argument.type === 'Literal' && typeof argument.value === 'number'
}

const stillUnary: ReadonlySet<string> = new Set(['!', 'typeof', 'void'])
const stillBinary: ReadonlySet<string> = new Set(['===', '!=='])

function isStill(node: Expression | null | undefined): boolean {
  switch (node?.type) {
    case undefined:
    case 'Identifier':
    case 'ThisExpression':
      return true
    case 'Literal':
      return node.regex === undefined
    case 'UnaryExpression':
      return (stillUnary.has(node.operator) && isStill(node.argument)) || isNegativeNumber(node)
    case 'BinaryExpression':
      return stillBinary.has(node.operator) && node.left.type !== 'PrivateIdentifier' && isStill(node.left) && isStill(node.right)
    case 'LogicalExpression':
      return isStill(node.left) && isStill(node.right)
    case 'ConditionalExpression':
      return isStill(node.test) && isStill(node.consequent) && isStill(node.alternate)
    default:
      return false
  }
}
