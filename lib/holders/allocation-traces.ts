import path from 'node:path'
import { fileURLToPath } from 'node:url'

import type { SnapshotGraph } from './snapshot-graph.js'

/** The function of the program's that made an object: by itself, or by calling `callee`. */
export interface AllocatingFunction {
  readonly file: string
  readonly name: string
  readonly scriptId: number
  /** Where the function begins: both from 1. */
  readonly line: number
  readonly column: number
  /** Undefined when the function itself made the object. */
  readonly callee: string | undefined
}

/** A script's path where its name is a URL of a file. */
export function pathOf(script: string): string {
  if (!script.startsWith('file:')) return script
  try {
    return fileURLToPath(script)
  } catch {
    return script
  }
}

/** Whether a script is neither node's own nor without a name. */
export function isOfProgram(script: string): boolean {
  return script !== '' && !script.startsWith('node:') && !script.startsWith('internal/')
}

const ownFolder = path.join(__dirname, '..') + path.sep

/** Whether a script is one of this package's. */
export function isOwn(script: string): boolean {
  return pathOf(script).startsWith(ownFolder)
}

/** Who allocated: looked up once for each trace. */
export class AllocationTraces {
  readonly #graph: SnapshotGraph
  readonly #found = new Map<number, AllocatingFunction | undefined>()

  constructor(graph: SnapshotGraph) {
    this.#graph = graph
  }

  /** The innermost function that isn't node's own. Undefined where there is none: native code, or node itself. */
  of(trace: number): AllocatingFunction | undefined {
    if (!this.#found.has(trace)) this.#found.set(trace, this.#find(trace))
    return this.#found.get(trace)
  }

  /** Whether this package made it, by the innermost function that isn't node's own. */
  isOwn(trace: number): boolean {
    const found = this.of(trace)
    return found !== undefined && isOwn(found.file)
  }

  #find(trace: number): AllocatingFunction | undefined {
    const { names, traces } = this.#graph
    let callee: string | undefined
    for (let at = trace; at !== 0; at = traces.parent[at] ?? 0) {
      const traced = traces.functions[traces.functionOf[at] as number]
      if (traced === undefined) continue
      const script = names.get(traced.script) ?? ''
      const name = names.get(traced.name) ?? ''
      const { scriptId, line, column } = traced
      if (isOfProgram(script)) return { file: pathOf(script), name, scriptId, line, column, callee }
      callee = name
    }
    return undefined
  }
}
