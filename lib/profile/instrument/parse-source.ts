import { parse } from 'acorn'
import type { Program } from 'acorn'

export interface ParsedSource {
  readonly program: Program
}

export interface UnparsedSource {
  readonly program: undefined
  readonly reason: string
  readonly line: number | undefined
  readonly isSyntaxError: boolean
}

const tooDeep = 'it is nested too deeply'

export function parseSource(source: string, module: boolean): ParsedSource | UnparsedSource {
  try {
    const program = parse(source, {
      ecmaVersion: 'latest',
      sourceType: module ? 'module' : 'commonjs',
      allowHashBang: true,
    })
    return { program }
  } catch (error) {
    return { program: undefined, ...describeParseError(error) }
  }
}

/** Runs `walk` over a tree that may be too deep for the stack. Then answers with a refusal. */
export function refuseTooDeep<T>(walk: () => T): T | UnparsedSource {
  try {
    return walk()
  } catch (error) {
    if (!isStackOverflow(error)) throw error
    return { program: undefined, reason: tooDeep, line: undefined, isSyntaxError: false }
  }
}

function describeParseError(error: unknown): Omit<UnparsedSource, 'program'> {
  if (isStackOverflow(error)) return { reason: tooDeep, line: undefined, isSyntaxError: false }
  if (error instanceof Error && 'loc' in error) {
    const { line } = error.loc as { line: number }
    return { reason: `it can't be parsed: ${error.message}`, line, isSyntaxError: true }
  }
  throw error
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack')
}
