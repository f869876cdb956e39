import vm from 'node:vm'

import { sizeOf } from '../../lib/heap/index.js'
import { listOwnChildren, writeName } from '../../lib/heap/own-children.js'

const all = Infinity
/** The children with their names written. */
function list(
  value: unknown,
  most: number,
): { readonly children: { readonly name: string; readonly value: unknown }[]; readonly more: boolean } {
  const { children, more } = listOwnChildren(value, most)
  return { children: children.map((child) => ({ ...child, name: writeName(child.name) })), more }
}

const namesOf = (value: unknown, most = all): readonly string[] => list(value, most).children.map(({ name }) => name)

describe('names', () => {
  test('are those by which a program reaches a property', () => {
    const names: Readonly<Record<string, string>> = {
      plain: '.plain',
      $dollar_1: '.$dollar_1',
      _: '._',
      Upper: '.Upper',
      '0': '[0]',
      '10': '[10]',
      '01': '["01"]',
      '1a': '["1a"]',
      '-1': '["-1"]',
      'a-b': '["a-b"]',
      'a b': '["a b"]',
      '': '[""]',
      'say "hi"': '["say \\"hi\\""]',
    }
    const holder = Object.fromEntries(Object.keys(names).map((key) => [key, key]))
    const listed = Object.fromEntries(list(holder, all).children.map(({ name, value }) => [value as string, name]))
    expect(listed).toEqual(names)
    expect(namesOf({ [Symbol('tag')]: 1 })).toEqual(['[Symbol(tag)]'])
  })

  test('of more than 24 characters are cut', () => {
    const [fits, long] = ['x y'.padEnd(24, '.'), 'x y'.padEnd(25, '.')]
    expect(namesOf({ [fits]: 1, [long]: 1 })).toEqual([`["${fits}"]`, `["${fits}…"]`])
    expect(namesOf(new Map([[fits, 1], [long, 1]]))).toEqual([`get("${fits}")`, `get("${fits}…")`]) // prettier-ignore
  })

  test('and keys are cut before they take time or memory, however long they are', () => {
    const long = 'a'.repeat(1e8)
    const joined = `${long}${'b'.repeat(1e8)}`
    const shown = `${'a'.repeat(24)}…`
    expect(namesOf({ [long]: 1 })).toEqual([`["${shown}"]`])
    expect(namesOf({ ['9'.repeat(25)]: 1 })).toEqual([`["${'9'.repeat(24)}…"]`])
    expect(namesOf({ [Symbol('a'.repeat(25))]: 1, [Symbol(joined)]: 1 })).toEqual([
      `[Symbol(${shown})]`,
      '[Symbol of 200000000 characters]',
    ])
    const map = new Map<unknown, unknown>([[joined, 1], [2n ** 64n, 2], [7n, 3], [1n << 100_000_000n, 4], [Symbol(joined), 5]]) // prettier-ignore
    const names = ['get(a string of 200000000 characters)', 'value 1', 'get(7)', 'value 3', 'get(Symbol of 200000000 characters)']
    expect(namesOf(map)).toEqual(names)
    expect(sizeOf(joined).representation).toBe('cons')
  })

  test('of up to 100 characters are shown as a program would write them', () => {
    const [fits, longer] = ['x'.repeat(100), 'x'.repeat(101)]
    expect(namesOf({ [fits]: 1, [longer]: 1 })).toEqual([`.${fits}`, `["${'x'.repeat(24)}…"]`])
  })

  test('of entries are their keys, or their numbers', () => {
    const [object, callable] = [{}, () => 1]
    const map = new Map<unknown, unknown>([
      ['k', 1],
      [7, 2],
      [null, 3],
      [undefined, 4],
      [Symbol('s'), 5],
      [object, 6],
      [callable, 7],
    ])
    expect(list(map, all).children).toEqual([
      { name: 'get("k")', value: 1 },
      { name: 'get(7)', value: 2 },
      { name: 'get(null)', value: 3 },
      { name: 'get(undefined)', value: 4 },
      { name: 'get(Symbol(s))', value: 5 },
      { name: 'key 5', value: object },
      { name: 'value 5', value: 6 },
      { name: 'key 6', value: callable },
      { name: 'value 6', value: 7 },
    ])
    expect(list(new Set(['a', 'b']), all).children).toEqual([
      { name: 'value 0', value: 'a' },
      { name: 'value 1', value: 'b' },
    ])
  })
})

