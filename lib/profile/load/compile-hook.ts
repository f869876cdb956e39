import fs from 'node:fs'
import Module from 'node:module'

import { requiredFormat } from './package-format.js'
import type { ProgramSources } from './program-source.js'
import { callSitesAbove } from './stack-traces.js'

type Compile = (this: NodeJS.Module, content: string, filename: string, ...rest: unknown[]) => unknown

/** Whether node's own code called the function `called`. Otherwise a loader did, which has a text of its own instead of the file's. */
function isCalledByNode(called: () => unknown): boolean {
  return callSitesAbove(called, 1)[0]?.getFileName()?.startsWith('node:internal/') === true
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // Node itself will report what is wrong with the file.
    return ''
  }
}

/** How CommonJS files are instrumented when they are compiled. */
export interface CompileHookOptions {
  readonly sources: ProgramSources
  /** Instruments only what other loaders compile: node's own loader hooks see what node itself loads. */
  readonly othersOnly: boolean
  /** Called with the text of each file before it is compiled, selected or not. */
  readonly beforeCompiling: ((text: string) => void) | undefined
  /** Runs work that doesn't count as the program's. */
  readonly outside: <T>(work: () => T) => T
}

/** Has a frame in the stack of whatever another loader compiles. */
export const compileHookFile = __filename

/**
 * Instruments what CommonJS compiles, by a getter for `Module.prototype._compile`. When node itself looks the method up, it gets the original, bound
 * to the instrumented text: so the program's stack traces have no frame of allocscope's. Other loaders get a function that instruments their text.
 */
export function hookCompile({ sources, othersOnly, beforeCompiling, outside }: CompileHookOptions): void {
  const prototype = Module.prototype as unknown as NodeJS.Module & { _compile: Compile }
  const compile = prototype._compile
  // V8 finds a method's name by its property, but not behind a getter. Then stack traces have the function's own name, and node gives it none.
  Object.defineProperty(compile, 'name', { value: '_compile', configurable: true })
  const compileOther: Compile = function _compile(content, filename, ...rest) {
    beforeCompiling?.(content)
    const code = sources.considers(filename) ? outside(() => sources.instrument(filename, content, 'commonjs')) : undefined
    return compile.call(this, code ?? content, filename, ...rest)
  }
  const bindFile = (module: NodeJS.Module, file: string): Compile =>
    outside(() => {
      try {
        // Node's own arguments, the format among them, come after the bound ones and have no effect. So the format is bound too.
        const format = requiredFormat(file)
        const code = sources.instrument(file, fs.readFileSync(file, 'utf8'), format ?? 'either')
        return code === undefined ? compile : compile.bind(module, code, file, format)
      } catch {
        return compile
      }
    })
  function get(this: NodeJS.Module): Compile {
    const isNodes = this !== prototype && isCalledByNode(get)
    if (!isNodes) return compileOther
    const file = this.filename
    if (beforeCompiling !== undefined) beforeCompiling(readText(file))
    return othersOnly || !sources.considers(file) ? compile : bindFile(this, file)
  }
  function set(this: NodeJS.Module, value: Compile): void {
    Object.defineProperty(this, '_compile', { value, writable: true, enumerable: true, configurable: true })
  }
  Object.defineProperty(prototype, '_compile', { get, set, enumerable: true, configurable: true })
}
