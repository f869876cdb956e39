import { types } from 'node:util'

import { invalidArgumentType, invalidArgumentValue, outOfRange } from './argument-errors.js'
import { hasManyNames } from './name-count.js'

/** Whether nothing can be done with `value`: whatever touches a revoked Proxy throws. */
export function isRevokedProxy(value: unknown): boolean {
  if (!types.isProxy(value)) return false
  try {
    Array.isArray(value)
    return false
  } catch {
    return true
  }
}

/**
 * Whether this is what V8 throws when a revoked Proxy is read: one that something else inherits from, or that another Proxy stands for, isn't seen
 * before.
 */
export function isOfRevokedProxy(error: unknown): boolean {
  if (!types.isNativeError(error) || types.isProxy(error)) return false
  const message: unknown = Reflect.getOwnPropertyDescriptor(error, 'message')?.value
  return typeof message === 'string' && /^Cannot perform '\w+' on a proxy that has been revoked$/.test(message)
}

/** Whether `value` may hold options. Buffers and texts have a name for each element: to list those would take as long as they are. */
function mayHoldOptions(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || isRevokedProxy(value)) return false
  return !Array.isArray(value) && !types.isArgumentsObject(value) && !ArrayBuffer.isView(value) && !types.isStringObject(value)
}

/**
 * Reads each option once, into a plain record. So a getter that throws does it before anything is done. Unknown names are refused: a misspelt
 * option would be silently ignored.
 */
export function readOptions<Name extends string>(options: unknown, names: readonly Name[]): { readonly [key in Name]?: unknown } {
  if (options === undefined) return {}
  if (!mayHoldOptions(options)) throw invalidArgumentType('options', 'of type object', options)
  try {
    return readEach(options, names)
  } catch (error) {
    throw isOfRevokedProxy(error) ? invalidArgumentType('options', 'of type object', options) : error
  }
}

function readEach<Name extends string>(options: object, names: readonly Name[]): { readonly [key in Name]?: unknown } {
  const expected = (): string => `an object with only ${names.map((name) => `'${name}'`).join(', ')}`
  if (hasManyNames(options)) throw invalidArgumentValue('options', `${expected()}, and not hundreds of names`, options)
  const unknownName = Object.keys(options).find((key) => !(names as readonly string[]).includes(key))
  if (unknownName !== undefined) throw invalidArgumentValue('options', expected(), unknownName)
  // By a loop, as calls that take a microsecond read options too.
  const read: { [key in Name]?: unknown } = {}
  for (const name of names) read[name] = (options as Record<string, unknown>)[name]
  return read
}

/** `value` when it is one of `allowed`, `fallback` when it is undefined. */
export function checkOneOf<Allowed extends string>(name: string, value: unknown, allowed: readonly Allowed[], fallback: Allowed): Allowed {
  if (value === undefined) return fallback
  const expected = `one of ${allowed.map((one) => `'${one}'`).join(', ')}`
  if (typeof value !== 'string') throw invalidArgumentType(name, expected, value)
  if (!(allowed as readonly string[]).includes(value)) throw invalidArgumentValue(name, expected, value)
  return value as Allowed
}

/** `value` when it is a number from `minimum` up (never NaN), `fallback` when it is undefined. */
export function checkNumber(name: string, value: unknown, minimum: number, fallback: number, maximum = Infinity): number {
  if (value === undefined) return fallback
  if (typeof value !== 'number') throw invalidArgumentType(name, 'of type number', value)
  if (!(value >= minimum && value <= maximum)) {
    throw outOfRange(name, maximum === Infinity ? `>= ${minimum}` : `>= ${minimum} and <= ${maximum}`, value)
  }
  return value
}

/** `value` when it is a boolean, `fallback` when it is undefined. */
export function checkBoolean(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (typeof value !== 'boolean') throw invalidArgumentType(name, 'of type boolean', value)
  return value
}

/** `value` when it is a function, a function that does nothing when it is undefined. */
export function checkFunction(name: string, value: unknown): (...given: readonly unknown[]) => unknown {
  if (value === undefined) return () => undefined
  if (typeof value !== 'function' || isRevokedProxy(value)) throw invalidArgumentType(name, 'of type function', value)
  return value as (...given: readonly unknown[]) => unknown
}

/** `value` when it is a function. */
export function requireFunction(name: string, value: unknown): (...given: readonly unknown[]) => unknown {
  if (value === undefined) throw invalidArgumentType(name, 'of type function', value)
  return checkFunction(name, value)
}

/** `value` when it is an integer from `minimum` to 1e9, undefined when it is undefined. */
export function checkCount(name: string, value: unknown, minimum: number): number | undefined {
  if (value === undefined) return undefined
  const count = checkNumber(name, value, minimum, minimum, 1e9)
  if (!Number.isSafeInteger(count)) throw outOfRange(name, 'an integer', value)
  return count
}
