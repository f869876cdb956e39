// Sums up in V8's heap snapshot what a closed value leads to, by rules of its own: every edge but those to a value's class and to V8's insides.

const skippedProperties = new Set(['__proto__', 'constructor'])
/** Internal edges to the parts of plain data. The rest leads to classes: maps, prototypes, code. */
const followedInternals = new Set([
  'elements',
  'properties',
  'table',
  'first',
  'second',
  'parent',
  'actual',
  'buffer',
  'backing_store',
  'value',
])

/** An empty store of V8's read-only heap: before V8 13 snapshots show it, as they do the mark of a deleted entry, at every object alike. */
const emptyStoreBytes = 16

function leadsOn(snapshot, from, { type, name }, isTable) {
  if (type === 'weak' || type === 'shortcut' || type === 'context') return false
  if (type === 'property') return !skippedProperties.has(name)
  if (type === 'element') return true
  if (isTable) return name !== 'map'
  return type === 'internal' && followedInternals.has(name)
}

/** Heap bytes and bytes outside the heap of everything that `root` leads to. */
function sumClosure(snapshot, root) {
  const seen = new Set([root])
  const pending = [{ node: root, via: '' }]
  let heapBytes = 0
  let externalBytes = 0
  while (pending.length > 0) {
    const { node, via } = pending.pop()
    if (snapshot.type(node) === 'native') {
      externalBytes += snapshot.selfSize(node)
      continue
    }
    if ((via === 'properties' && snapshot.selfSize(node) === emptyStoreBytes) || snapshot.name(node) === 'system / Hole') continue
    heapBytes += snapshot.selfSize(node)
    // What a dictionary of properties holds hangs on its object too; beside it there are only names.
    if (via === 'properties' || via === 'elements') continue
    for (const edge of snapshot.edgesOf(node)) {
      if (seen.has(edge.to) || !leadsOn(snapshot, node, edge, via === 'table')) continue
      seen.add(edge.to)
      pending.push({ node: edge.to, via: edge.name })
    }
  }
  return { heapBytes, externalBytes }
}

module.exports = { sumClosure }
