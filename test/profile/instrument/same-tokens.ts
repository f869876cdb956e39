import { tokTypes } from 'acorn'
import type { Token } from 'acorn'

import { frameVariable } from '../../../lib/profile/instrument/insertions.js'
import { noArgumentsName, probeNames } from '../../../lib/profile/probe-names.js'
import { eachToken } from './parsed-source.js'
import type { ParsedSource } from './parsed-source.js'

const ours: ReadonlySet<string> = new Set([
  ...Object.values(probeNames),
  frameVariable,
  noArgumentsName,
  '...',
  'var',
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

/**
 * What is wrong with an instrumented source, apart from what it does; undefined when it is the original's tokens, in their order and each on its
 * line, with nothing between them but what probes are made of.
 */
export function compareTokens(original: ParsedSource, instrumented: string): string | undefined {
  const wanted = original.tokens
  let next = 0
  let strange: string | undefined
  eachToken(instrumented, original.module, (token) => {
    const text = textOf(token, instrumented)
    const expected = wanted[next]
    if (expected !== undefined && lineOf(expected) === lineOf(token) && textOf(expected, original.source) === text) next++
    else if (token.type !== tokTypes.num && !ours.has(text)) strange ??= `${text} in line ${lineOf(token)} is neither ours nor in its place`
  })
  const lost = wanted[next]
  return strange ?? (lost && `${textOf(lost, original.source)} of line ${lineOf(lost)} is lost`)
}

function textOf({ start, end }: Token, source: string): string {
  return source.slice(start, end)
}

function lineOf({ loc }: Token): number {
  return loc?.start.line ?? 0
}
