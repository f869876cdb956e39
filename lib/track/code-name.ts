/** A function as V8 names its code for profilers. */
export interface NamedCode {
  /** `''` when it has none. */
  readonly functionName: string
  readonly file: string
  /** Where the function begins, from 1. */
  readonly line: number
  readonly column: number
}

/**
 * A kind of code, then the tier that compiled it: `~` bytecode, `^`, `+` and `*` compilers, `o` before one that was entered in a loop; then `'` where the
 * code is for one closure alone.
 */
const scriptCode = /^(?:JS|Script|Eval|Function|LazyCompile):(?:o?[~^+*])?'?/

const place = /:(\d+):(\d+)$/

/** A name may hold spaces, as may a file: a file begins with a slash, a scheme, or with nothing at all where there is none. */
const nameAndFile = /^(?<name>.*?) ?(?<file>(?:\/|node:|file:|data:|evalmachine\.|\[|[A-Za-z]:\\).*)?$/s

/** Reads V8's name of code that was JavaScript; undefined for builtins, stubs, regular expressions and wasm. */
export function parseCodeName(name: string): NamedCode | undefined {
  const kind = scriptCode.exec(name)?.[0]
  if (kind === undefined) return undefined
  const [position, line = '1', column = '1'] = place.exec(name) ?? []
  const rest = name.slice(kind.length, position === undefined ? undefined : -position.length)
  const { name: functionName = '', file = '' } = nameAndFile.exec(rest)?.groups ?? {}
  return { functionName, file: stripScheme(file), line: Number(line), column: Number(column) }
}

function stripScheme(file: string): string {
  if (!file.startsWith('file://')) return file
  try {
    return decodeURIComponent(file.slice('file://'.length))
  } catch {
    return file
  }
}
