import type { AnyNode, CallExpression, Class, Identifier, NewExpression } from 'acorn'

import type { ChainLink } from './call-chain.js'
import { forEachChild } from './child-nodes.js'
import type { Frame } from './frame.js'
import type { FunctionLike } from './function-node.js'
import { callText, isAsyncHelperCall, isProfileCall, keyName, qualifiedName, targetName } from './function-names.js'
import { resumeOpening, suspendNothing, suspendOpening, valueClosing } from './insertions.js'
import type { Insertions } from './insertions.js'
import { noArgumentsName } from '../probe-names.js'

/** What the code around a function says about it. */
export interface Surroundings {
  /** The name that it is assigned to. */
  readonly name: string | undefined
  /** The call among whose arguments it is, if it isn't assigned to a name there. */
  readonly givenTo: string | undefined
  /** The beginning of the declaration whose value it is. */
  readonly start: number
  readonly marked: boolean
}

type EnterFunction = (node: FunctionLike, surroundings: Surroundings) => void
type Handler = (walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined, around: Surroundings) => void

/** Walks a tree in the order of the source. Finds its functions, and writes the probes around `await` and `yield`. */
export class ExpressionWalker {
  /** How many `with` statements enclose this point. */
  withDepth = 0
  readonly #links = new Set<AnyNode>()
  #left: AnyNode | undefined

  constructor(
    readonly source: string,
    readonly insertions: Insertions,
    readonly enterFunction: EnterFunction,
    /** Whether the code that begins at this offset is marked. */
    readonly isMarked: (offset: number) => boolean,
    /** The original name of an identifier. */
    readonly nameOf: (identifier: Identifier) => string,
  ) {}

