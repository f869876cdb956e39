import { planCheck } from '../../lib/release/check-plan.js'

const dayMs = 86_400_000

test('the defaults', () => {
  const plan = planCheck(undefined)
  expect(plan).toMatchObject({ warmup: 1, whatIf: true, settleMs: 2000, budgetMs: 3000 })
  expect([plan.runs, plan.allowBytes, plan.signal]).toEqual([undefined, undefined, undefined])
  const { setup, teardown, onProgress } = plan as unknown as Record<string, () => unknown>
  expect([setup?.(), teardown?.(), onProgress?.()]).toEqual([undefined, undefined, undefined])
  expect(planCheck({})).toMatchObject({ warmup: 1, whatIf: true, settleMs: 2000, budgetMs: 3000 })
})

test('what is given stands, at the borders too', () => {
  const functions = { setup: () => 1, teardown: () => 2, onProgress: () => undefined }
  const { signal } = new AbortController()
  const least = {
    ...functions,
    signal,
    runs: 1,
    warmup: 0,
    allowBytes: 0,
    whatIf: false,
    thorough: false,
    leakBytesPerCall: 1,
    holders: false,
    settleMs: 0,
    budgetMs: 0,
  }
  expect(planCheck(least)).toEqual(least)
  const most = {
    ...functions,
    signal,
    runs: 1e9,
    warmup: 1e9,
    allowBytes: 1e15,
    whatIf: true,
    thorough: true,
    leakBytesPerCall: 1e9,
    holders: true,
    settleMs: 600_000,
    budgetMs: dayMs,
  }
  expect(planCheck(most)).toEqual(most)
})

test.each([
  [{ runs: 0 }, 'ERR_OUT_OF_RANGE', 'options.runs'],
  [{ warmup: -1 }, 'ERR_OUT_OF_RANGE', 'options.warmup'],
  [{ allowBytes: -1 }, 'ERR_OUT_OF_RANGE', 'options.allowBytes'],
  [{ settleMs: -1 }, 'ERR_OUT_OF_RANGE', 'options.settleMs'],
  [{ settleMs: 600_001 }, 'ERR_OUT_OF_RANGE', 'options.settleMs'],
  [{ budgetMs: -1 }, 'ERR_OUT_OF_RANGE', 'options.budgetMs'],
  [{ budgetMs: dayMs + 1 }, 'ERR_OUT_OF_RANGE', 'options.budgetMs'],
  [{ whatIf: 0 }, 'ERR_INVALID_ARG_TYPE', 'options.whatIf'],
  [{ setup: 1 }, 'ERR_INVALID_ARG_TYPE', 'options.setup'],
  [{ teardown: 1 }, 'ERR_INVALID_ARG_TYPE', 'options.teardown'],
  [{ onProgress: 1 }, 'ERR_INVALID_ARG_TYPE', 'options.onProgress'],
  [{ signal: {} }, 'ERR_INVALID_ARG_TYPE', '"options.signal" property must be an AbortSignal'],
  [{ signal: null }, 'ERR_INVALID_ARG_TYPE', '"options.signal" property must be an AbortSignal'],
])('refuses %j', (options, code, message) => {
  expect(() => planCheck(options)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error)
})

test('a revoked Proxy of a signal is refused', () => {
  const { proxy, revoke } = Proxy.revocable(new AbortController().signal, {})
  revoke()
  expect(() => planCheck({ signal: proxy })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
})
