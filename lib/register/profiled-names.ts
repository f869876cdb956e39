/** A longer one is told by its length: it may be as long as a text can be, and in parts that even a look at its beginning would join. */
const longestName = 200

function shorten(text: string): string {
  return text.length <= longestName ? text : `(a name of ${text.length} characters)`
}

/** The name that a function has of its own. It may be anything, or a getter, which isn't called; and asking a Proxy may throw. */
export function nameOfFunction(callable: object): string {
  try {
    const name: unknown = Reflect.getOwnPropertyDescriptor(callable, 'name')?.value
    return typeof name === 'string' || typeof name === 'symbol' ? nameOfKey(name) : ''
  } catch {
    return ''
  }
}

/** The name of a property. A symbol's description may be as long as a text can be, so that nothing can be put around it. */
export function nameOfKey(key: unknown): string {
  if (typeof key === 'symbol') return `Symbol(${shorten(key.description ?? '')})`
  if (typeof key === 'number') return String(key)
  return typeof key === 'string' ? shorten(key) : ''
}

/** The name of the class that a decorated method is in: of the class itself for a static one, and otherwise of its prototype's constructor. */
export function nameOfOwner(target: unknown): string {
  if (typeof target === 'function') return nameOfFunction(target)
  if (typeof target !== 'object' || target === null) return ''
  try {
    const made: unknown = Reflect.getOwnPropertyDescriptor(target, 'constructor')?.value
    return typeof made === 'function' ? nameOfFunction(made) : ''
  } catch {
    return ''
  }
}
