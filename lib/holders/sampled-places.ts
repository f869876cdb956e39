import { isOfProgram, isOwn, pathOf } from './allocation-traces.js'
import type { AllocatingFunction } from './allocation-traces.js'

/** A node of `HeapProfiler.SamplingHeapProfile`. */
export interface SampledNode {
  readonly callFrame: {
    readonly functionName: string
    readonly scriptId: string
    readonly url: string
    readonly lineNumber: number
    readonly columnNumber: number
  }
  readonly selfSize: number
  readonly children: readonly SampledNode[]
}

/** What a function of the program's allocated and is still live, by samples. */
export interface SampledPlace {
  readonly allocating: AllocatingFunction
  readonly bytes: number
}

/** V8's mean distance of two samples, in bytes. With it half a MiB has 32 samples. */
export const samplingIntervalBytes = 16 * 1024
/** Fewer bytes than so many samples stand for may be chance. */
const leastSamples = 4

class Sums {
  readonly #places = new Map<string, { readonly allocating: AllocatingFunction; bytes: number }>()

  add(node: SampledNode, above: AllocatingFunction | undefined): void {
    const { functionName, scriptId, url, lineNumber, columnNumber } = node.callFrame
    let allocating = above
    if (isOfProgram(url)) {
      const place = { line: lineNumber + 1, column: columnNumber + 1, callee: undefined }
      allocating = { file: pathOf(url), name: functionName, scriptId: Number(scriptId), ...place }
    } else if (above !== undefined && above.callee === undefined) allocating = { ...above, callee: functionName }
    if (allocating !== undefined && node.selfSize > 0) this.#count(allocating, node.selfSize)
    for (const child of node.children) this.add(child, allocating)
  }

  #count(allocating: AllocatingFunction, bytes: number): void {
    if (isOwn(allocating.file)) return
    const { scriptId, line, column, callee } = allocating
    const key = [scriptId, line, column, callee].join()
    const place = this.#places.get(key) ?? { allocating, bytes: 0 }
    this.#places.set(key, place)
    place.bytes += bytes
  }

  largest(): readonly SampledPlace[] {
    return [...this.#places.values()]
      .filter(({ bytes }) => bytes >= leastSamples * samplingIntervalBytes)
      .sort((left, right) => right.bytes - left.bytes)
  }
}

/** The program's functions by the bytes that they allocated and that are still live. */
export function sumSamples(head: SampledNode): readonly SampledPlace[] {
  const sums = new Sums()
  sums.add(head, undefined)
  return sums.largest()
}
