/**
 * `model` as JSON for programs: bytes are exact, and a figure that isn't known is `null` rather than absent, so that a reader can tell
 * "not known" from "misspelt".
 */
export function renderJson(model: unknown): string {
  return `${JSON.stringify(model, nullWhenUnknown, 2)}\n`
}

function nullWhenUnknown(_key: string, value: unknown): unknown {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value)) ? null : value
}
