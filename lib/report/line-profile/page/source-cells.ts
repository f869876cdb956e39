import type { LineFigures } from '../../../profile/index.js'
import { appendVisible, make } from './elements.js'

/** The class of each stretch of source, by its first character: comments, strings, keywords and numbers. */
function tokensOf(source: string): { readonly text: string; readonly kind: string }[] {
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

/** A cell of source for each line, coloured. */
export function codeCells(lines: readonly LineFigures[]): HTMLElement[] {
  const longest = 2000
  const texts = lines.map(({ text }) => (text.length > longest ? `${text.slice(0, longest)} …` : text).replace(/\n/g, ' '))
  const cells = [make('td', 'code')]
  for (const { text, kind } of tokensOf(texts.join('\n'))) {
    text.split('\n').forEach((part, index) => {
      if (index > 0) cells.push(make('td', 'code'))
      const cell = cells[cells.length - 1] as HTMLElement
      const target = kind === '' ? cell : make('span', kind)
      appendVisible(target, part)
      if (target !== cell && part !== '') cell.append(target)
    })
  }
  return cells
}
