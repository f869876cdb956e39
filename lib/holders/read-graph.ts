import { malformedSnapshot } from './malformed-snapshot.js'
import { functionWidth, readFields, traceWidth } from './snapshot-fields.js'
import type { SnapshotFields } from './snapshot-fields.js'
import type { SnapshotGraph, TracedFunction } from './snapshot-graph.js'
import { SnapshotText } from './snapshot-text.js'
import type { SnapshotTaker } from './snapshot-text.js'

/** Types of nodes whose name is content of the program's: it isn't wanted, and may be long. */
const typesWithContent = new Set(['string', 'concatenated string', 'sliced string', 'number', 'bigint'])

const weakMapEntry = / \/ part of key \(.* @\d+\) -> value \(.* @\d+\) pair in WeakMap \(table @(\d+)\)$/s
/** A class's name is shorter. V8 itself cuts at 1024. */
const longestName = 256

/** Which strings are wanted, a bit each. It grows: how many there are isn't known before. */
class WantedStrings {
  #bits = new Uint8Array(1 << 16)

  add(index: number): void {
    if (index >> 3 >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(this.#bits.length * 2, (index >> 3) + 1))
      larger.set(this.#bits)
      this.#bits = larger
    }
    ;(this.#bits[index >> 3] as number) |= 1 << (index & 7)
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
  }
}

/** The tree of allocation traces, whose nodes come in the order of a walk. */
class TraceTreeReader {
  readonly parent: number[] = []
  readonly functionOf: number[] = []
  readonly #above: number[] = []
  #last = 0

  take(values: Float64Array, length: number): void {
    for (let at = 0; at < length; at += traceWidth) {
      this.#last = values[at] as number
      this.parent[this.#last] = this.#above.at(-1) ?? 0
      this.functionOf[this.#last] = values[at + 1] as number
    }
  }

  nest(opens: boolean): void {
    if (opens) this.#above.push(this.#last)
    else this.#above.pop()
  }
}

/** Makes arrays of a snapshot's text. */
export class GraphReader implements SnapshotTaker {
  readonly #text = new SnapshotText(this)
  readonly #names = new Map<number, string>()
  readonly #weakMapTables = new Map<number, number>()
  readonly #wanted = new WantedStrings()
  readonly #functions: TracedFunction[] = []
  readonly #traces = new TraceTreeReader()
  #fields: SnapshotFields | undefined
  #arrays = allocate(0, 0)
  #nodes = 0
  #edges = 0
  #edgesOfNodes = 0
  #highestName = 0
  #contentTypes: readonly boolean[] = []
  #numberedTypes: readonly boolean[] = []

  feed(text: string): void {
    this.#text.feed(text)
  }

  /** The whole graph, once its text has ended. */
  end(): SnapshotGraph {
    this.#text.end()
    const fields = this.#knownFields()
    if (this.#nodes !== fields.nodeCount) throw malformedSnapshot(`it has ${this.#nodes} nodes instead of ${fields.nodeCount}`)
    if (this.#edges !== fields.edgeCount || this.#edgesOfNodes !== fields.edgeCount) {
      throw malformedSnapshot(`it has ${this.#edges} edges, its nodes ${this.#edgesOfNodes}, its header ${fields.edgeCount}`)
    }
    if (this.#nodes > 0 && this.#highestName >= this.#text.strings) throw malformedSnapshot('a name is missing among its strings')
    this.#arrays.firstEdge[fields.nodeCount] = this.#edges
    const { parent, functionOf } = this.#traces
    return {
      fields,
      nodeCount: fields.nodeCount,
      edgeCount: fields.edgeCount,
      ...this.#arrays,
      names: this.#names,
      weakMapTables: this.#weakMapTables,
      traces: { parent, functionOf, functions: this.#functions },
    }
  }

  header(text: string): void {
    const fields = readFields(text)
    this.#fields = fields
    this.#arrays = allocate(fields.nodeCount, fields.edgeCount)
    this.#contentTypes = fields.nodeTypes.map((type) => typesWithContent.has(type))
    this.#numberedTypes = fields.edgeTypes.map((type) => type === 'element' || type === 'hidden')
  }

  widthOf(section: string): number {
    if (section === 'nodes') return this.#knownFields().nodeWidth
    if (section === 'edges') return this.#knownFields().edgeWidth
    if (section === 'trace_function_infos') return functionWidth
    return section === 'trace_tree' ? traceWidth : 0
  }

  numbers(section: string, values: Float64Array, length: number): void {
    if (section === 'nodes') this.#takeNodes(values, length)
    else if (section === 'edges') this.#takeEdges(values, length)
    else if (section === 'trace_tree') this.#traces.take(values, length)
    else this.#takeFunctions(values, length)
  }

  nest(section: string, opens: boolean): void {
    if (section !== 'trace_tree') throw malformedSnapshot(`"${section}" has a list within it`)
    this.#traces.nest(opens)
  }

  wantsString(index: number): boolean {
    return this.#wanted.has(index)
  }

  string(index: number, text: string): void {
    const table = text.endsWith(')') ? weakMapEntry.exec(text)?.[1] : undefined
    if (table === undefined) this.#names.set(index, text.length > longestName ? text.slice(0, longestName) : text)
    else this.#weakMapTables.set(index, Number(table))
  }

  #knownFields(): SnapshotFields {
    if (this.#fields === undefined) throw malformedSnapshot('its header is missing')
    return this.#fields
  }

  #takeNodes(values: Float64Array, length: number): void {
    const fields = this.#knownFields()
    const { nodeType, nodeName, nodeId, selfSize, nodeTrace, firstEdge } = this.#arrays
    if (this.#nodes + length / fields.nodeWidth > fields.nodeCount) throw malformedSnapshot('it has more nodes than its header says')
    for (let at = 0; at < length; at += fields.nodeWidth) {
      const node = this.#nodes++
      const type = values[at + fields.type] as number
      if (this.#contentTypes[type] === undefined) throw malformedSnapshot(`a node is of the unknown type ${type}`)
      const name = values[at + fields.name] as number
      nodeType[node] = type
      nodeName[node] = name
      nodeId[node] = values[at + fields.id] as number
      selfSize[node] = values[at + fields.selfSize] as number
      nodeTrace[node] = fields.trace === -1 ? 0 : (values[at + fields.trace] as number)
      firstEdge[node] = this.#edgesOfNodes
      this.#edgesOfNodes += values[at + fields.edges] as number
      if (name > this.#highestName) this.#highestName = name
      if (!this.#contentTypes[type]) this.#wanted.add(name)
    }
  }

  #takeEdges(values: Float64Array, length: number): void {
    const fields = this.#knownFields()
    const { edgeType, edgeName, edgeTo } = this.#arrays
    if (this.#edges + length / fields.edgeWidth > fields.edgeCount) throw malformedSnapshot('it has more edges than its header says')
    for (let at = 0; at < length; at += fields.edgeWidth) {
      const edge = this.#edges++
      const type = values[at] as number
      const isNumbered = this.#numberedTypes[type]
      if (isNumbered === undefined) throw malformedSnapshot(`an edge is of the unknown type ${type}`)
      const name = values[at + 1] as number
      const to = (values[at + 2] as number) / fields.nodeWidth
      if (!Number.isInteger(to) || to < 0 || to >= fields.nodeCount) throw malformedSnapshot('an edge leads to no node')
      edgeType[edge] = type
      edgeName[edge] = name
      edgeTo[edge] = to
      if (isNumbered) continue
      if (name > this.#highestName) this.#highestName = name
      this.#wanted.add(name)
    }
  }

  #takeFunctions(values: Float64Array, length: number): void {
    for (let at = 0; at < length; at += functionWidth) {
      const [, name, script, scriptId, line, column] = values.subarray(at, at + functionWidth) as unknown as [number, ...TracedNumbers]
      this.#wanted.add(name)
      this.#wanted.add(script)
      this.#functions.push({ name, script, scriptId, line, column })
    }
  }
}

type TracedNumbers = [number, number, number, number, number]

interface GraphArrays {
  readonly nodeType: Uint8Array
  readonly nodeName: Uint32Array
  readonly nodeId: Uint32Array
  readonly selfSize: Float64Array
  readonly nodeTrace: Uint32Array
  readonly firstEdge: Uint32Array
  readonly edgeType: Uint8Array
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
}

function allocate(nodes: number, edges: number): GraphArrays {
  return {
    nodeType: new Uint8Array(nodes),
    nodeName: new Uint32Array(nodes),
    nodeId: new Uint32Array(nodes),
    selfSize: new Float64Array(nodes),
    nodeTrace: new Uint32Array(nodes),
    firstEdge: new Uint32Array(nodes + 1),
    edgeType: new Uint8Array(edges),
    edgeName: new Uint32Array(edges),
    edgeTo: new Uint32Array(edges),
  }
}
