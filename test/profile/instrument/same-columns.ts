import type { AnyNode } from 'acorn'

import { splitLines } from '../../../lib/profile/instrument/index.js'
import { childrenOf } from './functions-of.js'
import type { ParsedSource } from './parsed-source.js'

/** Some of these have a probe of their own before them, to leave a loop. V8 gives no position in them to any error. */
const jumps: ReadonlySet<string> = new Set(['BreakStatement', 'ContinueStatement', 'ReturnStatement'])

/**
 * What is wrong with an instrumented source's columns; undefined when each statement that begins a line of the original begins it there, too. Around what
 * begins with `await` or `yield` there must be a probe.
 */
export function compareColumns(original: ParsedSource, instrumented: string): string | undefined {
  const before = splitLines(original.source)
  const after = splitLines(instrumented)
  const statements: AnyNode[] = []
  collectStatements(original.tree, statements)
  const moved = statements.find(({ loc, type }) => {
    const { line, column } = loc?.start ?? { line: 1, column: 0 }
    const start = before[line - 1]?.slice(0, column + 1) ?? ''
    if (jumps.has(type) || /^(?:await|yield)\b/.test(before[line - 1]?.slice(column) ?? '')) return false
    return start.trim().length === 1 && after[line - 1]?.startsWith(start) !== true
  })
  return moved && `the ${moved.type} of line ${moved.loc?.start.line} doesn't begin its line any more`
}

/** Each before those within it. */
function collectStatements(node: AnyNode, into: AnyNode[]): void {
  if (node.type.endsWith('Statement') || node.type.endsWith('Declaration')) into.push(node)
  for (const child of childrenOf(node)) collectStatements(child, into)
}
