import { createContext, runInContext } from 'node:vm'

import {
  AllocscopeError,
  checkBoolean,
  checkCount,
  checkFunction,
  checkNumber,
  checkOneOf,
  invalidArgumentType,
  invalidArgumentValue,
  isAllocscopeError,
  outOfRange,
  readOptions,
} from '../../lib/errors/index.js'

function thrownBy(work: () => unknown): NodeJS.ErrnoException {
  try {
    work()
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
  throw new Error('nothing was thrown')
}

const { proxy: revoked, revoke } = Proxy.revocable(thrownBy, {})
revoke()
const { proxy: revokedObject, revoke: revokeObject } = Proxy.revocable({}, {})
revokeObject()

describe('AllocscopeError', () => {
  test('carries what failed', () => {
    const cause = new Error('below')
    const error = new AllocscopeError('ERR_ALLOCSCOPE_WHAT_IF', 'fork: no memory', { backend: 'glibc', syscall: 'fork', errno: 12, cause })
    expect(error).toMatchObject({
      name: 'AllocscopeError',
      code: 'ERR_ALLOCSCOPE_WHAT_IF',
      backend: 'glibc',
      syscall: 'fork',
      errno: 12,
      cause,
    })
    expect('cause' in new AllocscopeError('ERR_ALLOCSCOPE_WHAT_IF', 'fork')).toBe(false)
  })

  test('is made of whatever it is given, and has its code', () => {
    const make = AllocscopeError as unknown as new (...given: readonly unknown[]) => AllocscopeError
    for (const details of [null, 7, 'text', Symbol('s'), revoked, revokedObject]) {
      expect(new make('ERR_ALLOCSCOPE_WHAT_IF', Symbol('s'), details)).toMatchObject({ code: 'ERR_ALLOCSCOPE_WHAT_IF', message: '' })
    }
  })

  test('is recognised from another copy and another realm, and nothing else is', () => {
    const key = 'allocscope.AllocscopeError'
    const foreign: unknown = runInContext(`Object.assign(new Error('x'), { [Symbol.for('${key}')]: true })`, createContext())
    expect(foreign instanceof AllocscopeError).toBe(false)
    expect(isAllocscopeError(foreign)).toBe(true)
    expect([undefined, null, 'ERR', new Error('x'), {}, revoked].some(isAllocscopeError)).toBe(false)
  })
})

describe('errors of arguments are Node’s own', () => {
  // The oracle: what Node's own calls throw for the same value.
  test.each([
    ['a long text', 'x'.repeat(20)],
    ['null', null],
    ['undefined', undefined],
    ['an object', new Map()],
    ['a function', thrownBy],
  ])('ERR_INVALID_ARG_TYPE: class, code and what was received, of %s', (_name, value) => {
    const nodes = thrownBy(() => Buffer.alloc(value as unknown as number))
    const error: NodeJS.ErrnoException = invalidArgumentType('size', 'of type number', value)
    expect([error.name, error.code]).toEqual([nodes.name, nodes.code])
    const [received] = /Received .*/.exec(nodes.message) ?? []
    expect(error.message).toBe(`The "size" argument must be of type number. ${received}`)
  })

  test('a property is called one', () => {
    expect(invalidArgumentType('options.runs', 'of type number', '').message).toContain('The "options.runs" property must be')
    expect(invalidArgumentValue('options.mode', "'a'", 'b').message).toBe(`The property "options.mode" must be 'a'. Received 'b'`)
    expect(invalidArgumentValue('mode', "'a'", 'b').message).toBe(`The argument "mode" must be 'a'. Received 'b'`)
  })

  const trapped = new Proxy(Object.create(null), {
    get: () => {
      throw new Error('a trap fired')
    },
    getPrototypeOf: () => {
      throw new Error('a trap fired')
    },
  }) as object
  test.each<[string, unknown, string]>([
    ['a getter that throws', Object.defineProperty({}, 'constructor', { get: () => thrownBy(() => null) }), 'an instance of Object'],
    ['no prototype', Object.create(null), 'an instance of Object'],
    ['a Proxy', trapped, 'a Proxy'],
    ['a Proxy below', Object.create(trapped), 'an instance of Object'],
    ['a revoked Proxy', revoked, 'a Proxy'],
    ['a function named by a symbol', Object.defineProperty(() => 0, 'name', { value: Symbol('f') }), 'function (anonymous)'],
    ['a long text', 'x'.repeat(2 ** 28), 'type string (a string of 268435456 characters)'],
    ['a small bigint', 5n, 'type bigint (5n)'],
    ['a huge bigint', 1n << 2_000_000n, 'type bigint (of more than 64 bits)'],
    ['a symbol', Symbol('s'), 'type symbol (Symbol(s))'],
    ['a symbol of a long text', Symbol('s'.repeat(2 ** 28)), 'type symbol (Symbol(…))'],
  ])('%s is told, and none of its code runs', (_name, value, told) => {
    expect(invalidArgumentType('value', 'a Map', value).message).toBe(`The "value" argument must be a Map. Received ${told}`)
  })

  test('no message copies a value: however large, it allocates no more than for a small one', () => {
    const large = [Buffer.alloc(2 ** 26), 'x'.repeat(2 ** 25) + 'y', Array.from({ length: 1e6 }, (_, index) => index), 1n << 20_000_000n]
    for (const value of large) {
      const before = process.memoryUsage().heapUsed
      for (const error of [invalidArgumentType('v', 'x', value), invalidArgumentValue('v', 'x', value), outOfRange('v', 'x', value)]) {
        expect(error.message.length).toBeLessThan(200)
      }
      // The three errors with their stacks, as Jest sees them, and what the engine compiles on the way.
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 20)
    }
  })

  test('ERR_OUT_OF_RANGE', () => {
    const error = outOfRange('runs', '>= 1', 0)
    expect([error.name, (error as NodeJS.ErrnoException).code]).toEqual(['RangeError', 'ERR_OUT_OF_RANGE'])
    expect(error.message).toBe('The value of "runs" is out of range. It must be >= 1. Received 0')
  })
})

