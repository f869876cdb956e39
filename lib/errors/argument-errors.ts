import { inspect } from 'node:util'

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
  if (typeof value === 'object') return `an instance of ${constructorName(value)}`
  return `type ${typeof value} (${inspect(value, { depth: 0 }).slice(0, 40)})`
}

function constructorName(value: object): string {
  try {
    const name: unknown = (value.constructor as { name?: unknown } | undefined)?.name
    return typeof name === 'string' && name !== '' ? name : 'Object'
  } catch {
    return 'Object'
  }
}

/** A `TypeError` with Node's own `ERR_INVALID_ARG_TYPE`. Names the argument, the expected type and the given one. */
export function invalidArgumentType(name: string, expected: string, value: unknown): TypeError {
  const subject = name.includes('.') ? 'property' : 'argument'
  const error = new TypeError(`The "${name}" ${subject} must be ${expected}. Received ${describe(value)}`)
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' as const })
}

/** A `TypeError` with Node's own `ERR_INVALID_ARG_VALUE`: the right type, but none of the allowed values. */
export function invalidArgumentValue(name: string, expected: string, value: unknown): TypeError {
  const subject = name.includes('.') ? 'property' : 'argument'
  const error = new TypeError(`The ${subject} "${name}" must be ${expected}. Received ${inspect(value, { depth: 0 }).slice(0, 80)}`)
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' as const })
}

/** A `RangeError` with Node's own `ERR_OUT_OF_RANGE`. */
export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  const error = new RangeError(`The value of "${name}" is out of range. It must be ${expected}. Received ${inspect(value).slice(0, 40)}`)
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' as const })
}
