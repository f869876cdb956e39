import type { LineFigures } from '../../../profile/index.js'
import { appendVisible, make } from './elements.js'
import { oneLine, tokensOf } from './source-tokens.js'

/** A cell of source for each line, coloured. */
export function codeCells(lines: readonly LineFigures[]): HTMLElement[] {
  const texts = lines.map(({ text }) => oneLine(text))
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
