/**
 * `model` as JSON for programs. Bytes are exact. An unknown figure is `null`, not absent, so that a reader can tell it from a misspelt name.
 */
export function renderJson(model: unknown): string {
  return `${JSON.stringify(model, nullWhenUnknown, 2)}\n`
}

/** `model` as JSON that is safe within HTML and JavaScript: it contains no `<`, `>` or line separator. Unknown figures are `null`. */
export function embeddedJson(model: unknown): string {
  return JSON.stringify(model, nullWhenUnknown).replace(
    /[<>\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function nullWhenUnknown(_key: string, value: unknown): unknown {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value
}
