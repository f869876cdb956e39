import fs from 'node:fs'
import Module from 'node:module'

import { requiredFormat } from './package-format.js'
import type { ProgramSources } from './program-source.js'

type Compile = (this: NodeJS.Module, content: string, filename: string, ...rest: unknown[]) => unknown

/** Whether what is being called was called by node's own code, rather than by a loader that has put its own text into the place of the file's. */
function isCalledByNode(called: () => unknown): boolean {
  const { stackTraceLimit } = Error
  const formatter = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace')
  try {
    Error.stackTraceLimit = 1
    Error.prepareStackTrace = (_error, sites) => sites
    const holder: { stack?: readonly NodeJS.CallSite[] } = {}
    Error.captureStackTrace(holder, called)
    return holder.stack?.[0]?.getFileName()?.startsWith('node:internal/') === true
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    if (formatter === undefined) delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace
    else Object.defineProperty(Error, 'prepareStackTrace', formatter)
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // Node itself says what is wrong with the file.
    return ''
  }
}

/** How CommonJS files are instrumented when they are compiled. */
export interface CompileHookOptions {
  readonly sources: ProgramSources
  /** Whether node's own loader hooks see what node itself loads, so that only what other loaders compile is left to this one. */
  readonly othersOnly: boolean
  /** Told the text of each file, whether or not anything in it can be wanted, before it is compiled. */
  readonly beforeCompiling: ((text: string) => void) | undefined
  /** Runs work that isn't the program's. */
  readonly outside: <T>(work: () => T) => T
}

/**
 * Instruments what CommonJS compiles, by `Module.prototype._compile`. What node itself is about to compile is replaced by a bound function, when
 * the method is looked up: that leaves no frame of allocscope's in the program's stack traces. What other loaders compile goes through a function.
 */
export function hookCompile({ sources, othersOnly, beforeCompiling, outside }: CompileHookOptions): void {
  const prototype = Module.prototype as unknown as NodeJS.Module & { _compile: Compile }
  const compile = prototype._compile
  const compileOther: Compile = function (content, filename, ...rest) {
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
