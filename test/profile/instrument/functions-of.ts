import type { AnyNode } from 'acorn'

import type { ParsedSource } from './parsed-source.js'

/** What a source has for the instrumenter, counted over acorn's tree by a walk that knows nothing of it. */
export interface FunctionsOf {
  /** Functions of every kind, methods and static blocks among them. */
  readonly functions: number
  /** Those with `'use asm'`, which V8 compiles only as they are written. */
  readonly asm: number
  /** Those that stand within a `with` statement, or around one. */
  readonly with: number
  /** Calls of what compilers make async functions of, each with a function more than the author wrote. */
  readonly asyncHelpers: number
}

const kinds: ReadonlySet<string> = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression', 'StaticBlock'])
const helperName = /awaiter|generator|^__async$/i

type Count = { -readonly [name in keyof FunctionsOf]: number }

export function countFunctions({ tree }: ParsedSource): FunctionsOf {
  const count: Count = { functions: 0, asm: 0, with: 0, asyncHelpers: 0 }
  visit(tree, count, false)
  return count
}

/** Whether there is a `with` statement in what was visited, which the functions around it are told by. */
function visit(node: AnyNode, count: Count, isWithin: boolean): boolean {
  const isFunction = kinds.has(node.type)
  let hasWith = node.type === 'WithStatement'
  for (const child of childrenOf(node)) hasWith = visit(child, count, isWithin || hasWith) || hasWith
  if (isFunction) {
    count.functions++
    if (isAsm(node)) count.asm++
    if (isWithin || hasWith) count.with++
  }
  if (node.type === 'CallExpression' && helperName.test(lastName(node.callee))) count.asyncHelpers++
  return hasWith
}

// Under Jest each use of a global is a call into the realm's own: too dear for every node of a large corpus.
const { values } = Object
const { isArray } = Array

/** The nodes right below `node`. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = []
  for (const value of values(node) as unknown[]) {
    if (!isArray(value)) {
      if (isNode(value)) children.push(value)
    } else for (const each of value as unknown[]) if (isNode(each)) children.push(each)
  }
  return children
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

function isAsm(node: AnyNode): boolean {
  if (!('body' in node) || Array.isArray(node.body) || !('body' in (node.body as object))) return false
  const { body } = node.body as { readonly body: readonly { readonly directive?: string }[] }
  return Array.isArray(body) && body.some(({ directive }) => directive === 'use asm')
}

function lastName(callee: AnyNode): string {
  if (callee.type === 'Identifier') return callee.name
  if (callee.type === 'MemberExpression') return lastName(callee.property)
  return callee.type === 'SequenceExpression' ? lastName(callee.expressions.at(-1) as AnyNode) : ''
}
