import { openPage } from '../../page-head.js'
import { escapeMarkup, hashOf } from '../../markup.js'
import { oneLine, tokensOf } from '../page/source-tokens.js'
import type { TotalsTable } from '../page/page-state.js'
import { siteStyle } from './site-style.js'

const odd = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** `text` as markup. Characters that would move, hide or turn round text are shown by their code. */
export function visible(text: string): string {
  let markup = ''
  let end = 0
  for (const { 0: character, index } of text.matchAll(odd)) {
    if (character === '\t') continue
    const code = (character.codePointAt(0) as number).toString(16).padStart(4, '0')
    markup += `${escapeMarkup(text.slice(end, index))}<span class="odd">u+${code}</span>`
    end = index + character.length
  }
  return markup + escapeMarkup(text.slice(end))
}

/** A file's lines as coloured markup, each by itself. */
export function colouredLines(texts: readonly string[]): string[] {
  const lines = ['']
  for (const { text, kind } of tokensOf(texts.map(oneLine).join('\n'))) {
    text.split('\n').forEach((part, index) => {
      if (index > 0) lines.push('')
      if (part === '') return
      const shown = visible(part)
      const before = lines[lines.length - 1] ?? ''
      lines[lines.length - 1] = before + (kind === '' ? shown : `<span class="${kind}">${shown}</span>`)
    })
  }
  return lines
}

/** By which a page of this kind is known again. */
export const siteMark = '<meta name="generator" content="allocscope profile">'

/** Allows this one style sheet, and no script at all. */
const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; style-src ${hashOf(siteStyle)}`

/** A page up to its heading, which is markup. */
export function pageHead(title: string, heading: string, chips: readonly string[]): string {
  return `${openPage({ title: `${visibleText(title)} – allocscope profile`, policy, style: siteStyle, mark: siteMark })}<header><h1>${heading}</h1><div class="chips">${chips.map((chip) => `<span class="chip">${visible(chip)}</span>`).join('')}</div></header>
`
}

/** The same where no element may stand. */
function visibleText(text: string): string {
  return escapeMarkup(text.replace(odd, (character) => `u+${(character.codePointAt(0) as number).toString(16).padStart(4, '0')}`))
}

export const pageEnd = '</body>\n</html>\n'

/** How wide a bar is, of its cell. */
export function bar(share: number): string {
  const width = Number.isFinite(share) ? Math.max(0, Math.min(100, share * 100)) : 0
  return `<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true"><rect x="${(100 - width).toFixed(1)}" width="${width.toFixed(1)}" height="3"/></svg>`
}

export function totalsSection(tables: readonly TotalsTable[]): string {
  if (tables.length === 0) return ''
  const sections = tables.map(({ heading, columns, rows, remarks }) => {
    const kind = (index: number): string => (columns[index]?.isWord === true ? ' class="word"' : '')
    const head = columns.map(({ title }, index) => `<th scope="col"${kind(index)}>${title}</th>`).join('')
    const body = rows.map((cells) => `<tr>${cells.map((text, index) => `<td${kind(index)}>${visible(text)}</td>`).join('')}</tr>`)
    const notes = remarks.map((remark) => `<p>${visible(remark)}</p>`).join('')
    return `<h2>${visible(heading)}</h2><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table></div>${notes}`
  })
  return `<section class="totals" aria-label="Totals">${sections.join('\n')}</section>\n`
}
