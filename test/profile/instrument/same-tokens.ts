import { parse, tokTypes } from 'acorn'
import type { Token } from 'acorn'

import { frameVariable } from '../../../lib/profile/instrument/insertions.js'
import { probeNames } from '../../../lib/profile/probe-names.js'

const ours: ReadonlySet<string> = new Set([
  ...Object.values(probeNames),
  frameVariable,
  'const',
  'try',
  'finally',
  'return',
  '=',
  '(',
  ')',
  '{',
  '}',
  ',',
  ';',
])

interface PlacedToken {
  readonly text: string
  readonly line: number
  readonly isNumber: boolean
}

/**
 * What is wrong with an instrumented source, apart from what it does; undefined when it is the original's tokens, in their order and each on its
 * line, with nothing between them but what probes are made of.
 */
export function compareTokens(original: string, instrumented: string, module: boolean): string | undefined {
  const wanted = tokensOf(original, module)
  let next = 0
  for (const token of tokensOf(instrumented, module)) {
    const expected = wanted[next]
    if (expected?.text === token.text && expected.line === token.line) next++
    else if (!token.isNumber && !ours.has(token.text)) return `${token.text} in line ${token.line} is neither ours nor in its place`
  }
  const lost = wanted[next]
  return lost && `${lost.text} of line ${lost.line} is lost`
}

function tokensOf(source: string, module: boolean): PlacedToken[] {
  const tokens: Token[] = []
  parse(source, {
    ecmaVersion: 'latest',
    sourceType: module ? 'module' : 'commonjs',
    allowHashBang: true,
    locations: true,
    onToken: tokens,
  })
  return tokens.map(({ start, end, loc, type }) => ({
    text: source.slice(start, end),
    line: loc?.start.line ?? 0,
    isNumber: type === tokTypes.num,
  }))
}
