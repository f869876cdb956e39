import type { AnyNode, Pattern } from 'acorn'

import { forEachChild } from './child-nodes.js'
import type { FunctionLike, FunctionNode } from './function-node.js'

/** What a source may contain, judged by its text alone. Most sources have neither. */
export interface Suspicions {
  readonly mayUseWith: boolean
  readonly mayUseEval: boolean
}

export function suspicionsOf(source: string): Suspicions {
  return { mayUseWith: /\bwith\s*(?:\(|\/[/*])/.test(source), mayUseEval: /\beval\b/.test(source) }
}

/**
 * Why a function might behave differently when it is profiled; undefined when it can't. The body is put into a block. There a function declaration means
 * something else: it declares like `let`.
 */
export function whyRefused(node: FunctionLike, withDepth: number, suspicions: Suspicions): string | undefined {
  if (withDepth > 0) return 'it stands within a with statement'
  if (node.type === 'StaticBlock') return undefined
  if (usesAsm(node)) return 'it is asm.js, which V8 compiles only as it is written'
  const declared = node.body.type === 'BlockStatement' ? declaredFunctions(node.body.body) : []
  if (declared.length === 0 && !suspicions.mayUseWith) return undefined
  const own = new OwnNames(node)
  if (own.usesWith) return 'it has a with statement'
  if (declared.length === 0) return undefined
  if (suspicions.mayUseEval && own.usesEval) return 'it calls eval and declares functions, which the evaluated code may declare again'
  const twice = declared.find((name, index) => own.names.has(name) || declared.indexOf(name) !== index)
  return twice === undefined ? undefined : `it declares ${twice} more than once, as a function and otherwise`
}

function usesAsm(node: FunctionNode): boolean {
  return (
    node.body.type === 'BlockStatement' &&
    node.body.body.some((each) => each.type === 'ExpressionStatement' && each.directive === 'use asm')
  )
}

function declaredFunctions(body: readonly AnyNode[]): string[] {
  return body.flatMap((each) => {
    let statement = each
    while (statement.type === 'LabeledStatement') statement = statement.body
    return statement.type === 'FunctionDeclaration' && statement.id ? [statement.id.name] : []
  })
}

/** The variables of one function, without those of functions within it, and without the functions that its body declares at the top. */
class OwnNames {
  readonly names = new Set<string>()
  usesWith = false
  usesEval = false

  constructor(node: FunctionNode) {
    for (const param of node.params) this.#bind(param)
    if (node.body.type === 'BlockStatement') for (const statement of node.body.body) this.#visitTop(statement)
    else this.#visit(node.body)
  }

  #visitTop(statement: AnyNode): void {
    if (statement.type === 'LabeledStatement') this.#visitTop(statement.body)
    else if (statement.type !== 'FunctionDeclaration') this.#visit(statement)
  }

  #visit(node: AnyNode): void {
    switch (node.type) {
      case 'FunctionDeclaration':
        // In sloppy code this also declares a variable of the whole function.
        if (node.id) this.names.add(node.id.name)
        return
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return
      case 'WithStatement':
        this.usesWith = true
        break
      case 'CallExpression':
        this.usesEval ||= node.callee.type === 'Identifier' && node.callee.name === 'eval'
        break
      case 'VariableDeclaration':
        if (node.kind === 'var') for (const { id } of node.declarations) this.#bind(id)
        break
    }
    forEachChild(node, this.#visitChild)
  }

  readonly #visitChild = (node: AnyNode): void => {
    this.#visit(node)
  }

  #bind(pattern: Pattern | null): void {
    switch (pattern?.type) {
      case 'Identifier':
        this.names.add(pattern.name)
        return
      case 'ArrayPattern':
        for (const element of pattern.elements) this.#bind(element)
        return
      case 'ObjectPattern':
        for (const property of pattern.properties) this.#bind(property.type === 'RestElement' ? property.argument : property.value)
        return
      case 'AssignmentPattern':
        this.#bind(pattern.left)
        return
      case 'RestElement':
        this.#bind(pattern.argument)
    }
  }
}
