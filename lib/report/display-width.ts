import { stripVTControlCharacters } from 'node:util'

import { lazily } from '../loading/index.js'

interface Graphemes {
  readonly wide: RegExp
  readonly invisible: RegExp
  readonly segmenter: Intl.Segmenter
}

/** What needs no look at graphemes: ASCII, Latin-1, dashes and dots, arrows, operators, lines and blocks. Reports have no others of their own. */
const narrow = /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u00ff\u2010-\u2027\u2190-\u22ff\u2500-\u25fc\u25ff]*$/

/** Measures all other text. Loaded on demand: that takes some 10 ms. */
const graphemes = lazily((): Graphemes => ({
  wide: /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u,
  invisible: /^[\p{Mark}\p{Cf}]+$/u,
  segmenter: new Intl.Segmenter('en', { granularity: 'grapheme' }),
}))

function partsOf(text: string): string[] {
  return Array.from(graphemes().segmenter.segment(text), ({ segment }) => segment)
}

function graphemeWidth(grapheme: string): number {
  const { invisible, wide } = graphemes()
  if (invisible.test(grapheme)) return 0
  return wide.test(grapheme) ? 2 : 1
}

/** The columns that `text` takes in a terminal: two for an ideograph or an emoji, none for a combining mark or a colour. */
export function displayWidth(text: string): number {
  if (narrow.test(text)) return text.length
  return partsOf(stripVTControlCharacters(text)).reduce((width, part) => width + graphemeWidth(part), 0)
}

/**
 * `text` in at most `width` columns. Its middle is replaced by `…`, so that both the root and the file's name of a long path stay readable.
 */
export function elideMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  if (width <= 1) return width === 1 ? '…' : ''
  const parts = partsOf(text)
  const headWidth = Math.floor((width - 1) / 3)
  return `${takeWidth(parts, headWidth).join('')}…${takeWidth(parts.reverse(), width - 1 - headWidth)
    .reverse()
    .join('')}`
}

function takeWidth(parts: readonly string[], width: number): string[] {
  let used = 0
  const end = parts.findIndex((part) => {
    used += graphemeWidth(part)
    return used > width
  })
  return parts.slice(0, end === -1 ? parts.length : end)
}

/** `text` with control characters as visible codes: `\u001b`, `\n`. File names may contain them, and they could move a terminal's cursor. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' ? '\\n' : character === '\t' ? '\\t' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** `text` broken between words into lines of at most `width` columns. A wider word stays whole, so that a path can be copied. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line !== undefined && displayWidth(line) + 1 + displayWidth(word) <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
