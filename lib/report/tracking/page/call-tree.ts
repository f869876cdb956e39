import type { PageFrame, PageStack } from '../page-data.js'
import type { Measure } from './measures.js'

/** A function within its callers, or within those that it called. The root has no frame. */
export interface CallNode {
  readonly frame: number | undefined
  readonly parent: CallNode | undefined
  readonly depth: number
  total: number
  /** Errors add up by their squares, as blocks are sampled independently of each other. */
  squaredError: number
  readonly children: CallNode[]
}

/** A stack's frames in the order in which a tree has them, from its root. */
export type PathOf = (stack: PageStack) => readonly number[]

function newNode(frame: number | undefined, parent: CallNode | undefined): CallNode {
  return { frame, parent, depth: parent === undefined ? 0 : parent.depth + 1, total: 0, squaredError: 0, children: [] }
}

function sortByTotal(node: CallNode): void {
  node.children.sort((one, other) => other.total - one.total)
  node.children.forEach(sortByTotal)
}

/** The stacks that `pathOf` has frames of, as a tree. The largest child of each function is the first. */
export function makeTree(stacks: readonly PageStack[], measure: Measure, pathOf: PathOf): CallNode {
  const root = newNode(undefined, undefined)
  const places = new Map<CallNode, Map<number, CallNode>>()
  const childOf = (parent: CallNode, frame: number): CallNode => {
    const known = places.get(parent) ?? new Map<number, CallNode>()
    places.set(parent, known)
    const child = known.get(frame) ?? newNode(frame, parent)
    if (!known.has(frame)) parent.children.push(child)
    known.set(frame, child)
    return child
  }
  for (const stack of stacks) {
    const [figure, path] = [measure.of(stack), pathOf(stack)]
    if (figure <= 0 || path.length === 0) continue
    let node = root
    const add = (): void => {
      node.total += figure
      node.squaredError += measure.errorOf(stack) ** 2
    }
    add()
    for (const frame of path) {
      node = childOf(node, frame)
      add()
    }
  }
  sortByTotal(root)
  return root
}

export const fromOutermost: PathOf = ({ frames }) => frames
export const fromInnermost: PathOf = ({ frames }) => frames.toReversed()

/** From `frame` to those that it called. */
export function calleesOf(frame: number): PathOf {
  return ({ frames }) => {
    const at = frames.indexOf(frame)
    return at === -1 ? [] : frames.slice(at)
  }
}

/** From `frame` to its callers. */
export function callersOf(frame: number): PathOf {
  return ({ frames }) => frames.slice(0, frames.indexOf(frame) + 1).reverse()
}

/** A function's figures over all stacks. In a recursion it counts once. */
export interface FunctionFigures {
  readonly frame: number
  readonly total: number
  /** What it asked for by itself: a function of the program does so through node's own and through native code. */
  readonly own: number
}

function isOfProgram(frame: PageFrame | undefined): boolean {
  return frame !== undefined && !frame.isNative && !frame.place.startsWith('node:')
}

/** Every function that has a figure, those that allocated most by themselves first. */
export function functionFigures(stacks: readonly PageStack[], frames: readonly PageFrame[], measure: Measure): readonly FunctionFigures[] {
  const figures = new Map<number, { total: number; own: number }>()
  const of = (frame: number): { total: number; own: number } => {
    const known = figures.get(frame) ?? { total: 0, own: 0 }
    figures.set(frame, known)
    return known
  }
  for (const stack of stacks) {
    const figure = measure.of(stack)
    if (figure <= 0) continue
    for (const frame of new Set(stack.frames)) of(frame).total += figure
    const innermost = stack.frames.at(-1)
    const script = stack.frames.findLast((frame) => isOfProgram(frames[frame]))
    for (const frame of new Set([innermost, script])) if (frame !== undefined) of(frame).own += figure
  }
  return [...figures]
    .map(([frame, { total, own }]) => ({ frame, total, own }))
    .sort((one, other) => other.own - one.own || other.total - one.total)
}
