import type { OriginalSources } from './original-source.js'

/** esbuild, and so tsx, compiles a decorated class `Jobs` to a class `_Jobs` and a variable `Jobs`. Its source map doesn't say so. */
const renamed = /^_([\p{ID_Start}$][\p{ID_Continue}$]*)$/u

/** Lines of comments alone. No line that begins so declares anything. */
const commentLines = /^[ \t]*(?:\/\/|\*(?!\/)).*$/gm

function escaped(name: string): string {
  return name.replaceAll('$', '\\$')
}

/**
 * Answers with the name that a class has in the original `file`, for the name that a compiler gave it. Only where the original text has such a class
 * and the compiler's name nowhere but in comments: then that is nobody's own.
 */
export function findRenamedClasses({ texts }: Pick<OriginalSources, 'texts'>): (file: string, written: string) => string | undefined {
  return (file, written) => {
    const name = renamed.exec(written)?.[1]
    const text = name === undefined ? undefined : texts.get(file)?.replace(commentLines, '')
    if (name === undefined || text === undefined) return undefined
    const hasClass = new RegExp(`(?<![\\p{ID_Continue}$])class\\s+${escaped(name)}(?![\\p{ID_Continue}$])`, 'u').test(text)
    const isWritten = new RegExp(`(?<![\\p{ID_Continue}$])${escaped(written)}(?![\\p{ID_Continue}$])`, 'u').test(text)
    return hasClass && !isWritten ? name : undefined
  }
}
