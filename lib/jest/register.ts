import { matchers } from './matchers.js'

interface Expect {
  readonly extend: (matchers: Readonly<Record<string, unknown>>) => void
}

/** Vitest keeps its `expect` here whether or not it is told to make it a global one. */
const vitestExpect = Symbol.for('expect-global')

function asExpect(value: unknown): Expect | undefined {
  return typeof (value as Partial<Expect> | undefined)?.extend === 'function' ? (value as Expect) : undefined
}

/** Jest gives this module to whatever asks within a test environment, installed or not; elsewhere it isn't there or refuses to load. */
function findJestExpect(): Expect | undefined {
  try {
    // eslint-disable-next-line no-restricted-syntax, import-x/no-extraneous-dependencies -- Jest's own, and only within Jest
    return asExpect((require('@jest/globals') as { readonly expect?: unknown }).expect)
  } catch {
    return undefined
  }
}

/** Adds the matchers to the `expect` of the runner that this is loaded in. Outside of one there is nothing to add them to. */
export function register(): void {
  const { [vitestExpect]: ofVitest, expect: ofGlobals } = globalThis as { readonly [vitestExpect]?: unknown; readonly expect?: unknown }
  const expect = asExpect(ofVitest) ?? asExpect(ofGlobals) ?? findJestExpect()
  expect?.extend(matchers)
}
