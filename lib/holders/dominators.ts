/** A graph whose node 0 is the root. The successors of node n are `to[first[n]]` up to before `to[first[n + 1]]`. */
export interface FlowGraph {
  readonly count: number
  readonly first: Uint32Array
  readonly to: Uint32Array
}

/** The immediate dominator of each node, and the nodes in the order in which dominators come before what they dominate. */
export interface Dominators {
  /** -1 for what can't be reached. The root is its own. */
  readonly of: Int32Array
  /** What can be reached, the root first. */
  readonly order: Uint32Array
}

/** Nodes in reverse postorder of a depth-first walk. */
function reversePostorder({ count, first, to }: FlowGraph): Uint32Array {
  const seen = new Uint8Array(count)
  const next = first.slice(0, count)
  const stack = [0]
  const order = new Uint32Array(count)
  let free = count
  seen[0] = 1
  while (stack.length > 0) {
    const node = stack.at(-1) as number
    const edge = next[node] as number
    if (edge === first[node + 1]) {
      order[--free] = node
      stack.pop()
      continue
    }
    next[node] = edge + 1
    const child = to[edge] as number
    if (seen[child] === 1) continue
    seen[child] = 1
    stack.push(child)
  }
  return order.subarray(free)
}

function turnAround({ count, first, to }: FlowGraph): FlowGraph {
  const begin = new Uint32Array(count + 1)
  for (const target of to) (begin[target + 1] as number) += 1
  for (let node = 0; node < count; node += 1) (begin[node + 1] as number) += begin[node] as number
  const next = begin.slice()
  const from = new Uint32Array(to.length)
  for (let node = 0; node < count; node += 1) {
    for (let edge = first[node] as number; edge < (first[node + 1] as number); edge += 1)
      from[(next[to[edge] as number] as number)++] = node
  }
  return { count, first: begin, to: from }
}

/** By the iteration of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001). */
export function findDominators(graph: FlowGraph): Dominators {
  const order = reversePostorder(graph)
  const placeOf = new Int32Array(graph.count).fill(-1)
  order.forEach((node, place) => (placeOf[node] = place))
  const callers = turnAround(graph)
  // By place in the order: dominators have lower ones.
  const idom = new Int32Array(order.length).fill(-1)
  idom[0] = 0
  const meet = (left: number, right: number): number => {
    while (left !== right) {
      if (left > right) left = idom[left] as number
      else right = idom[right] as number
    }
    return left
  }
  for (let changed = true; changed;) {
    changed = false
    for (let place = 1; place < order.length; place += 1) {
      const node = order[place] as number
      let found = -1
      for (let edge = callers.first[node] as number; edge < (callers.first[node + 1] as number); edge += 1) {
        const from = placeOf[callers.to[edge] as number] as number
        if (from === -1 || idom[from] === -1) continue
        found = found === -1 ? from : meet(from, found)
      }
      if (found === idom[place]) continue
      idom[place] = found
      changed = true
    }
  }
  const of = new Int32Array(graph.count).fill(-1)
  order.forEach((node, place) => (of[node] = order[idom[place] as number] as number))
  return { of, order }
}
