import type { AnyNode } from 'acorn'

/** Calls `visit` for each child of `node`, in the order of acorn's keys. That is the order of the source, except for parts of some loops. */
export function forEachChild(node: AnyNode, visit: (child: AnyNode) => void): void {
  for (const key in node) {
    const value: unknown = node[key as keyof AnyNode]
    if (typeof value !== 'object' || value === null) continue
    if (Array.isArray(value)) visitAll(value as (AnyNode | null)[], visit)
    else if ('type' in value) visit(value as AnyNode)
  }
}

function visitAll(nodes: readonly (AnyNode | null)[], visit: (child: AnyNode) => void): void {
  for (const node of nodes) if (node !== null && 'type' in node) visit(node)
}
