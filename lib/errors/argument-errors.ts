import { describeValue, showValue } from './value-description.js'

/** A `TypeError` with Node's own `ERR_INVALID_ARG_TYPE`. Names the argument, the expected type and the given one. */
export function invalidArgumentType(name: string, expected: string, value: unknown): TypeError {
  const subject = name.includes('.') ? 'property' : 'argument'
  const error = new TypeError(`The "${name}" ${subject} must be ${expected}. Received ${describeValue(value)}`)
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' as const })
}

/** A `TypeError` with Node's own `ERR_INVALID_ARG_VALUE`: the right type, but none of the allowed values. */
export function invalidArgumentValue(name: string, expected: string, value: unknown): TypeError {
  const subject = name.includes('.') ? 'property' : 'argument'
  const error = new TypeError(`The ${subject} "${name}" must be ${expected}. Received ${showValue(value)}`)
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' as const })
}

/** A `RangeError` with Node's own `ERR_OUT_OF_RANGE`. */
export function outOfRange(name: string, expected: string, value: unknown): RangeError {
  const error = new RangeError(`The value of "${name}" is out of range. It must be ${expected}. Received ${showValue(value)}`)
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' as const })
}
