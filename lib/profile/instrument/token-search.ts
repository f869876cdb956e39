/** The offset of `token` after `from`, comments left out; undefined when there is none. For stretches that hold no texts or regular expressions. */
export function findToken(source: string, token: string, from: number): number | undefined {
  for (let at = from; at < source.length; at++) {
    if (source.startsWith(token, at)) return at
    if (source.startsWith('//', at)) at = endOfLine(source, at)
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1
  }
  return undefined
}

function endOfLine(source: string, from: number): number {
  const found = source.slice(from).search(/[\n\r\u2028\u2029]/)
  return found === -1 ? source.length : from + found
}
