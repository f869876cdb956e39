import { LineTable } from './line-table.js'

const commentMark = /(?:\/\/|\/\*+|^\s*\*)\s*@profile(?![\w$.-])/
const decoratorMark = /^\s*(?:@[\w$.]+(?:\([^()]*\))?\s+)*@(?:[\w$]+\.)*profile(?![\w$.-])/
const decorators = /^\s*(?:@[\w$.]+(?:\([^()]*\))?\s*)+/

/**
 * The lines of a JavaScript or TypeScript source on which marked functions may begin. These are the lines with a comment `// @profile` or a decorator
 * `@profile`. If such a line has no code, the next line with code counts too. A mark must be the first word of its comment. A line of a template literal
 * that looks like a mark counts as one; it does nothing unless a function follows.
 */
export function findMarkedLines(source: string): ReadonlySet<number> {
  const marked = new Set<number>()
  if (!source.includes('@profile')) return marked
  let pending = false
  splitLines(source).forEach((text, index) => {
    const isMark = commentMark.test(text) || decoratorMark.test(text)
    if (isMark || pending) marked.add(index + 1)
    pending = (isMark || (pending && text.trim() !== '')) && !hasCode(text)
  })
  return marked
}

/** The lines of a text as stack traces count them, without their line breaks. */
export function splitLines(source: string): readonly string[] {
  const table = new LineTable(source)
  return Array.from({ length: table.lineAt(source.length) }, (_, index) =>
    source.slice(table.startOf(index + 1), table.startOf(index + 2)).replace(/[\n\r\u2028\u2029]+$/, ''),
  )
}

function hasCode(line: string): boolean {
  const code = line
    .replace(/\/\*.*?(?:\*\/|$)/g, '')
    .replace(/\/\/.*$/, '')
    .replace(/^\s*\*.*$/, '')
    .replace(decorators, '')
  return code.trim() !== ''
}
