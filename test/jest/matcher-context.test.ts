import { matchers } from '../../lib/jest/index.js'

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const contexts: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 1],
  ['a revoked Proxy', revoked()],
  ['a Proxy of a revoked Proxy', new Proxy(revoked(), {})],
  ['what inherits from a revoked Proxy', Object.setPrototypeOf({}, new Proxy(revoked(), {})) as object],
]

describe.each(Object.entries(matchers))('%s', (_name, matcher) => {
  test.each(contexts)('refuses %s as its context, with a code', async (_kind, context) => {
    const call = matcher as (this: unknown, ...given: readonly unknown[]) => Promise<unknown>
    const message = expect.stringMatching(/^The "this" argument must be what expect\.extend\(\) gives a matcher/) as string
    const refused = { code: 'ERR_INVALID_ARG_TYPE', message }
    await expect(call.call(context, () => undefined, '1 GiB')).rejects.toMatchObject(refused)
  })
})
