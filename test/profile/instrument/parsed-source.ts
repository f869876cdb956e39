import { parse } from 'acorn'
import type { Options, Program, Token } from 'acorn'

/** A source as acorn reads it: read once, and looked at in several ways. */
export interface ParsedSource {
  readonly source: string
  readonly module: boolean
  readonly tree: Program
  readonly tokens: readonly Token[]
}

export function parseSource(source: string, module: boolean): ParsedSource {
  const tokens: Token[] = []
  return { source, module, tree: parse(source, optionsFor(module, tokens)), tokens }
}

/** Hands every token of a source to `see`, without keeping them. */
export function eachToken(source: string, module: boolean, see: (token: Token) => void): void {
  parse(source, optionsFor(module, see))
}

function optionsFor(module: boolean, onToken: NonNullable<Options['onToken']>): Options {
  return { ecmaVersion: 'latest', sourceType: module ? 'module' : 'commonjs', allowHashBang: true, locations: true, onToken }
}