describe('what is listed', () => {
  test('own properties only, hidden ones and symbols too, and no accessor', () => {
    const holder: object = Object.create({ inherited: 1 }, { hidden: { value: 2, enumerable: false } }) as object
    Object.assign(holder, { shown: 3 })
    Object.defineProperty(holder, 'computed', { get: () => 4, enumerable: true })
    expect(list(holder, all).children).toEqual([
      { name: '.hidden', value: 2 },
      { name: '.shown', value: 3 },
    ])
  })

  test('elements but no length, and properties of an array', () => {
    expect(namesOf(Object.assign(['a', 'b'], { extra: 1 }))).toEqual(['[0]', '[1]', '.extra'])
  })

  test('of a function only what the program added', () => {
    const callable = Object.assign(
      function named() {
        return 1
      },
      { added: 1 },
    )
    expect(namesOf(callable)).toEqual(['.added'])
    expect(namesOf((_one: number) => 1)).toEqual([])
    // A sloppy function has `arguments` and `caller`, too.
    expect(namesOf(vm.compileFunction('return 1'))).toEqual([])
  })

  test('of an Error what isn’t its stack', () => {
    const error = Object.assign(new Error('message'), { code: 'E', length: 1, name: 'Named' })
    expect(namesOf(error)).toEqual(['.message', '.code', '.length', '.name'])
    // Only an Error's stack is V8's, and only an array's length.
    expect(namesOf({ stack: 1, length: 2, name: 3, prototype: 4 })).toEqual(['.stack', '.length', '.name', '.prototype'])
  })

  test('of sloppy and strict arguments what they hold, and not what all arrays share', () => {
    const code = "return [(function (a, b) { return arguments })({}, 1), (function () { 'use strict'; return arguments })({}, 1)]"
    const make = vm.compileFunction(code) as () => [IArguments, IArguments]
    const [sloppy, strict] = make()
    expect(namesOf(sloppy)).toEqual(['[0]', '[1]', '.length', '.callee'])
    expect(namesOf(strict)).toEqual(['[0]', '[1]', '.length'])
  })

  test('properties of a Map and a Set beside their entries', () => {
    expect(namesOf(Object.assign(new Map([['k', 1]]), { extra: 1 }))).toEqual(['get("k")', '.extra'])
    expect(namesOf(Object.assign(new Set(['k']), { extra: 1 }))).toEqual(['value 0', '.extra'])
  })

  test('nothing of primitives, proxies and views of memory', () => {
    const nothing = [
      null,
      undefined,
      'text',
      7,
      7n,
      true,
      Symbol('s'),
      new Proxy({ a: 1 }, {}),
      new Uint8Array(3),
      new DataView(new ArrayBuffer(3)),
    ]
    for (const value of nothing) expect(list(value, all).children).toEqual([])
  })
})

describe('at most', () => {
  test.each([
    ['properties', { a: 1, b: 2, c: 3 }, ['.a', '.b']],
    ['elements', ['a', 'b', 'c'], ['[0]', '[1]']],
    ['entries of a Map', new Map([['a', 1], ['b', 2], ['c', 3]]), ['get("a")', 'get("b")']], // prettier-ignore
    ['keys and values of a Map', new Map<unknown, unknown>([['a', 1], [{}, 2]]), ['get("a")', 'key 1']], // prettier-ignore
    ['entries of a Set', new Set(['a', 'b', 'c']), ['value 0', 'value 1']],
    ['entries and properties', Object.assign(new Map([['a', 1]]), { x: 1, y: 2 }), ['get("a")', '.x']],
    ['the same of a Set', Object.assign(new Set(['a']), { x: 1, y: 2 }), ['value 0', '.x']],
  ])('two %s', (_what, value, names) => {
    expect(list(value, 2)).toMatchObject({ children: names.map((name) => ({ name })), more: true })
    expect(list(value, 3).more).toBe(false)
    expect(namesOf(value, 0)).toEqual([])
    expect(namesOf(value, -1)).toEqual([])
  })
})
