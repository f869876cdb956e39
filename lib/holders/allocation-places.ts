import { readSourceMap } from '../profile/load/original-source.js'
import { findAllocation } from './allocating-expression.js'
import type { AllocatingFunction } from './allocation-traces.js'
import type { AllocationPlace } from './holders-found.js'
import type { InspectorSession } from './inspector-session.js'

/** Finds the lines of allocations in the texts that V8 runs. */
export class AllocationPlaces {
  readonly #session: InspectorSession
  readonly #texts = new Map<number, string | undefined>()
  #knowsScripts = false

  constructor(session: InspectorSession) {
    this.#session = session
  }

  /** `label` is the constructor, undefined where it isn't known. */
  of(allocating: AllocatingFunction, label: string | undefined): AllocationPlace {
    const { file, name, line, column, callee } = allocating
    const begin = { line, column: Math.max(0, column - 1) }
    const text = this.#textOf(allocating.scriptId)
    const { position, isExact } = text === undefined ? { position: begin, isExact: false } : findAllocation(text, begin, label, callee)
    const original = text === undefined ? undefined : readSourceMap(file, text).originals?.positionOf(position.line, position.column)
    return { file: original?.file ?? file, line: original?.line ?? position.line, functionName: name, isExact }
  }

  /** What was compiled may be another text than the file's: transpilers write none. */
  #textOf(scriptId: number): string | undefined {
    if (!this.#texts.has(scriptId)) this.#texts.set(scriptId, this.#read(scriptId))
    return this.#texts.get(scriptId)
  }

  #read(scriptId: number): string | undefined {
    try {
      if (!this.#knowsScripts) this.#session.ask('Debugger.enable')
      this.#knowsScripts = true
      const { scriptSource } = this.#session.ask('Debugger.getScriptSource', { scriptId: String(scriptId) }) as { scriptSource: string }
      return scriptSource
    } catch {
      return undefined
    }
  }

  /** Code runs slower while the debugger knows of it. */
  close(): void {
    if (this.#knowsScripts) this.#session.ask('Debugger.disable')
    this.#knowsScripts = false
  }
}
