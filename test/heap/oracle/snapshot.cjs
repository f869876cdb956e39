// V8's own view of the heap, as the oracle of our sizes: a heap snapshot, parsed.
const { readFileSync, rmSync } = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const v8 = require('node:v8')

/** Holds a value so that a snapshot can be asked for it: the one object of a class that nobody else has. */
class OracleExhibit {
  constructor(label, value) {
    // Flat: of a concatenation the snapshot shows no text.
    this.label = Buffer.from(label).toString('latin1')
    this.value = value
  }
}

class Snapshot {
  constructor(text) {
    const { snapshot, nodes, edges, strings } = JSON.parse(text)
    this.strings = strings
    this.nodes = nodes
    this.edges = edges
    this.node = fieldIndexes(snapshot.meta.node_fields)
    this.edge = fieldIndexes(snapshot.meta.edge_fields)
    this.nodeTypes = snapshot.meta.node_types[0]
    this.edgeTypes = snapshot.meta.edge_types[0]
    this.nodeWords = snapshot.meta.node_fields.length
    this.edgeWords = snapshot.meta.edge_fields.length
    this.firstEdges = firstEdges(this)
  }

  name(node) {
    return this.strings[this.nodes[node + this.node.name]]
  }

  type(node) {
    return this.nodeTypes[this.nodes[node + this.node.type]]
  }

  selfSize(node) {
    return this.nodes[node + this.node.self_size]
  }

  *edgesOf(node) {
    const first = this.firstEdges[node / this.nodeWords]
    const end = first + this.nodes[node + this.node.edge_count] * this.edgeWords
    for (let at = first; at < end; at += this.edgeWords) {
      const type = this.edgeTypes[this.edges[at + this.edge.type]]
      const nameOrIndex = this.edges[at + this.edge.name_or_index]
      const name = type === 'element' || type === 'hidden' ? nameOrIndex : this.strings[nameOrIndex]
      yield { type, name, to: this.edges[at + this.edge.to_node] }
    }
  }

  /** The node at the end of an edge; undefined when there is none, as for numbers in slots and V8's empty stores. */
  follow(node, type, name) {
    for (const edge of this.edgesOf(node)) if (edge.type === type && edge.name === name) return edge.to
    return undefined
  }

  /** Every exhibit's value, by its label. */
  exhibits() {
    const found = new Map()
    for (let node = 0; node < this.nodes.length; node += this.nodeWords) {
      if (this.type(node) !== 'object' || this.name(node) !== OracleExhibit.name) continue
      const label = this.follow(node, 'property', 'label')
      const value = this.follow(node, 'property', 'value')
      if (label !== undefined) found.set(this.name(label), value)
    }
    return found
  }
}

function fieldIndexes(fields) {
  return Object.fromEntries(fields.map((field, index) => [field, index]))
}

function firstEdges({ nodes, node, nodeWords, edgeWords }) {
  const first = new Uint32Array(nodes.length / nodeWords)
  let next = 0
  for (let at = 0; at < nodes.length; at += nodeWords) {
    first[at / nodeWords] = next
    next += nodes[at + node.edge_count] * edgeWords
  }
  return first
}

/** A snapshot of this very heap. Collects garbage, so that what is measured afterwards is what it shows. */
function takeSnapshot() {
  const file = path.join(os.tmpdir(), `allocscope-oracle-${process.pid}.heapsnapshot`)
  try {
    // Without their values, numbers in properties of one type have no node.
    v8.writeHeapSnapshot(file, { exposeNumericValues: true })
    return new Snapshot(readFileSync(file, 'utf8'))
  } finally {
    rmSync(file, { force: true })
  }
}

module.exports = { OracleExhibit, takeSnapshot }
