import { malformedSnapshot } from './malformed-snapshot.js'
import { readFields } from './snapshot-fields.js'
import type { SnapshotFields } from './snapshot-fields.js'
import { nameOf, typeNameOf } from './snapshot-graph.js'
import type { SnapshotGraph } from './snapshot-graph.js'
import { SnapshotText } from './snapshot-text.js'
import type { SnapshotTaker } from './snapshot-text.js'

/** How many live objects there are of each constructor, by {@link labelOf}. */
export type ObjectCounts = ReadonlyMap<string, number>

/**
 * What a person calls a node that JavaScript can see: its constructor, `function name` for a function, `(string)`, `(sliced string)` for a string that
 * keeps the text that it was cut from. Undefined for V8's own: backing stores, shapes, code and contexts belong to what has them.
 */
export function labelOf(type: string, name: string): string | undefined {
  switch (type) {
    case 'object':
      return name.startsWith('system / ') ? undefined : name
    case 'closure':
      return name === '' ? 'function' : `function ${name}`
    case 'regexp':
      return 'RegExp'
    case 'string':
    case 'concatenated string':
      return '(string)'
    case 'sliced string':
    case 'symbol':
    case 'bigint':
      return `(${type})`
    default:
      return undefined
  }
}

const typesWithNames = new Set(['object', 'closure'])

/** Counts objects as a snapshot's text goes by. Nothing but the counts is kept. */
export class ObjectCounter implements SnapshotTaker {
  readonly #text = new SnapshotText(this)
  /** By type, then by the index of the name, which is 0 where it doesn't matter. */
  #counts: Map<number, number>[] = []
  readonly #names = new Map<number, string>()
  #fields: SnapshotFields | undefined
  #nodes = 0

  feed(text: string): void {
    this.#text.feed(text)
  }

  end(): ObjectCounts {
    this.#text.end()
    const fields = this.#knownFields()
    if (this.#nodes !== fields.nodeCount) throw malformedSnapshot(`it has ${this.#nodes} nodes instead of ${fields.nodeCount}`)
    const counts = new Map<string, number>()
    this.#counts.forEach((byName, type) => {
      for (const [name, count] of byName) {
        const label = labelOf(fields.nodeTypes[type] as string, this.#names.get(name) ?? '')
        if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + count)
      }
    })
    return counts
  }

  header(text: string): void {
    this.#fields = readFields(text)
    this.#counts = this.#fields.nodeTypes.map(() => new Map<number, number>())
  }

  widthOf(section: string): number {
    return section === 'nodes' ? this.#knownFields().nodeWidth : 0
  }

  numbers(_section: string, values: Float64Array, length: number): void {
    const fields = this.#knownFields()
    const named = fields.nodeTypes.map((type) => typesWithNames.has(type))
    for (let at = 0; at < length; at += fields.nodeWidth) {
      const type = values[at + fields.type] as number
      const byName = this.#counts[type]
      if (byName === undefined) throw malformedSnapshot(`a node is of the unknown type ${type}`)
      const name = named[type] ? (values[at + fields.name] as number) : 0
      byName.set(name, (byName.get(name) ?? 0) + 1)
      this.#nodes += 1
    }
  }

  nest(section: string): void {
    throw malformedSnapshot(`"${section}" has a list within it`)
  }

  wantsString(index: number): boolean {
    return this.#counts.some((byName) => byName.has(index))
  }

  string(index: number, text: string): void {
    this.#names.set(index, text)
  }

  #knownFields(): SnapshotFields {
    if (this.#fields === undefined) throw malformedSnapshot('its header is missing')
    return this.#fields
  }
}

/** The same counts of a graph. */
export function countObjects(graph: SnapshotGraph): ObjectCounts {
  const counts = new Map<string, number>()
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const label = labelOf(typeNameOf(graph, node), nameOf(graph, node))
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return counts
}
