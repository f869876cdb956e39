import path from 'node:path'

import { pathOf } from './allocation-traces.js'
import { scriptOfContext, scriptOfFunction } from './retaining-path.js'
import type { PathStep } from './retaining-path.js'
import { edgeNameOf, edgeTypeOf, nameOf, typeNameOf } from './snapshot-graph.js'
import type { SnapshotGraph } from './snapshot-graph.js'

/** How an object holds the next one of a path. V8's own arrays in between are part of the hop. */
interface Hop {
  readonly holder: number
  readonly kind: 'variable' | 'property' | 'element' | 'weak-map' | 'scope' | 'internal'
  readonly name: string
}

/** Longer chains of properties end with an ellipsis. */
const mostHops = 6

function isContext(graph: SnapshotGraph, node: number): boolean {
  return typeNameOf(graph, node) === 'object' && nameOf(graph, node).startsWith('system / ')
}

/** Whether a person knows the node, or it is where a path begins. */
function isSeen(graph: SnapshotGraph, node: number): boolean {
  return !['array', 'hidden', 'code', 'object shape', 'concatenated string'].includes(typeNameOf(graph, node))
}

const kindOfInternal: Readonly<Record<string, Hop['kind']>> = {
  table: 'element',
  elements: 'element',
  context: 'scope',
  previous: 'scope',
  extension: 'scope',
}

function kindOf(graph: SnapshotGraph, edge: number): Hop['kind'] {
  const type = edgeTypeOf(graph, edge)
  if (type === 'property') return 'property'
  if (type === 'element') return 'element'
  if (type === 'context') return 'variable'
  if (type !== 'internal') return 'internal'
  if (graph.weakMapTables.has(graph.edgeName[edge] as number)) return 'weak-map'
  return kindOfInternal[edgeNameOf(graph, edge)] ?? 'internal'
}

function hopsOf(graph: SnapshotGraph, steps: readonly PathStep[]): readonly Hop[] {
  const hops: Hop[] = []
  for (const { from, edge } of steps) {
    if (isSeen(graph, from)) hops.push({ holder: from, kind: kindOf(graph, edge), name: edgeNameOf(graph, edge) })
    // A property of V8's array of properties, or a variable of a script's context.
    else if (['property', 'context'].includes(edgeTypeOf(graph, edge)) && hops.at(-1)?.kind === 'internal') {
      hops[hops.length - 1] = { ...(hops.at(-1) as Hop), kind: kindOf(graph, edge), name: edgeNameOf(graph, edge) }
    }
  }
  return hops
}

/** A script as a person names it: relative to where the program runs, when it lies there. */
export function scriptName(script: string): string {
  const file = pathOf(script)
  const relative = path.isAbsolute(file) ? path.relative(process.cwd(), file) : file
  return relative.startsWith('..') ? file : relative
}

const roots: Readonly<Record<string, string>> = {
  '(Global handles)': 'native code',
  '(Eternal handles)': 'native code',
  '(Handle scope)': 'native code that runs',
  '(Stack roots)': 'a function that runs',
  '(Micro tasks)': 'a promise that is being settled',
}

/** A retaining path in a person's words. */
export class PathWords {
  readonly #graph: SnapshotGraph
  readonly #isNew: (node: number) => boolean

  constructor(graph: SnapshotGraph, isNew: (node: number) => boolean) {
    this.#graph = graph
    this.#isNew = isNew
  }

  /** What keeps the node that the path leads to: "Map `cache` in server.js". Undefined for an empty path. */
  describe(steps: readonly PathStep[]): string | undefined {
    const hops = hopsOf(this.#graph, steps)
    const last = hops.at(-1)
    if (last === undefined) return undefined
    const at = hops.length - 1
    if (last.kind === 'variable') return `variable \`${last.name}\`${this.#whereOfVariable(hops, at, 0)}`
    const holder = this.#holder(hops, at, 0)
    if (last.kind === 'property') return this.#isGlobal(last.holder) ? `\`globalThis.${last.name}\`` : `\`${last.name}\` of ${holder}`
    return last.kind === 'weak-map' ? `a WeakMap, as long as its key lives: ${holder}` : holder
  }

  /** The holder of the hop at that place, with what holds it. */
  #holder(hops: readonly Hop[], from: number, depth: number): string {
    const at = this.#beginOfChain(hops, from)
    const { holder } = hops[at] as Hop
    const name = at === from ? this.#nameOf(holder) : `a chain of ${this.#nameOf(holder)}`
    const above = hops[at - 1]
    if (above === undefined || typeNameOf(this.#graph, holder) === 'synthetic') return name
    if (depth === mostHops) return `${name} …`
    if (above.kind === 'variable') return `${name} \`${above.name}\`${this.#whereOfVariable(hops, at - 1, depth)}`
    if (above.kind === 'property' && this.#isGlobal(above.holder)) return `${name} \`globalThis.${above.name}\``
    const further = this.#holder(hops, at - 1, depth + 1)
    if (above.kind === 'property') return `${name} \`${above.name}\` of ${further}`
    if (above.kind === 'weak-map') return `${name} in a WeakMap, by its key ${further}`
    return isContext(this.#graph, holder) ? further : `${name} in ${further}`
  }

  /** Where a list begins whose elements hold each other by the same property. */
  #beginOfChain(hops: readonly Hop[], from: number): number {
    let at = from
    for (; at > 0; at -= 1) {
      const [hop, above] = [hops[at] as Hop, hops[at - 1] as Hop]
      const isSame =
        above.kind === 'property' &&
        (at < from || hop.kind === 'property') &&
        nameOf(this.#graph, above.holder) === nameOf(this.#graph, hop.holder)
      const link = at < from ? hop.name : above.name
      if (!isSame || above.name !== link) break
    }
    return at
  }

  /** A variable of a scope that was there before is told by its file; one of a scope that a call made, by the function that sees it. */
  #whereOfVariable(hops: readonly Hop[], at: number, depth: number): string {
    const context = (hops[at] as Hop).holder
    let above = at
    while (above > 0 && isContext(this.#graph, (hops[above] as Hop).holder)) above -= 1
    const { holder } = hops[above] as Hop
    const isFunction = typeNameOf(this.#graph, holder) === 'closure'
    if (this.#isNew(context) && isFunction) return ` of ${this.#holder(hops, above, depth + 1)}`
    const script = (isFunction ? scriptOfFunction(this.#graph, holder) : undefined) ?? scriptOfContext(this.#graph, context)
    return script === undefined ? '' : ` in ${scriptName(script)}`
  }

  /** The global object: V8 puts a description or a document's address behind its name. */
  #isGlobal(node: number): boolean {
    return /^(?:global\b|(?:Object|Window|system \/ NativeContext) \/)/.test(nameOf(this.#graph, node))
  }

  #nameOf(node: number): string {
    const name = nameOf(this.#graph, node)
    switch (typeNameOf(this.#graph, node)) {
      case 'closure':
        return name === '' ? 'a function' : `function \`${name}\``
      case 'sliced string':
        return '(sliced string)'
      case 'native':
        return `native ${name.replace(/^Node \/ /, '')}`
      case 'synthetic':
        return roots[name] ?? (name === '' ? 'V8' : name.replace(/^\((.*)\)$/, 'V8: $1'))
      default:
        return name === '' ? 'an object' : name
    }
  }
}
