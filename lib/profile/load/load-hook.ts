import { fileURLToPath } from 'node:url'

import type { ProgramSources, SourceKind } from './program-source.js'
import { stripTypes } from './typescript.js'

/** The answer of a loader hook. `source` is absent when node reads the file itself. */
export interface LoadResult {
  readonly format?: string | null
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null
  readonly shortCircuit?: boolean
}

const kinds: Readonly<Record<string, SourceKind>> = {
  commonjs: 'commonjs',
  module: 'module',
  'commonjs-typescript': 'commonjs',
  'module-typescript': 'module',
  typescript: 'either',
}

function fileOf(url: string): string | undefined {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : undefined
  } catch {
    return undefined
  }
}

function textOf(source: NonNullable<LoadResult['source']>): string {
  if (typeof source === 'string') return source
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(source)
}

function instrumentTypeScript(file: string, source: string, kind: SourceKind, sources: ProgramSources): Partial<LoadResult> | undefined {
  const stripped = stripTypes(file, source)
  if (stripped === undefined) return undefined
  const code = sources.instrument(file, stripped.code, kind)
  if (code === undefined) return undefined
  // The text keeps its format, TypeScript: node strips it again. So node decides the kind of module and names it in stack traces as it always does.
  if (stripped.keepsPositions) return { source: code }
  const isModule = kind === 'module' || (kind === 'either' && /^\s*(?:import|export)\b/m.test(stripped.code))
  return { source: code, format: isModule ? 'module' : 'commonjs' }
}

/** `loaded`, which node would take from `url`, instrumented. `loaded` itself when there is nothing to instrument. */
export function instrumentLoaded<Result extends LoadResult>(url: string, loaded: Result, sources: ProgramSources): Result {
  const { format, source } = loaded
  const file = fileOf(url)
  if (file === undefined || source === null || source === undefined || !sources.considers(file)) return loaded
  // Without a format node tries CommonJS first. If that fails, it asks again with the right format.
  const kind = format === null || format === undefined ? 'either' : kinds[format]
  if (kind === undefined) return loaded
  const text = textOf(source)
  if (format?.includes('typescript')) return { ...loaded, ...instrumentTypeScript(file, text, kind, sources) }
  const code = sources.instrument(file, text, kind)
  return code === undefined ? loaded : { ...loaded, source: code }
}
