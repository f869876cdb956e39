import { isOwn } from './allocation-traces.js'
import { edgeTypeOf, followEdge, isStrong, nameOf, typeNameOf } from './snapshot-graph.js'
import type { SnapshotGraph } from './snapshot-graph.js'

/** An edge of a retaining path and the node that it begins at. */
export interface PathStep {
  readonly from: number
  readonly edge: number
}

/** By how much longer a path is for an edge of this type. What a person knows by name is preferred. */
const costOfEdge: Readonly<Record<string, number>> = { property: 1, context: 1, element: 1, shortcut: 1, internal: 2, hidden: 6 }
/** The same for a node of this type. V8's own roots come last: the global objects are roots that a person knows. */
const costOfNode: Readonly<Record<string, number>> = { code: 20, 'object shape': 20, hidden: 4, native: 10, synthetic: 30 }
const costOfOwn = 100
const mostCost = 160

/** The functions of this package, which keep the function that is called and aren't what a path is to show. */
function findOwnFunctions(graph: SnapshotGraph): Uint8Array {
  const own = new Uint8Array(graph.nodeCount)
  const closure = graph.fields.nodeTypes.indexOf('closure')
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (graph.nodeType[node] === closure && isOwn(scriptOfFunction(graph, node) ?? '')) own[node] = 1
  }
  return own
}

/** The name of a function's script; undefined for what isn't JavaScript. */
export function scriptOfFunction(graph: SnapshotGraph, node: number): string | undefined {
  const shared = followEdge(graph, node, 'shared')
  const script = shared === undefined ? undefined : followEdge(graph, shared, 'script', 'script_or_debug_info')
  return script === undefined ? undefined : nameOf(graph, script)
}

/** Nodes that wait for their turn, by their distance. Distances that wait differ by less than `mostCost` + 1. */
class Waiting {
  readonly #byDistance: number[][] = Array.from({ length: mostCost + 1 }, () => [])
  #count = 0

  add(node: number, distance: number): void {
    ;(this.#byDistance[distance % (mostCost + 1)] as number[]).push(node)
    this.#count += 1
  }

  /** Takes all that wait at that distance. */
  take(distance: number): readonly number[] {
    const at = distance % (mostCost + 1)
    const nodes = this.#byDistance[at] as number[]
    this.#byDistance[at] = []
    this.#count -= nodes.length
    return nodes
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }
}

/** The shortest strong paths from the roots to all nodes: Dijkstra's, with a list for each distance (Dial's). */
export class RetainingPaths {
  readonly #graph: SnapshotGraph
  readonly #reachedFrom: Int32Array
  readonly #reachedBy: Uint32Array

  constructor(graph: SnapshotGraph) {
    this.#graph = graph
    this.#reachedFrom = new Int32Array(graph.nodeCount).fill(-1)
    this.#reachedBy = new Uint32Array(graph.nodeCount)
    this.#search()
  }

  /** The path to a node, the root's step first. Empty for what no root keeps. */
  to(node: number): readonly PathStep[] {
    const steps: PathStep[] = []
    for (let at = node; at !== 0;) {
      const from = this.#reachedFrom[at] as number
      if (from === -1) return []
      steps.unshift({ from, edge: this.#reachedBy[at] as number })
      at = from
    }
    return steps
  }

  #search(): void {
    const costs = new StepCosts(this.#graph)
    const distances = new Uint32Array(this.#graph.nodeCount).fill(0xffffffff)
    const waiting = new Waiting()
    distances[0] = 0
    waiting.add(0, 0)
    for (let distance = 0; !waiting.isEmpty; distance += 1) {
      for (const node of waiting.take(distance)) {
        // What was found by a shorter path meanwhile has had its turn.
        if (distances[node] === distance) this.#visit(node, distances, costs, waiting)
      }
    }
  }

  #visit(node: number, distances: Uint32Array, costs: StepCosts, waiting: Waiting): void {
    const { firstEdge, edgeTo } = this.#graph
    for (let edge = firstEdge[node] as number; edge < (firstEdge[node + 1] as number); edge += 1) {
      const cost = costs.of(node, edge)
      const to = edgeTo[edge] as number
      const distance = (distances[node] as number) + cost
      if (cost === 0 || distance >= (distances[to] as number)) continue
      distances[to] = distance
      this.#reachedFrom[to] = node
      this.#reachedBy[to] = edge
      waiting.add(to, distance)
    }
  }
}

/** What a step adds to a path's length. */
class StepCosts {
  readonly #graph: SnapshotGraph
  readonly #own: Uint8Array
  readonly #ofEdge: readonly number[]
  readonly #ofNode: readonly number[]
  readonly #weak: number
  readonly #shortcut: number

  constructor(graph: SnapshotGraph) {
    const { edgeTypes, nodeTypes } = graph.fields
    this.#graph = graph
    this.#own = findOwnFunctions(graph)
    this.#ofEdge = edgeTypes.map((type) => costOfEdge[type] ?? 2)
    this.#ofNode = nodeTypes.map((type) => costOfNode[type] ?? 0)
    this.#weak = edgeTypes.indexOf('weak')
    this.#shortcut = edgeTypes.indexOf('shortcut')
  }

  /** 0 for what is no step. */
  of(node: number, edge: number): number {
    const { edgeType, edgeTo, nodeType } = this.#graph
    const type = edgeType[edge] as number
    const to = edgeTo[edge] as number
    if (type === this.#shortcut) return node === 0 ? 1 : 0
    if (!isStrong(this.#graph, node, edge, this.#weak)) return 0
    return (this.#ofEdge[type] as number) + (this.#ofNode[nodeType[to] as number] as number) + (this.#own[to] === 1 ? costOfOwn : 0)
  }
}

/** The name of the script whose functions see the variables of this context; undefined where none is left. */
export function scriptOfContext(graph: SnapshotGraph, context: number): string | undefined {
  for (let node = 0; node < graph.nodeCount; node += 1) {
    if (typeNameOf(graph, node) !== 'closure') continue
    for (let edge = graph.firstEdge[node] as number; edge < (graph.firstEdge[node + 1] as number); edge += 1) {
      if (graph.edgeTo[edge] !== context || edgeTypeOf(graph, edge) !== 'internal') continue
      const script = scriptOfFunction(graph, node)
      if (script !== undefined) return script
    }
  }
  return undefined
}
