import type { AllocationTraces } from './allocation-traces.js'
import { findDominators } from './dominators.js'
import type { FlowGraph } from './dominators.js'
import { isStrong } from './snapshot-graph.js'
import type { SnapshotGraph } from './snapshot-graph.js'

/** What was allocated while allocations were traced, and is still kept. Their numbers here begin with 1: 0 is all that was there before. */
export interface NewObjects {
  /** The node of each. */
  readonly nodes: Uint32Array
  /** The number of a node, 0 for those that aren't new. */
  readonly numberOf: Uint32Array
  /** What alone keeps each: another new one, or 0. -1 for what nothing keeps. */
  readonly keeper: Int32Array
  /** Its own bytes and those of all that it alone keeps. */
  readonly retainedBytes: Float64Array
  /** Those that are kept. */
  readonly kept: Uint32Array
}

/**
 * Marks what is new. Native memory has no trace: it is new when something new leads to it. What V8 also counts as native and was there before has
 * something old leading to it, and so belongs to nothing new.
 */
function findNew(graph: SnapshotGraph, traces: AllocationTraces): Uint32Array {
  const { nodeCount, nodeTrace, nodeType, firstEdge, edgeTo, fields } = graph
  const native = fields.nodeTypes.indexOf('native')
  const isNew = new Uint8Array(nodeCount)
  const nodes: number[] = []
  const add = (node: number): void => {
    isNew[node] = 1
    nodes.push(node)
  }
  for (let node = 0; node < nodeCount; node += 1) {
    const trace = nodeTrace[node] as number
    if (trace !== 0 && !traces.isOwn(trace)) add(node)
  }
  // The list grows while native memory leads to more of it.
  for (const node of nodes) {
    for (let edge = firstEdge[node] as number; edge < (firstEdge[node + 1] as number); edge += 1) {
      const to = edgeTo[edge] as number
      if (isNew[to] === 0 && nodeType[to] === native) add(to)
    }
  }
  return Uint32Array.from(nodes)
}

/** The edges among new objects, by their numbers. */
function edgesAmong(graph: SnapshotGraph, nodes: Uint32Array, numberOf: Uint32Array): FlowGraph {
  const { firstEdge, edgeTo, fields } = graph
  const weak = fields.edgeTypes.indexOf('weak')
  const first = new Uint32Array(nodes.length + 2)
  const to: number[] = []
  nodes.forEach((node, index) => {
    first[index + 1] = to.length
    for (let edge = firstEdge[node] as number; edge < (firstEdge[node + 1] as number); edge += 1) {
      const target = numberOf[edgeTo[edge] as number] as number
      if (target !== 0 && isStrong(graph, node, edge, weak)) to.push(target)
    }
  })
  first[nodes.length + 1] = to.length
  return { count: nodes.length + 1, first, to: Uint32Array.from(to) }
}

/** What something that was there before leads to: JavaScript's objects, and lists of V8's and node's. */
function findEntries(graph: SnapshotGraph, numberOf: Uint32Array): { readonly held: Set<number>; readonly listed: Set<number> } {
  const { nodeCount, firstEdge, edgeTo, nodeType, fields } = graph
  const weak = fields.edgeTypes.indexOf('weak')
  const [native, synthetic] = [fields.nodeTypes.indexOf('native'), fields.nodeTypes.indexOf('synthetic')]
  const held = new Set<number>()
  const listed = new Set<number>()
  for (let node = 0; node < nodeCount; node += 1) {
    if (numberOf[node] !== 0) continue
    const isList = nodeType[node] === native || nodeType[node] === synthetic
    for (let edge = firstEdge[node] as number; edge < (firstEdge[node + 1] as number); edge += 1) {
      const to = edgeTo[edge] as number
      // Node's lists of all its native objects don't own them: their wrappers do.
      if (numberOf[to] === 0 || (isList && nodeType[to] === native) || !isStrong(graph, node, edge, weak)) continue
      ;(isList ? listed : held).add(numberOf[to] as number)
    }
  }
  return { held, listed }
}

/** Marks all that can be reached from a number. */
function reach({ first, to }: FlowGraph, from: number, reached: Uint8Array): void {
  const stack = [from]
  reached[from] = 1
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (let edge = first[at] as number; edge < (first[at + 1] as number); edge += 1) {
      const next = to[edge] as number
      if (reached[next] === 1) continue
      reached[next] = 1
      stack.push(next)
    }
  }
}

/**
 * The new objects alone, under a root that stands for all else that keeps them. What JavaScript holds belongs to its holder, even when a list of
 * native handles has it too: the handle of a stream that works belongs to the stream.
 */
function flowOf(graph: SnapshotGraph, nodes: Uint32Array, numberOf: Uint32Array): FlowGraph {
  const among = edgesAmong(graph, nodes, numberOf)
  const { held, listed } = findEntries(graph, numberOf)
  const reached = new Uint8Array(among.count)
  const entries = [...held]
  for (const number of held) reach(among, number, reached)
  for (const number of listed) {
    if (reached[number] === 1) continue
    entries.push(number)
    reach(among, number, reached)
  }
  const first = among.first.map((begin, number) => (number === 0 ? 0 : begin + entries.length))
  const to = new Uint32Array(entries.length + among.to.length)
  to.set(entries)
  to.set(among.to, entries.length)
  return { count: among.count, first, to }
}

/** Finds what is new, what keeps it, and how many bytes each keeps. */
export function findNewObjects(graph: SnapshotGraph, traces: AllocationTraces): NewObjects {
  const nodes = findNew(graph, traces)
  const numberOf = new Uint32Array(graph.nodeCount)
  nodes.forEach((node, index) => (numberOf[node] = index + 1))
  const { of: keeper, order } = findDominators(flowOf(graph, nodes, numberOf))
  const retainedBytes = new Float64Array(nodes.length + 1)
  for (let place = order.length - 1; place > 0; place -= 1) {
    const number = order[place] as number
    ;(retainedBytes[number] as number) += graph.selfSize[nodes[number - 1] as number] as number
    ;(retainedBytes[keeper[number] as number] as number) += retainedBytes[number] as number
  }
  return { nodes, numberOf, keeper, retainedBytes, kept: order.subarray(1) }
}
