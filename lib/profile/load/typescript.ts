import module from 'node:module'

/** How node turns a file's TypeScript into JavaScript. */
type StripTypes = (code: string, options: { mode: 'strip' } | { mode: 'transform'; sourceMap: true; sourceUrl: string }) => string

const { stripTypeScriptTypes } = module as unknown as { readonly stripTypeScriptTypes?: StripTypes }

/** Whether node was told to compile `enum` and `namespace`, which it can't just erase. Then lines may move, and a source map says where to. */
function isTransforming(): boolean {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)]
  return flags.includes('--experimental-transform-types')
}

/** Runs `work` without node's warning about experimental features. The program didn't use the feature, and its standard error should stay clean. */
function withoutWarnings<T>(work: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') as PropertyDescriptor
  process.emitWarning = () => undefined
  try {
    return work()
  } finally {
    Object.defineProperty(process, 'emitWarning', own)
  }
}

/** JavaScript that node itself made of TypeScript. */
export interface StrippedSource {
  readonly code: string
  /** Whether every remaining character is at its old place. Then the text is still valid as TypeScript too. */
  readonly keepsPositions: boolean
}

/** `source` without its types. Undefined when this node can't strip types, or when the text is wrong: node will report that itself. */
export function stripTypes(file: string, source: string): StrippedSource | undefined {
  if (stripTypeScriptTypes === undefined) return undefined
  try {
    if (!isTransforming()) return { code: withoutWarnings(() => stripTypeScriptTypes(source, { mode: 'strip' })), keepsPositions: true }
    const options = { mode: 'transform', sourceMap: true, sourceUrl: file } as const
    return { code: withoutWarnings(() => stripTypeScriptTypes(source, options)), keepsPositions: false }
  } catch {
    return undefined
  }
}
