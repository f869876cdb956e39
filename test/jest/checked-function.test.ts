import { constants } from 'node:buffer'
import { inspect } from 'node:util'
import vm from 'node:vm'

import { checkedFunction } from '../../lib/jest/checked-function.js'

function errorOf(act: () => unknown): Error {
  try {
    act()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

describe('checkedFunction', () => {
  test.each([undefined, null, 1, 'text', {}, [], Promise.resolve(), Symbol('s')])('refuses %p', (received) => {
    expect(errorOf(() => checkedFunction(received))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining('"received"') as string,
    })
  })

  test('refuses a revoked Proxy of a function', () => {
    const { proxy, revoke } = Proxy.revocable(() => undefined, {})
    revoke()
    expect(errorOf(() => checkedFunction(proxy))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
  })

  test('whatever is thrown, the error names the call', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const fails = (): never => {
      throw new Error('asked')
    }
    const longest = 'x'.repeat(constants.MAX_STRING_LENGTH)
    for (const thrown of [
      proxy,
      longest,
      Symbol(longest),
      { [inspect.custom]: fails },
      Object.assign(new Error('e'), { toString: fails }),
    ]) {
      const { message, cause } = errorOf(
        checkedFunction(() => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- code under check may throw anything
          throw thrown
        }),
      )
      expect(message).toMatch(/^the function under check threw in call 1: /)
      expect(message.length).toBeLessThan(11_000)
      expect(Object.is(cause, thrown)).toBe(true)
    }
  })

  test('calls the function as often as it is called, without arguments, and leaves a sync one sync', () => {
    const received = jest.fn(() => 8)
    const action = checkedFunction(received)
    expect([action(), action()]).toEqual([undefined, undefined])
    expect(received.mock.calls).toEqual([[], []])
  })

  test('waits for whatever has a then', async () => {
    const steps: string[] = []
    const thenable = {
      then(resolve: () => void) {
        steps.push('done')
        setImmediate(resolve)
      },
    }
    await checkedFunction(() => thenable)()
    expect(steps).toEqual(['done'])
  })

  test('says in which call the function threw, and keeps what it threw', () => {
    const cause = new RangeError('no more')
    let calls = 0
    const action = checkedFunction(() => {
      if ((calls += 1) === 3) throw cause
    })
    action()
    action()
    const error = errorOf(action)
    expect(error.message).toBe('the function under check threw in call 3: RangeError: no more')
    expect(error.cause).toBe(cause)
  })

  test.each([
    ['a text', "'a text'"],
    [undefined, 'undefined'],
    [{ code: 8 }, '{ code: 8 }'],
    [vm.runInNewContext('new RangeError("elsewhere")') as Error, 'RangeError: elsewhere'],
  ])('shows a rejection with %p', async (thrown, shown) => {
    const rejected = checkedFunction(jest.fn().mockRejectedValue(thrown))()
    await expect(rejected).rejects.toMatchObject({ message: `the function under check threw in call 1: ${shown}`, cause: thrown })
  })
})
