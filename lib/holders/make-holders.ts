import { AllocationPlaces } from './allocation-places.js'
import { AllocationTraces } from './allocation-traces.js'
import type { AllocatingFunction } from './allocation-traces.js'
import type { Holder } from './holders-found.js'
import type { InspectorSession } from './inspector-session.js'
import { findNewObjects } from './new-objects.js'
import type { ObjectCounts } from './object-counts.js'
import { PathWords } from './path-words.js'
import { RetainingPaths } from './retaining-path.js'
import { findRisen } from './risen-constructors.js'
import { sumSamples } from './sampled-places.js'
import type { SampledNode } from './sampled-places.js'
import type { SnapshotGraph } from './snapshot-graph.js'

/** What comes after these keeps less than they do. */
const mostHolders = 10

/** Has the lines of allocations looked up, and the debugger let go of the program's scripts afterwards. */
function withPlaces<Result>(session: InspectorSession, look: (places: AllocationPlaces) => Result): Result {
  const places = new AllocationPlaces(session)
  try {
    return look(places)
  } finally {
    places.close()
  }
}

/** Who allocated most of the nodes. */
function mostFrequent(graph: SnapshotGraph, traces: AllocationTraces, nodes: readonly number[]): AllocatingFunction | undefined {
  const counts = new Map<AllocatingFunction, number>()
  let most: AllocatingFunction | undefined
  for (const node of nodes) {
    const found = traces.of(graph.nodeTrace[node] as number)
    if (found === undefined) continue
    const count = (counts.get(found) ?? 0) + 1
    counts.set(found, count)
    if (most === undefined || count > (counts.get(most) as number)) most = found
  }
  return most
}

/** The holders that two snapshots show. */
export function holdersByObjects(graph: SnapshotGraph, before: ObjectCounts, calls: number, session: InspectorSession): readonly Holder[] {
  const traces = new AllocationTraces(graph)
  const objects = findNewObjects(graph, traces)
  const risen = findRisen(graph, objects, before, calls).slice(0, mostHolders)
  if (risen.length === 0) return []
  const paths = new RetainingPaths(graph)
  const words = new PathWords(graph, (node) => objects.numberOf[node] !== 0)
  return withPlaces(session, (places) =>
    risen.map(({ label, perCall, bytesPerCall, nodes }) => {
      const allocating = mostFrequent(graph, traces, nodes)
      // The last one may still be in use by the call that made it.
      const example = nodes[nodes.length >> 1] as number
      return {
        constructor: label,
        perCall,
        bytesPerCall,
        path: words.describe(paths.to(example)),
        allocatedAt: allocating && places.of(allocating, label),
      }
    }),
  )
}

/** The places that the sampler shows. */
export function holdersBySamples(head: SampledNode, calls: number, session: InspectorSession): readonly Holder[] {
  const largest = sumSamples(head).slice(0, mostHolders)
  return withPlaces(session, (places) =>
    largest.map(({ allocating, bytes }) => ({
      constructor: undefined,
      perCall: undefined,
      bytesPerCall: bytes / calls,
      path: undefined,
      allocatedAt: places.of(allocating, undefined),
    })),
  )
}
