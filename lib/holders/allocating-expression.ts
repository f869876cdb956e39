import type { Node } from 'acorn'

import { lazily } from '../loading/index.js'

const acorn = lazily(() => require('acorn') as typeof import('acorn'))

/** A position in a text: lines from 1, columns from 0. */
export interface Position {
  readonly line: number
  readonly column: number
}

interface LocatedNode extends Node {
  readonly loc: { readonly start: Position; readonly end: Position }
  readonly body?: unknown
  readonly callee?: unknown
}

function isNode(value: unknown): value is LocatedNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

function childrenOf(node: LocatedNode): readonly LocatedNode[] {
  return Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []))
}

/** node runs a module's text as a function's body, so `return` may stand outside of functions. */
function parse(text: string): LocatedNode | undefined {
  const settings = { ecmaVersion: 'latest', locations: true, allowReturnOutsideFunction: true, allowHashBang: true } as const
  for (const sourceType of ['script', 'module'] as const) {
    try {
      return acorn().parse(text, { ...settings, sourceType }) as unknown as LocatedNode
    } catch {
      // The other kind may be it.
    }
  }
  return undefined
}

function isFunction(node: LocatedNode): boolean {
  return node.type.includes('Function')
}

function isBefore(left: Position, right: Position): boolean {
  return left.line < right.line || (left.line === right.line && left.column <= right.column)
}

/** The innermost function whose head that position is in: V8 tells the beginning of the parameters. A module's own code is the whole text. */
function findFunction(node: LocatedNode, at: Position): LocatedNode | undefined {
  for (const child of childrenOf(node)) {
    if (!isBefore(child.loc.start, at) || !isBefore(at, child.loc.end)) continue
    const inner = findFunction(child, at)
    if (inner !== undefined) return inner
    if (isFunction(child) && isNode(child.body) && isBefore(at, child.body.loc.start)) return child
  }
  return undefined
}

/** The last name of what is called: `createGzip` of `zlib.createGzip()`. */
function calledName(node: LocatedNode): string | undefined {
  const { callee } = node
  if (!isNode(callee)) return undefined
  const named = callee as unknown as { readonly name?: unknown; readonly property?: { readonly name?: unknown } }
  const name = named.name ?? named.property?.name
  return typeof name === 'string' ? name : undefined
}

/** What makes objects of a constructor by itself, without calling JavaScript. */
const makers: ReadonlyMap<string, (node: LocatedNode) => boolean> = new Map([
  ['Array', (node) => node.type === 'ArrayExpression'],
  ['Object', (node) => node.type === 'ObjectExpression'],
  ['RegExp', (node) => node.type === 'Literal' && 'regex' in node],
  [
    '(string)',
    (node) => node.type === 'TemplateLiteral' || (node.type === 'BinaryExpression' && 'operator' in node && node.operator === '+'),
  ],
])

function makes(node: LocatedNode, label: string): boolean {
  if (label.startsWith('function')) return isFunction(node)
  return makers.get(label)?.(node) === true || (node.type === 'NewExpression' && calledName(node) === label)
}

/** The expressions of a function, without those of functions within it: these are told as functions of their own. */
function collect(node: LocatedNode, isWanted: (node: LocatedNode) => boolean, found: LocatedNode[]): void {
  for (const child of childrenOf(node)) {
    if (isWanted(child)) found.push(child)
    if (!isFunction(child)) collect(child, isWanted, found)
  }
}

/** From the surest way of recognising them on: the first way that finds any counts. */
function findMakers(body: LocatedNode, label: string | undefined, callee: string | undefined): readonly LocatedNode[] {
  const isCall = (node: LocatedNode): boolean => node.type === 'CallExpression' || node.type === 'NewExpression'
  const ways = [
    (node: LocatedNode) => callee !== undefined && callee !== '' && calledName(node) === callee,
    (node: LocatedNode) => label !== undefined && makes(node, label),
    // `createGzip` makes a Gzip, though node's own name for it is another.
    (node: LocatedNode) => label !== undefined && calledName(node)?.endsWith(label) === true,
    // What no literal makes, some call does.
    (node: LocatedNode) => (label === undefined || !makers.has(label)) && isCall(node),
  ]
  for (const way of ways) {
    const found: LocatedNode[] = []
    collect(body, way, found)
    if (found.length > 0) return found
  }
  return []
}

/** Where in a text an object of a constructor is made. */
export interface Made {
  readonly position: Position
  readonly isExact: boolean
}

/**
 * The expression, in the function that begins at a position, that makes an object or calls `callee`, which does. Where several lines could be it,
 * the beginning of the function.
 */
export function findAllocation(text: string, begin: Position, label: string | undefined, callee: string | undefined): Made {
  const program = parse(text)
  if (program === undefined) return { position: begin, isExact: false }
  const body = findFunction(program, begin) ?? program
  const found = findMakers(body, label, callee)
  const [first] = found
  const isOneLine = new Set(found.map(({ loc }) => loc.start.line)).size === 1
  if (first !== undefined && isOneLine) return { position: first.loc.start, isExact: true }
  return { position: begin, isExact: body !== program && body.loc.start.line === body.loc.end.line }
}
