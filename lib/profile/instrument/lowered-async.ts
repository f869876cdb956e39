import type { AnyNode, CallExpression } from 'acorn'

import type { FunctionLike, FunctionNode } from './function-node.js'
import { isAsyncHelperCall } from './function-names.js'

/**
 * The function that contains the statements of `node`. Compilers lower an async function to `return __awaiter(…, function* () { … })`: then it is the
 * innermost function. Otherwise it is `node` itself.
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