describe('options', () => {
  test('each is read once, before anything is done', () => {
    let reads = 0
    const options = {
      get runs() {
        reads += 1
        return 3
      },
    }
    expect(readOptions(options, ['runs', 'warmup'])).toEqual({ runs: 3, warmup: undefined })
    expect(reads).toBe(1)
    expect(readOptions(undefined, ['runs'])).toEqual({})
  })

  test('what is no object of options is refused', () => {
    for (const options of [null, [], 1, 'runs', new Uint8Array(2), Object('runs'), revoked]) {
      expect(thrownBy(() => readOptions(options, ['runs'])).code).toBe('ERR_INVALID_ARG_TYPE')
    }
  })

  test('what leads to a revoked Proxy is refused, and what a getter throws is not replaced', () => {
    for (const options of [Object.create(revokedObject), new Proxy(Object.create(revokedObject) as object, {})]) {
      expect(thrownBy(() => readOptions(options, ['runs'])).code).toBe('ERR_INVALID_ARG_TYPE')
    }
    const own = new TypeError('of the program itself')
    const throwing = {
      get runs(): never {
        throw own
      },
    }
    expect(thrownBy(() => readOptions(throwing, ['runs']))).toBe(own)
  })

  test('a misspelt name is refused, and said', () => {
    const error = thrownBy(() => readOptions({ run: 1 }, ['runs', 'warmup']))
    expect(error.code).toBe('ERR_INVALID_ARG_VALUE')
    expect(error.message).toMatch(/only 'runs', 'warmup'\. Received 'run'$/)
  })

  test('each check gives the value, its default for undefined, and an error for what is neither', () => {
    expect([checkOneOf('mode', 'a', ['a', 'b'], 'b'), checkOneOf('mode', undefined, ['a', 'b'], 'b')]).toEqual(['a', 'b'])
    expect([checkNumber('n', 1, 1, 5, 9), checkNumber('n', 9, 1, 5, 9), checkNumber('n', undefined, 1, 5, 9)]).toEqual([1, 9, 5])
    expect([checkBoolean('on', false, true), checkBoolean('on', undefined, true)]).toEqual([false, true])
    expect([checkCount('runs', 1, 1), checkCount('runs', 1e9, 1), checkCount('runs', undefined, 1)]).toEqual([1, 1e9, undefined])
    const given = (): number => 4
    expect([checkFunction('f', given), checkFunction('f', undefined)()]).toEqual([given, undefined])
  })

  test.each([
    [() => checkOneOf('mode', 1, ['a'], 'a'), 'ERR_INVALID_ARG_TYPE'],
    [() => checkOneOf('mode', 'c', ['a'], 'a'), 'ERR_INVALID_ARG_VALUE'],
    [() => checkNumber('n', '1', 1, 5), 'ERR_INVALID_ARG_TYPE'],
    [() => checkNumber('n', 0.5, 1, 5), 'ERR_OUT_OF_RANGE'],
    [() => checkNumber('n', 9.5, 1, 5, 9), 'ERR_OUT_OF_RANGE'],
    [() => checkNumber('n', Number.NaN, 1, 5), 'ERR_OUT_OF_RANGE'],
    [() => checkBoolean('on', 'true', true), 'ERR_INVALID_ARG_TYPE'],
    [() => checkFunction('f', {}), 'ERR_INVALID_ARG_TYPE'],
    [() => checkFunction('f', revoked), 'ERR_INVALID_ARG_TYPE'],
    [() => checkCount('runs', 1.5, 1), 'ERR_OUT_OF_RANGE'],
    [() => checkCount('runs', 1e9 + 1, 1), 'ERR_OUT_OF_RANGE'],
  ])('%s is refused', (work, code) => {
    expect(thrownBy(work).code).toBe(code)
  })
})
