import type { NewObjects } from './new-objects.js'
import { countObjects, labelOf } from './object-counts.js'
import type { ObjectCounts } from './object-counts.js'
import { nameOf, typeNameOf } from './snapshot-graph.js'
import type { SnapshotGraph } from './snapshot-graph.js'

/** A constructor of which each call leaves objects behind. */
export interface RisenConstructor {
  readonly label: string
  readonly perCall: number
  /** What its objects keep, themselves included. */
  readonly bytesPerCall: number
  /** The nodes of its new objects, oldest first. */
  readonly nodes: readonly number[]
}

/** What fewer calls than this leave behind isn't left by a call. */
const leastPerCall = 0.5

interface Found {
  readonly nodes: number[]
  bytes: number
}

/** The label of what keeps the object, past V8's own arrays in between; undefined where nothing new does. */
class Labels {
  readonly #graph: SnapshotGraph
  readonly #objects: NewObjects

  constructor(graph: SnapshotGraph, objects: NewObjects) {
    this.#graph = graph
    this.#objects = objects
  }

  of(number: number): string | undefined {
    const node = this.#objects.nodes[number - 1] as number
    return labelOf(typeNameOf(this.#graph, node), nameOf(this.#graph, node))
  }

  keeperOf(number: number): { readonly number: number; readonly label: string } | undefined {
    for (let at = this.#objects.keeper[number] as number; at > 0; at = this.#objects.keeper[at] as number) {
      const label = this.of(at)
      if (label !== undefined) return { number: at, label }
    }
    return undefined
  }

  isWithinSame(number: number, label: string): boolean {
    for (let at = this.keeperOf(number); at !== undefined; at = this.keeperOf(at.number)) if (at.label === label) return true
    return false
  }

  /** Whether this is the handle of a wrapper of the same name: `SecureContext` of node:tls has a native `SecureContext`. They are one. */
  isHandle(number: number, label: string): boolean {
    if (this.keeperOf(number)?.label !== label) return false
    const { firstEdge, edgeTo } = this.#graph
    const node = this.#objects.nodes[number - 1] as number
    for (let edge = firstEdge[node] as number; edge < (firstEdge[node + 1] as number); edge += 1) {
      if (typeNameOf(this.#graph, edgeTo[edge] as number) === 'native') return true
    }
    return false
  }
}

function groupByLabel(graph: SnapshotGraph, objects: NewObjects): ReadonlyMap<string, Found> {
  const labels = new Labels(graph, objects)
  const groups = new Map<string, Found>()
  for (const number of objects.kept) {
    const label = labels.of(number)
    if (label === undefined || labels.isHandle(number, label)) continue
    const group = groups.get(label) ?? { nodes: [], bytes: 0 }
    groups.set(label, group)
    group.nodes.push(objects.nodes[number - 1] as number)
    if (!labels.isWithinSame(number, label)) group.bytes += objects.retainedBytes[number] as number
  }
  return groups
}

/**
 * The constructors whose number rises with the calls, those that keep most first. A cache that is full makes new objects for old ones: their number
 * doesn't rise, and they aren't among them.
 */
export function findRisen(graph: SnapshotGraph, objects: NewObjects, before: ObjectCounts, calls: number): readonly RisenConstructor[] {
  const now = countObjects(graph)
  const risen: RisenConstructor[] = []
  for (const [label, { nodes, bytes }] of groupByLabel(graph, objects)) {
    const added = Math.min(nodes.length, (now.get(label) ?? 0) - (before.get(label) ?? 0))
    if (added / calls < leastPerCall) continue
    nodes.sort((left, right) => (graph.nodeId[left] as number) - (graph.nodeId[right] as number))
    risen.push({ label, perCall: added / calls, bytesPerCall: bytes / calls, nodes })
  }
  return risen.sort((left, right) => right.bytesPerCall - left.bytesPerCall)
}
