import { originalColumn, originalOffset } from './inserted-texts.js'
import type { FileInsertions, InsertedTexts } from './inserted-texts.js'

// A program may replace them.
const { apply, defineProperty } = Reflect
// eslint-disable-next-line @typescript-eslint/unbound-method -- they are called by apply
const { endsWith, indexOf, lastIndexOf, slice } = String.prototype

/** Not every supported V8 has these methods. */
interface Site {
  readonly getPosition?: () => number
  readonly getEnclosingLineNumber?: () => number | null
  readonly getEnclosingColumnNumber?: () => number | null
}

function cut(text: string, from: number, to?: number): string {
  return apply(slice, text, [from, to])
}

function textOf(site: NodeJS.CallSite): string {
  return apply((site as unknown as { readonly toString: () => string }).toString, site, [])
}

/** A method of this one call site's own, before that of the prototype, which can't be replaced. */
function answer(site: NodeJS.CallSite, method: string, value: unknown): void {
  defineProperty(site, method, { value: () => value, writable: true, configurable: true })
}

/** `text`, which ends with a line and a column in parentheses or without, with another column. */
function withColumn(text: string, line: number, column: number, original: number): string {
  for (const closing of [')', '']) {
    const end = `:${column}${closing}`
    if (apply(endsWith, text, [`:${line}${end}`])) return `${cut(text, 0, text.length - end.length)}:${original}${closing}`
  }
  return text
}

/** `f (file:1:2)` of `eval at f (file:1:2)` with its column in the file. */
function originalOrigin(origin: string, inserted: InsertedTexts): string {
  const lastColon = apply(lastIndexOf, origin, [':'])
  const colon = apply(lastIndexOf, origin, [':', lastColon - 1])
  const opening = apply(indexOf, origin, [' ('])
  if (opening === -1 || colon < opening) return origin
  const found = inserted.find(cut(origin, opening + 2, colon))
  const line = Number(cut(origin, colon + 1, lastColon))
  const column = parseInt(cut(origin, lastColon + 1), 10)
  return found === undefined ? origin : withColumn(origin, line, column, originalColumn(found, line, column))
}

function placeEvaluated(site: NodeJS.CallSite, inserted: InsertedTexts): void {
  const origin = site.getEvalOrigin()
  if (origin === undefined) return
  const original = originalOrigin(origin, inserted)
  if (original === origin) return
  const text = textOf(site)
  const at = apply(indexOf, text, [origin])
  answer(site, 'getEvalOrigin', original)
  if (at !== -1) answer(site, 'toString', `${cut(text, 0, at)}${original}${cut(text, at + origin.length)}`)
}

function place(site: NodeJS.CallSite, inserted: FileInsertions): void {
  const { getPosition, getEnclosingLineNumber, getEnclosingColumnNumber } = site as Site
  const line = site.getLineNumber() ?? 0
  const column = site.getColumnNumber() ?? 0
  const original = originalColumn(inserted, line, column)
  const text = original === column ? undefined : withColumn(textOf(site), line, column, original)
  if (getPosition !== undefined) answer(site, 'getPosition', originalOffset(inserted, apply(getPosition, site, [])))
  if (getEnclosingColumnNumber !== undefined && getEnclosingLineNumber !== undefined) {
    const enclosing = originalColumn(inserted, apply(getEnclosingLineNumber, site, []) ?? 0, apply(getEnclosingColumnNumber, site, []) ?? 0)
    answer(site, 'getEnclosingColumnNumber', enclosing)
  }
  if (text === undefined) return
  answer(site, 'getColumnNumber', original)
  answer(site, 'toString', text)
}

function isOneOf(files: readonly string[], file: string | null | undefined): boolean {
  return file === files[0] || (files.length > 1 && file === files[1])
}

/** Makes V8's call sites tell the columns and offsets of the files. Answers without those of `hiddenFiles`. */
export function placeCallSites(
  sites: readonly NodeJS.CallSite[],
  inserted: InsertedTexts,
  hiddenFiles: readonly string[],
): readonly NodeJS.CallSite[] {
  const shown: NodeJS.CallSite[] = []
  // A program may replace the iterators of arrays.
  // eslint-disable-next-line @typescript-eslint/prefer-for-of
  for (let index = 0; index < sites.length; index += 1) {
    const site = sites[index] as NodeJS.CallSite
    const file = site.getFileName()
    if (site.isEval()) placeEvaluated(site, inserted)
    const found = inserted.find(file)
    if (found !== undefined) place(site, found)
    if (!isOneOf(hiddenFiles, file)) shown[shown.length] = site
  }
  return shown.length === sites.length ? sites : shown
}
