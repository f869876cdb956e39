import { pathOf } from './allocation-traces.js'
import type { SampledNode } from './sampled-places.js'

/** A node of a sampling profile, with its number. */
export interface NumberedNode extends SampledNode {
  readonly id: number
  readonly children: readonly NumberedNode[]
}

/** What `HeapProfiler.stopSampling` answers with. */
export interface SamplingProfile {
  readonly head: NumberedNode
  readonly samples: readonly { readonly nodeId: number }[]
}

/** A function by samples of what it allocated in V8's heap. Bytes are estimates: of so many `samples` they are off by less than two in the root of them, mostly. */
export interface SampledFunction {
  /** As V8 has it; empty for a function without one. */
  readonly name: string
  /** Where it begins: the file or URL that was loaded, empty for V8's own. Lines and columns from 1. */
  readonly file: string
  readonly line: number
  readonly column: number
  readonly bytes: number
  readonly samples: number
}

/** What functions of a name allocated in V8's heap. */
export interface FunctionSamples {
  /** Those of the name, each with all that is called by it; the largest first. */
  readonly functions: readonly SampledFunction[]
  /** The functions that allocated beneath them, they themselves among these: each its own bytes alone, which add up to what all of the name allocated. */
  readonly places: readonly SampledFunction[]
  readonly bytes: number
  readonly samples: number
  /** Of the whole program. */
  readonly allBytes: number
  readonly allSamples: number
}

interface Sum {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly column: number
  bytes: number
  samples: number
}

class Sums {
  readonly #sums = new Map<string, Sum>()

  add({ callFrame }: SampledNode, bytes: number, samples: number): void {
    const { functionName: name, scriptId, url, lineNumber, columnNumber } = callFrame
    const key = [scriptId, lineNumber, columnNumber, name].join()
    const sum = this.#sums.get(key) ?? { name, file: pathOf(url), line: lineNumber + 1, column: columnNumber + 1, bytes: 0, samples: 0 }
    this.#sums.set(key, sum)
    sum.bytes += bytes
    sum.samples += samples
  }

  sorted(): readonly SampledFunction[] {
    return [...this.#sums.values()].filter(({ bytes }) => bytes > 0).sort((one, other) => other.bytes - one.bytes)
  }
}

function isSame({ callFrame: one }: SampledNode, { callFrame: other }: SampledNode): boolean {
  return one.scriptId === other.scriptId && one.lineNumber === other.lineNumber && one.columnNumber === other.columnNumber
}

/** What functions allocated whose names `isMeant` accepts. One that calls itself counts once. */
export function samplesOf({ head, samples }: SamplingProfile, isMeant: (name: string) => boolean): FunctionSamples {
  const counts = new Map<number, number>()
  for (const { nodeId } of samples) counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1)
  const [functions, places] = [new Sums(), new Sums()]
  const [own, all] = [
    { bytes: 0, samples: 0 },
    { bytes: 0, samples: 0 },
  ]
  const visit = (node: NumberedNode, above: readonly NumberedNode[]): void => {
    const [bytes, count] = [node.selfSize, counts.get(node.id) ?? 0]
    const isNew = isMeant(node.callFrame.functionName) && !above.some((one) => isSame(one, node))
    const meant = isNew ? [...above, node] : above
    for (const one of meant) functions.add(one, bytes, count)
    if (meant.length > 0) {
      places.add(node, bytes, count)
      own.bytes += bytes
      own.samples += count
    }
    all.bytes += bytes
    all.samples += count
    for (const child of node.children) visit(child, meant)
  }
  visit(head, [])
  return { functions: functions.sorted(), places: places.sorted(), ...own, allBytes: all.bytes, allSamples: all.samples }
}

/** The names of all functions that were seen. */
export function namesIn(node: SampledNode): readonly string[] {
  const { functionName } = node.callFrame
  return [...(functionName === '' ? [] : [functionName]), ...node.children.flatMap(namesIn)]
}
