import type { AnyNode, CallExpression, MemberExpression, Statement } from 'acorn'

/** A call of a method in a chain, as `.filter(f)` in `rows.filter(f).map(g)`. */
export type ChainLink = CallExpression & { readonly callee: MemberExpression }

/**
 * The links of the chain that a statement comes down to: what it assigns, declares, returns or only evaluates. Only its value's assignment comes after the
 * last of them. In an argument of another call a chain has no links: that call would be charged to the last one. Nor has an optional chain, of which each
 * link may be left out.
 */
export function linksOfStatement(statement: Statement): readonly ChainLink[] {
  switch (statement.type) {
    case 'ExpressionStatement':
      return linksOf(statement.expression)
    case 'VariableDeclaration':
      return linksOf(statement.declarations.at(-1)?.init)
    case 'ReturnStatement':
      return linksOf(statement.argument)
    default:
      return []
  }
}

/** The same of an expression that is evaluated last. */
export function linksOf(expression: AnyNode | null | undefined): readonly ChainLink[] {
  const links: ChainLink[] = []
  let at: AnyNode | null | undefined = lastEvaluated(expression)
  while (at !== null && at !== undefined) {
    if (isLink(at)) {
      links.push(at)
      at = at.callee.object
    } else if (at.type === 'MemberExpression') at = at.object
    else if (at.type === 'CallExpression') at = at.callee
    else break
  }
  return links
}

function lastEvaluated(expression: AnyNode | null | undefined): AnyNode | null | undefined {
  switch (expression?.type) {
    case 'AwaitExpression':
      return lastEvaluated(expression.argument)
    case 'YieldExpression':
      return expression.delegate ? undefined : lastEvaluated(expression.argument)
    case 'AssignmentExpression':
      return expression.operator === '=' ? lastEvaluated(expression.right) : undefined
    default:
      return expression
  }
}

function isLink(node: AnyNode): node is ChainLink {
  return node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.callee.object.type !== 'Super'
}
