import type { SnapshotFields } from './snapshot-fields.js'

/** Names that are wanted, by their index. What isn't wanted, such as the content of the program's strings, is the empty text. */
export type Names = ReadonlyMap<number, string>

/** A heap snapshot as arrays: 29 bytes a node, 9 an edge. Nodes and edges are told by their index. */
export interface SnapshotGraph {
  readonly fields: SnapshotFields
  readonly nodeCount: number
  readonly edgeCount: number
  readonly nodeType: Uint8Array
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  readonly selfSize: Float64Array
  /** The trace of the allocation, 0 for what was allocated before allocations were tracked. */
  readonly nodeTrace: Uint32Array
  /** The edges of node n are those from `firstEdge[n]` to before `firstEdge[n + 1]`. */
  readonly firstEdge: Uint32Array
  readonly edgeType: Uint8Array
  /** A name, or a number for edges of the types `element` and `hidden`. */
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  readonly names: Names
  /** For names of edges that tell of an entry of a WeakMap: the id of its table. */
  readonly weakMapTables: ReadonlyMap<number, number>
  readonly traces: TraceTable
}

/** Stacks of allocations, as a tree: each node is a function, and its parent is what called it. */
export interface TraceTable {
  readonly parent: readonly number[]
  readonly functionOf: readonly number[]
  /** Name, name of the script, id of the script, line and column, both from 1, of each function's beginning. */
  readonly functions: readonly TracedFunction[]
}

export interface TracedFunction {
  readonly name: number
  readonly script: number
  readonly scriptId: number
  readonly line: number
  readonly column: number
}

export function typeNameOf(graph: SnapshotGraph, node: number): string {
  return graph.fields.nodeTypes[graph.nodeType[node] as number] as string
}

export function nameOf(graph: SnapshotGraph, node: number): string {
  return graph.names.get(graph.nodeName[node] as number) ?? ''
}

export function edgeTypeOf(graph: SnapshotGraph, edge: number): string {
  return graph.fields.edgeTypes[graph.edgeType[edge] as number] as string
}

/** The name of an edge, or its number as text. */
export function edgeNameOf(graph: SnapshotGraph, edge: number): string {
  const type = edgeTypeOf(graph, edge)
  const name = graph.edgeName[edge] as number
  return type === 'element' || type === 'hidden' ? String(name) : (graph.names.get(name) ?? '')
}

/** The node that the first edge of that name leads to, undefined where there is none. */
export function followEdge(graph: SnapshotGraph, node: number, ...names: readonly string[]): number | undefined {
  for (let edge = graph.firstEdge[node] as number; edge < (graph.firstEdge[node + 1] as number); edge += 1) {
    if (edgeTypeOf(graph, edge) !== 'hidden' && names.includes(edgeNameOf(graph, edge))) return graph.edgeTo[edge]
  }
  return undefined
}

/** Lists of V8's own that keep nothing of what is in them alive, although a snapshot shows their edges as strong. */
const listsThatKeepNothing = new Set(['(Internalized strings)', '(External strings)', '(Weak roots)', '(Weak collections)'])

/**
 * Whether the edge keeps what it leads to. Weak ones don't. A WeakMap's value is kept by its key, so long as the table lives: the edge from the
 * table, which V8 writes too, would make every WeakMap keep all it knows.
 */
export function isStrong(graph: SnapshotGraph, from: number, edge: number, weakType: number): boolean {
  if (graph.edgeType[edge] === weakType) return false
  if (from < mostRoots && listsThatKeepNothing.has(nameOf(graph, from))) return false
  if (graph.weakMapTables.size === 0 || edgeTypeOf(graph, edge) !== 'internal') return true
  return graph.weakMapTables.get(graph.edgeName[edge] as number) !== graph.nodeId[from]
}

/** V8 writes its roots before all else. */
const mostRoots = 100
