import { runOracle, testOnEachNode } from './node-versions.js'

interface Refusal {
  readonly capability: { readonly supported: boolean; readonly reason?: string; readonly constant?: string }
  readonly errors: readonly { readonly code: string; readonly message: string }[]
  readonly rss: number
}

testOnEachNode('what is not proved is refused by name, and the rest of the package works', async (node) => {
  const { capability, errors, rss } = (await runOracle(node, 'refusal.cjs')) as Refusal
  expect(capability).toEqual({ supported: false, constant: 'type of JSWeakRef', reason: 'the example is of another type' })
  for (const { code, message } of errors) {
    expect(code).toBe('ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED')
    expect(message).toContain('type of JSWeakRef')
  }
  expect(errors).toHaveLength(4)
  expect(rss).toBeGreaterThan(0)
})

testOnEachNode('a builtin that is missing is a reason too', async (node) => {
  const { capability, errors } = (await runOracle(node, 'refusal.cjs', { args: ['removed'] })) as Refusal
  expect(capability).toEqual({ supported: false, reason: "an example can't be made: ReferenceError: WeakRef is not defined" })
  expect(errors.map(({ code }) => code)).toEqual(new Array(4).fill('ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED'))
})

testOnEachNode('flags that forbid code from strings, or harden builtins, are no reason', async (node) => {
  for (const flags of [['--disallow-code-generation-from-strings'], ['--frozen-intrinsics'], ['--disable-proto=throw'], ['--max-lazy']]) {
    expect(await runOracle(node, 'capability.cjs', { flags })).toMatchObject({ supported: true })
  }
})
