import { Script } from 'node:vm'

import { parseSource } from './parse-source.js'

/** Why this source doesn't compile; undefined when it does. V8 itself tries CommonJS, which is faster. It has no such call for ES modules. */
export function whyNotCompiled(source: string, module: boolean): string | undefined {
  if (module) {
    const parsed = parseSource(source, true)
    return parsed.program === undefined ? parsed.reason : undefined
  }
  try {
    new Script(`(function (exports, require, module, __filename, __dirname) {${source.replace(/^#!/, '//')}\n})`)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
