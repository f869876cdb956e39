/**
 * `model` as JSON for programs. Bytes are exact. An unknown figure is `null`, not absent, so that a reader can tell it from a misspelt name.
 */
export function renderJson(model: unknown): string {
  return `${JSON.stringify(model, nullWhenUnknown, 2)}\n`
}

function nullWhenUnknown(_key: string, value: unknown): unknown {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value
}