  /** `frame` is undefined in code that isn't profiled. */
  walk(node: AnyNode | null | undefined, frame: Frame | undefined, around?: Surroundings): void {
    if (node === null || node === undefined || node === this.#left) return
    const handler = handlers[node.type]
    if (handler === undefined) this.walkChildren(node, frame)
    else handler(this, node, frame, around ?? unnamed(node.start))
  }

  /** Each of these calls gets a probe when it is walked, unless it is on the current line. */
  expect(links: readonly ChainLink[]): void {
    for (const link of links) this.#links.add(link)
  }

  isLink(node: AnyNode): node is ChainLink {
    return this.#links.has(node)
  }

  /** Runs `walk`, which then leaves out `node`. */
  except(node: AnyNode, walk: () => void): void {
    this.#left = node
    walk()
    this.#left = undefined
  }

  walkAll(nodes: readonly (AnyNode | null)[], frame: Frame | undefined): void {
    for (const node of nodes) this.walk(node, frame)
  }

  walkChildren(node: AnyNode, frame: Frame | undefined): void {
    forEachChild(node, (child) => {
      this.walk(child, frame)
    })
  }
}

const handlers: { readonly [type in AnyNode['type']]?: Handler } = {
  FunctionDeclaration: enter,
  FunctionExpression: enter,
  ArrowFunctionExpression: enter,
  StaticBlock: enter,
  ClassDeclaration: walkClass,
  ClassExpression: walkClass,
  WithStatement: walkWith,
  AwaitExpression: walkSuspension,
  YieldExpression: walkSuspension,
  ExportDefaultDeclaration: (walker, node, frame) => {
    if (node.type === 'ExportDefaultDeclaration') walker.walk(node.declaration, frame, { ...unnamed(node.start), name: 'default' })
  },
  ExportNamedDeclaration: (walker, node, frame) => {
    if (node.type === 'ExportNamedDeclaration') walker.walk(node.declaration, frame, unnamed(node.start))
  },
  ExpressionStatement: (walker, node, frame) => {
    if (node.type === 'ExpressionStatement') walker.walk(node.expression, frame, unnamed(node.start))
  },
  VariableDeclaration: (walker, node, frame, around) => {
    if (node.type !== 'VariableDeclaration') return
    node.declarations.forEach((each, index) => {
      walker.walk(each, frame, index === 0 ? around : undefined)
    })
  },
  VariableDeclarator: (walker, node, frame, around) => {
    if (node.type !== 'VariableDeclarator') return
    walker.walk(node.id, frame)
    walker.walk(node.init, frame, { ...around, name: assignedName(walker, node.id) })
  },
  AssignmentExpression: walkAssignment,
  AssignmentPattern: walkAssignment,
  LogicalExpression: (walker, node, frame, around) => {
    if (node.type !== 'LogicalExpression') return
    walker.walk(node.left, frame, around)
    walker.walk(node.right, frame, around)
  },
  ConditionalExpression: (walker, node, frame, around) => {
    if (node.type !== 'ConditionalExpression') return
    walker.walk(node.test, frame)
    walker.walk(node.consequent, frame, around)
    walker.walk(node.alternate, frame, around)
  },
  CallExpression: (walker, node, frame, around) => {
    if (node.type !== 'CallExpression') return
    const isProfile = isProfileCall(node)
    const passed = isProfile ? { ...around, marked: true } : isAsyncHelperCall(node) ? around : undefined
    walkCall(walker, node, frame, passed)
  },
  NewExpression: (walker, node, frame) => {
    if (node.type === 'NewExpression') walkCall(walker, node, frame, undefined)
  },
  ObjectExpression: (walker, node, frame, around) => {
    if (node.type !== 'ObjectExpression') return
    for (const property of node.properties) walker.walk(property, frame, { ...unnamed(property.start), name: around.name })
  },
  Property: walkProperty,
}

function assignedName(walker: ExpressionWalker, target: AnyNode): string | undefined {
  return target.type === 'Identifier' ? walker.nameOf(target) : targetName(target)
}

function unnamed(start: number): Surroundings {
  return { name: undefined, givenTo: undefined, start, marked: false }
}

/** `passed` is what the code around the call says about its arguments. */
function walkCall(
  walker: ExpressionWalker,
  call: CallExpression | NewExpression,
  frame: Frame | undefined,
  passed: Surroundings | undefined,
): void {
  walker.walk(call.callee, frame)
  const closing = frame !== undefined && walker.isLink(call) ? reachLink(call, frame) : ''
  const givenTo = callText(call)
  call.arguments.forEach((argument, index) => {
    walker.walk(argument, frame, passed ?? { ...unnamed(argument.start), givenTo })
    if (index === 0 && closing !== '') walker.insertions.add(argument.end, closing)
  })
}

/**
 * Puts a probe between the object of a link, which is evaluated before, and the call: into the first argument, as V8 names the object in its messages as it
 * is written. Returns what closes the argument.
 */
function reachLink({ callee, arguments: [first], end }: ChainLink, frame: Frame): string {
  const { start } = callee.property
  if (!frame.needsProbe(start)) return ''
  if (first === undefined) frame.reach(end - 1, start, '...(', `,${noArgumentsName})`)
  else frame.reach(first.type === 'SpreadElement' ? first.argument.start : first.start, start, '(', ',')
  return ')'
}

function enter(walker: ExpressionWalker, node: AnyNode, _frame: Frame | undefined, around: Surroundings): void {
  walker.enterFunction(node as FunctionLike, around)
}

function walkAssignment(walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined, around: Surroundings): void {
  if (node.type !== 'AssignmentExpression' && node.type !== 'AssignmentPattern') return
  walker.walk(node.left, frame)
  walker.walk(node.right, frame, { ...around, name: assignedName(walker, node.left) })
}

function walkProperty(walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined, around: Surroundings): void {
  if (node.type !== 'Property') return
  if (node.computed) walker.walk(node.key, frame)
  walker.walk(node.value, frame, { ...around, name: qualifiedName(around.name, keyName(node.key, node.computed, walker.source)) })
}

/** Computed keys run in the function around the class. Values don't: each member is a function of its own. */
function walkClass(walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined, around: Surroundings): void {
  const { id, superClass, body } = node as Class
  const className = (id ? walker.nameOf(id) : around.name) ?? '<anonymous>'
  const marked = around.marked || walker.isMarked(around.start) || walker.isMarked(node.start)
  walker.walk(superClass, frame)
  for (const member of body.body) {
    const within = { ...unnamed(member.start), marked }
    if (member.type === 'StaticBlock') {
      walker.walk(member, undefined, { ...within, name: qualifiedName(className, '<static>') })
    } else {
      if (member.computed) walker.walk(member.key, frame)
      walker.walk(member.value, undefined, {
        ...within,
        name: qualifiedName(className, keyName(member.key, member.computed, walker.source)),
      })
    }
  }
}

function walkWith(walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined): void {
  if (node.type !== 'WithStatement') return
  walker.walk(node.object, frame)
  walker.withDepth++
  walker.walk(node.body, frame)
  walker.withDepth--
}

function walkSuspension(walker: ExpressionWalker, node: AnyNode, frame: Frame | undefined): void {
  if (node.type !== 'AwaitExpression' && node.type !== 'YieldExpression') return
  if (frame === undefined) {
    walker.walk(node.argument, frame)
    return
  }
  walker.insertions.add(node.start, resumeOpening)
  if (node.argument) suspendWith(walker, node.argument, frame)
  else walker.insertions.add(node.end, suspendNothing)
  walker.insertions.add(node.end, valueClosing)
}

/** Writes a probe around `value`: the function is suspended after it is evaluated. */
export function suspendWith(walker: ExpressionWalker, value: AnyNode, frame: Frame): void {
  walker.insertions.add(value.start, suspendOpening)
  walker.walk(value, frame)
  walker.insertions.add(value.end, valueClosing)
}
