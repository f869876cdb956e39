/** Stands before whatever is inserted into a source. The space keeps it from being read together with a `/` before it. */
export const openingMark = ' /*@<*/'

/** Stands behind whatever is inserted into a source. A source that contains one of the marks is never instrumented. */
export const closingMark = '/*>@*/'

// A program may replace the methods of strings.
const { apply } = Reflect
// eslint-disable-next-line @typescript-eslint/unbound-method -- they are called by apply
const { indexOf, slice } = String.prototype

function find(text: string, mark: string, from: number): number {
  return apply(indexOf, text, [mark, from])
}

function cut(text: string, from: number, to: number): string {
  return apply(slice, text, [from, to])
}

/**
 * The text as it was before anything was inserted. `text` may be a part of an instrumented source that begins outside of what was inserted, such as the
 * text of a function. The last insertion may be cut off: what is inserted behind the value of an arrow function ends the function.
 */
export function withoutInsertions(text: string): string {
  let original = ''
  let copied = 0
  for (;;) {
    const opening = find(text, openingMark, copied)
    if (opening === -1) return copied === 0 ? text : original + cut(text, copied, text.length)
    original += cut(text, copied, opening)
    const closing = find(text, closingMark, opening)
    if (closing === -1) return original
    copied = closing + closingMark.length
  }
}
