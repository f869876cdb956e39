import module from 'node:module'

/** How node turns a file's TypeScript into JavaScript. */
type StripTypes = (code: string, options: { mode: 'strip' } | { mode: 'transform'; sourceMap: true; sourceUrl: string }) => string

const { stripTypeScriptTypes } = module as unknown as { readonly stripTypeScriptTypes?: StripTypes }

/** Whether node was told to compile what it can't erase (`enum`, `namespace`); then lines may move, and a source map says where to. */
function isTransforming(): boolean {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)]
  return flags.includes('--experimental-transform-types')
}

/** Runs `work` without the warning that its feature is experimental: the program didn't ask for it, and its standard error is its own. */
function withoutWarnings<T>(work: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning') as PropertyDescriptor
  process.emitWarning = () => undefined
  try {
    return work()
  } finally {
    Object.defineProperty(process, 'emitWarning', own)
  }
}

/** JavaScript made of TypeScript by node's own means. */
export interface StrippedSource {
  readonly code: string
  /** Whether every character that is left stands where it stood, so that node may be given it as the TypeScript it is as well. */
  readonly keepsPositions: boolean
}

/** `source` without its types; undefined where this node can't, or where the text has no JavaScript to it, which node then says itself. */
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
