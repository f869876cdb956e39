import { runtime } from '../loading/runtime.js'
import { matchers } from './matchers.js'

interface Expect {
  readonly extend: (matchers: Readonly<Record<string, unknown>>) => void
}

/** Vitest keeps its `expect` under this symbol, even when the setting for globals is off. */
const vitestExpect = Symbol.for('expect-global')

function asExpect(value: unknown): Expect | undefined {
  return typeof (value as Partial<Expect> | undefined)?.extend === 'function' ? (value as Expect) : undefined
}

/** Within a test environment Jest itself provides `@jest/globals`, installed or not. Elsewhere it is missing or refuses to load. */
function findJestExpect(): Expect | undefined {
  try {
    // eslint-disable-next-line no-restricted-syntax, import-x/no-extraneous-dependencies -- Jest's own, and only within Jest
    return asExpect((require('@jest/globals') as { readonly expect?: unknown }).expect)
  } catch {
    return undefined
  }
}

/** What Bun gives a test's file as if it were global isn't. `bun:test` refuses to load outside of `bun test`. */
function findBunExpect(): Expect | undefined {
  if (runtime.name !== 'Bun') return undefined
  try {
    // eslint-disable-next-line no-restricted-syntax -- Bun's own, and only within its runner
    return asExpect((require('bun:test') as { readonly expect?: unknown }).expect)
  } catch {
    return undefined
  }
}

/** Adds the matchers to the test runner's `expect`. Outside of a runner it does nothing. */
export function register(): void {
  const { [vitestExpect]: ofVitest, expect: ofGlobals } = globalThis as { readonly [vitestExpect]?: unknown; readonly expect?: unknown }
  const expect = asExpect(ofVitest) ?? asExpect(ofGlobals) ?? findBunExpect() ?? findJestExpect()
  expect?.extend(matchers)
}
