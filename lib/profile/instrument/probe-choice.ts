import type { AnyNode } from 'acorn'

/**
 * Whether evaluating `node` itself, its operands aside, may allocate where V8's new-space pointer doesn't show it: in code that isn't this
 * statement's own, or as one object too large for new space. Statements that hold such a node get a probe that reads V8's counters as well.
 */
export function mayAllocateUnseen(node: AnyNode): boolean {
  switch (node.type) {
    case 'CallExpression':
    case 'NewExpression':
    case 'ImportExpression':
    case 'TaggedTemplateExpression':
    case 'TemplateLiteral':
    case 'SpreadElement':
    case 'AwaitExpression':
    case 'YieldExpression':
    case 'ClassBody':
      // A class runs its static fields and blocks.
      return true
    case 'AssignmentExpression':
      // An array's store grows by it.
      return node.left.type === 'MemberExpression' && (node.left.computed || isNamed(node.left.property, 'length'))
    case 'UpdateExpression':
      return node.argument.type === 'MemberExpression' && node.argument.computed
    default:
      return false
  }
}

/** Whether getting the next value of a loop may. An array's iterator doesn't, but what is iterated isn't known. */
export function nextValueMayAllocateUnseen(loop: 'ForOfStatement' | 'ForInStatement'): boolean {
  return loop === 'ForOfStatement'
}

function isNamed(node: AnyNode, name: string): boolean {
  return node.type === 'Identifier' && node.name === name
}
