import { inspect, types } from 'node:util'

/** Longer texts are described by their length. A shorter one is copied, which for a rope joins it: that must cost no more than this. */
const longestText = 1000
const longestShown = 40
/** A prototype chain is followed no further. */
const mostPrototypes = 32

/** The function's own `name`, without asking a getter; undefined when it has none that can be printed. */
function nameOf(callable: object): string | undefined {
  const name: unknown = Reflect.getOwnPropertyDescriptor(callable, 'name')?.value
  return typeof name === 'string' && name !== '' && name.length <= longestText ? name.slice(0, longestShown) : undefined
}

function constructorName(value: object): string {
  let holder: object | null = value
  for (let steps = 0; holder !== null && !types.isProxy(holder) && steps < mostPrototypes; steps++) {
    const made: unknown = Reflect.getOwnPropertyDescriptor(holder, 'constructor')?.value
    const name = typeof made === 'function' && !types.isProxy(made) ? nameOf(made) : undefined
    if (name !== undefined) return name
    holder = Reflect.getPrototypeOf(holder)
  }
  return 'Object'
}

function describeText(text: string): string {
  if (text.length > longestText) return `a string of ${text.length} characters`
  return inspect(text.length > longestShown ? `${text.slice(0, longestShown)}…` : text)
}

function describeSymbol(symbol: symbol): string {
  const { description = '' } = symbol
  return `Symbol(${description.length > longestShown ? '…' : description})`
}

function describePrimitive(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return describeText(value)
    case 'bigint':
      // Printing a huge one takes minutes.
      return BigInt.asIntN(64, value) === value ? `${value}n` : 'of more than 64 bits'
    case 'symbol':
      return describeSymbol(value)
    default:
      return inspect(value)
  }
}

function describeObject(value: object): string {
  if (types.isProxy(value)) return 'a Proxy'
  try {
    if (typeof value === 'function') return `function ${nameOf(value) ?? '(anonymous)'}`
    return `an instance of ${constructorName(value)}`
  } catch {
    // A module whose variables aren't set yet.
    return 'an object'
  }
}

/** The value and its kind for a message, as Node words it. As quick for any value, however large. Calls no getter, no trap and no method of it. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object' || typeof value === 'function') return describeObject(value)
  return `type ${typeof value} (${describePrimitive(value)})`
}

/** The value alone, for a message about a value of the right type. As quick as {@link describeValue}. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'object' || typeof value === 'function') return describeObject(value)
  return typeof value === 'bigint' ? describeValue(value) : describePrimitive(value)
}
