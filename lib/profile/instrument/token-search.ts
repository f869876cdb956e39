/** The offset of `token` after `from`, outside of comments; undefined when there is none. Only for code without strings or regular expressions. */
export function findToken(source: string, token: string, from: number): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(token, at)) return at
    if (source.startsWith('//', at)) at = endOfLine(source, at)
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1
  }
  return undefined
}

/** The offset of the first token at or after `from`. */
export function skipToToken(source: string, from: number): number {
  let at = from
  for (;;) {
    if (source.startsWith('//', at)) at = endOfLine(source, at)
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 2
    else if (/\s/.test(source.charAt(at))) at++
    else return at
  }
}

/** The end of the last token that begins between `from` and `to`; `from` when there are only comments. Only for code without strings and the like. */
export function endOfLastToken(source: string, from: number, to: number): number {
  let end = from
  for (let at = skipToToken(source, from); at < to; at = skipToToken(source, at + 1)) end = at + 1
  return end
}

function endOfLine(source: string, from: number): number {
  const found = source.slice(from).search(/[\n\r\u2028\u2029]/)
  return found === -1 ? source.length : from + found
}
