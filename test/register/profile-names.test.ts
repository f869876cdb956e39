import { constants } from 'node:buffer'

import { profile } from '../../lib/register/index.js'
import { nameOfFunction, nameOfKey, nameOfOwner } from '../../lib/register/profiled-names.js'

const call = profile as (...given: unknown[]) => unknown
const work = (): number => 1

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** A function whose own `name` is this. */
function named(descriptor: PropertyDescriptor): () => number {
  return Object.defineProperty(() => 1, 'name', descriptor)
}

const thrower = {
  get: (): never => {
    throw new Error('asked')
  },
}
const longest = constants.MAX_STRING_LENGTH
/** Not one block of memory: parts that are joined when somebody looks. */
const longestText = 'x'.repeat(longest)
const method = { value: work, writable: true, enumerable: false, configurable: true }

describe('profile() takes every function and every key', () => {
  const functions: Readonly<Record<string, () => unknown>> = {
    'a name that is a symbol': named({ value: Symbol('s') }),
    'a name that is a symbol of the longest description': named({ value: Symbol(longestText) }),
    'a name of the longest text': named({ value: longestText }),
    'a name that is a number': named({ value: 7 }),
    'a name that is an object which throws': named({ value: { toString: thrower.get } }),
    'a name by a getter that throws': named(thrower),
    'no name': Object.defineProperty(() => 1, 'name', { value: undefined }),
    'a Proxy whose traps throw': new Proxy(work, { get: thrower.get, getOwnPropertyDescriptor: thrower.get }),
  }
  test.each(Object.entries(functions))('%s', (_title, callable) => {
    expect((call(callable) as () => unknown)()).toBe(1)
    expect((call(callable, { kind: 'method' }) as () => unknown)()).toBe(1)
  })

  test.each([Symbol('s'), Symbol(longestText), longestText, 'key', 7, null, undefined, { toString: thrower.get }].map((key) => [key]))(
    'a method of any key',
    (key) => {
      expect((call(work, { kind: 'method', name: key }) as () => unknown)()).toBe(1)
      for (const target of [{}, work, null, undefined, 1, Object.create(null), revoked({}), { constructor: 1 }, new Proxy({}, thrower)]) {
        const decorated = call(target, key, method) as { readonly value: () => unknown }
        expect(decorated.value()).toBe(1)
      }
    },
  )

  test('what a table shows of a name', () => {
    expect(nameOfFunction(named({ value: Symbol('s') }))).toBe('Symbol(s)')
    // The language's own name for it.
    const key = Symbol('x')
    expect(nameOfFunction({ [key]: () => 1 }[key])).toBe('[x]')
    expect(nameOfFunction(named({ value: 'n'.repeat(200) }))).toBe('n'.repeat(200))
    expect(nameOfFunction(named({ value: longestText }))).toBe(`(a name of ${longest} characters)`)
    expect(nameOfFunction(named(thrower))).toBe('')
    expect([nameOfKey(Symbol('k')), nameOfKey('k'), nameOfKey(3), nameOfKey({})]).toEqual(['Symbol(k)', 'k', '3', ''])
    expect(nameOfKey(Symbol(longestText))).toBe(`Symbol((a name of ${longest} characters))`)
    expect([nameOfOwner(Map), nameOfOwner(Map.prototype), nameOfOwner(null), nameOfOwner(revoked({}))]).toEqual(['Map', 'Map', '', ''])
  })
})

test.each([
  [null, null, {}],
  [null, null, null],
  [null, 'key', { value: revoked(work) }],
  [{}, 'key', 7],
  [{}, 'key', revoked({})],
  [revoked(work)],
  [work, revoked({})],
  [work, { kind: Symbol('s') }],
  [work, { kind: { toString: thrower.get } }],
])('profile() refuses %# as node does', (...given) => {
  expect(() => call(...given)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
})
