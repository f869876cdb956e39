import type { AnyNode, CallExpression } from 'acorn'

import type { FunctionLike, FunctionNode } from './function-node.js'
import { isAsyncHelperCall } from './function-names.js'

/**
 * Where the statements of an async function are that a compiler wrote as `return __awaiter(…, function* () { … })`: the innermost function;
 * `node` itself when it wasn't lowered.
 */
export function statementsOwner(node: FunctionLike): FunctionLike {
  const returned = node.type === 'StaticBlock' ? undefined : returnedValue(node)
  if (returned?.type !== 'CallExpression') return node
  // swc and Babel: `_async_to_generator(function* () { … })()`
  const call = returned.callee.type === 'CallExpression' ? returned.callee : returned
  const body = isAsyncHelperCall(call) ? functionArgument(call) : undefined
  return body === undefined ? node : statementsOwner(body)
}

function returnedValue({ body }: FunctionNode): AnyNode | null | undefined {
  if (body.type !== 'BlockStatement') return body
  const last = body.body[body.body.length - 1]
  return last?.type === 'ReturnStatement' ? last.argument : undefined
}

function functionArgument({ arguments: given }: CallExpression): FunctionNode | undefined {
  const last = given[given.length - 1]
  return last?.type === 'FunctionExpression' || last?.type === 'ArrowFunctionExpression' ? last : undefined
}
