import { LineTable } from './line-table.js'

const commentMark = /(?:\/\/|\/\*+|^\s*\*)\s*@profile(?![\w$.-])/
const decoratorMark = /^\s*(?:@[\w$.]+(?:\([^()]*\))?\s+)*@(?:[\w$]+\.)*profile(?![\w$.-])/
const decorators = /^\s*(?:@[\w$.]+(?:\([^()]*\))?\s*)+/

/**
 * The lines of a source, JavaScript or TypeScript, that a function begins on which is marked by a comment or a decorator: those that hold
 * `// @profile` or `@profile` themselves, and where a line holds nothing else, the next one that has code. A mark must be the first word of its
 * comment. Texts are not told from code: a line of a template literal that looks like a mark is one, and marks nothing unless a function follows.
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

/** The lines of a text, without their breaks, as stack traces count them. */
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
