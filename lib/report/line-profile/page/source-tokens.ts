/** The class of each stretch of source, by its first character: comments, strings, keywords and numbers. */
export function tokensOf(source: string): { readonly text: string; readonly kind: string }[] {
  const pattern =
    /(\/\/[^\n]*|\/\*[^]*?(?:\*\/|$))|("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[^])*`?)|\b(async|await|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|from|function|if|import|in|instanceof|interface|let|new|null|of|return|static|super|switch|this|throw|true|try|type|typeof|undefined|var|void|while|yield)\b|\b(\d[\w.]*)/g
  const tokens: { text: string; kind: string }[] = []
  let end = 0
  for (const match of source.matchAll(pattern)) {
    if (match.index > end) tokens.push({ text: source.slice(end, match.index), kind: '' })
    const kind = match[1] !== undefined ? 'c' : match[2] !== undefined ? 's' : match[3] !== undefined ? 'k' : 'n'
    tokens.push({ text: match[0], kind })
    end = match.index + match[0].length
  }
  tokens.push({ text: source.slice(end), kind: '' })
  return tokens
}

const longest = 2000

/** A line as it is shown: cut where nobody reads on, as in a bundle. */
export function oneLine(text: string): string {
  return (text.length > longest ? `${text.slice(0, longest)} …` : text).replace(/\n/g, ' ')
}
