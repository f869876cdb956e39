import { runtimeText } from '../loading/runtime.js'
import type { ProgramEnding } from '../program/index.js'

const typescriptFile = /\.[cm]?tsx?$/

/** A hint for a TypeScript program that failed: it may need a node that strips types, or a loader. Node has printed the error itself. */
export function explainFailure(program: string, { exitCode }: ProgramEnding, nodeOptions: readonly string[]): readonly string[] {
  const isStripping = (process.features as { readonly typescript?: unknown }).typescript
  const hasLoader = [...nodeOptions, process.env['NODE_OPTIONS'] ?? ''].some((flag) =>
    /--(?:import|require|loader|experimental-strip-types)\b/.test(flag),
  )
  if (exitCode === 0 || !typescriptFile.test(program) || hasLoader) return []
  if (program.endsWith('x'))
    return [`node runs no ${program.slice(program.lastIndexOf('.'))} file by itself: take a loader, as in --node-option=--import=tsx.`]
  if (isStripping !== undefined && isStripping !== false) return []
  return [
    `${runtimeText} runs no TypeScript by itself. Take Node 22.18 or newer, a loader (--node-option=--import=tsx), or compile the program and profile the JavaScript: source maps are followed.`,
  ]
}
