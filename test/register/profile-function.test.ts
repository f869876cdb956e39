import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { buildSync } from 'esbuild'
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript'

import type { FunctionProfile, ProfileDocument } from '../../lib/profile/index.js'
import { readTotals } from '../../lib/register/function-totals.js'
import { profile } from '../../lib/register/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, occurrences, profileProgram, program, run, scratchFile } from '../profile/profiled-program.js'

const mebibyte = 1024 ** 2

/** The rows of the printed totals, by name. */
function totalsIn(stderr: string): Readonly<Record<string, { readonly calls: number; readonly allocatedBytes: number }>> {
  const row = /^ {2}(\S+) +(\d+) +([\d.,]+) (B|KiB|MiB) /gm
  const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: mebibyte }
  const rows = Array.from(stderr.matchAll(row), ([, name, calls, figure, unit]) => {
    const allocatedBytes = Number(figure?.replace(/,/g, '')) * (units[unit as string] as number)
    return [name as string, { calls: Number(calls), allocatedBytes }] as const
  })
  return Object.fromEntries(rows)
}

describe('functions wrapped by profile()', () => {
  const file = program('wrapped.mjs')
  const printed = {
    ...{ first: 7, loaded: 3 * mebibyte, sum: 3000, failure: 'as intended' },
    ...{ names: ['build', 'steps', 'neverCalled'], length: 1 },
  }

  testOnEachNode('loaded without allocscope: they run as they are, and print totals with the way to the lines', async (node) => {
    const { code, stdout, stderr } = await run(node, [file])
    expect({ code, printed: JSON.parse(stdout) as unknown }).toEqual({ code: 0, printed })
    const { build, steps, fails, '<anonymous>': load, ...others } = totalsIn(stderr)
    expect(others).toEqual({})
    // A thousand arrays of ten: 16 bytes of header and 8 for each element, in an array of arrays. V8's own work for a first call is on top.
    expect(build?.allocatedBytes).toBeGreaterThan(1000 * (16 + 16 + 80))
    expect(build?.allocatedBytes).toBeLessThan(2 * 1000 * (16 + 16 + 80))
    expect(load?.allocatedBytes).toBeGreaterThan(2.95 * mebibyte)
    expect(load?.allocatedBytes).toBeLessThan(3.2 * mebibyte)
    expect(steps?.allocatedBytes).toBeGreaterThan(3 * 8000)
    expect([build, load, steps, fails].map((totals) => totals?.calls)).toEqual([1, 1, 1, 1])
    expect(stderr).toMatch(/For the lines: npx\s+allocscope\s+profile\s+test\/profile\/programs\/wrapped\.mjs/)
  })

  testOnEachNode('loaded through allocscope: their lines, and no totals', async (node) => {
    const { code, stdout, stderr, document } = await profileProgram(node, [file])
    expect({ code, printed: JSON.parse(stdout) as unknown, stderr }).toEqual({ code: 0, printed, stderr: '' })
    expect(document.functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['build', 'load', 'steps', 'fails']))
    expect(functionNamed(document, 'load').lines.find(({ text }) => text.includes('Buffer.alloc'))?.externalBytes).toBe(3 * mebibyte)
  })
})

const decorated = `import { profile } from ${JSON.stringify(path.resolve('dist/index.mjs'))}

class Store {
  static made = 0
  readonly rows: number[][] = []

  @profile
  fill(count: number): number {
    for (let row = 0; row < count; row += 1) {
      this.rows.push(new Array(100).fill(row))
    }
    return this.rows.length
  }

  @profile
  static async make(): Promise<Store> {
    await null
    Store.made += 1
    return new Store()
  }
}

const store = await Store.make()
console.log(JSON.stringify([store.fill(3), store.fill(4), Store.made, store.fill.name, Store.prototype.fill.length]))
`

/** Compilers of decorators may call the class by another name. */
function method(document: ProfileDocument, name: string): FunctionProfile {
  const found = document.functions.find((one) => one.name.endsWith(`.${name}`))
  return found ?? functionNamed(document, name)
}

describe('@profile', () => {
  const folder = scratchFile('')
  mkdirSync(folder)
  const source = path.join(folder, 'decorated.ts')
  writeFileSync(source, decorated)
  const legacy = { target: ScriptTarget.ES2022, module: ModuleKind.ES2022, experimentalDecorators: true, inlineSourceMap: true }
  writeFileSync(path.join(folder, 'legacy.mjs'), transpileModule(decorated, { fileName: source, compilerOptions: legacy }).outputText)
  buildSync({
    ...{
      entryPoints: [source],
      outfile: path.join(folder, 'standard.mjs'),
      format: 'esm',
      target: 'es2022',
      sourcemap: 'inline',
      logLevel: 'error',
    },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: false } },
  })

  testOnEachNode("as the language's decorator and as TypeScript's older one", async (node) => {
    for (const name of ['standard.mjs', 'legacy.mjs']) {
      const file = path.join(folder, name)
      const alone = await run(node, [file])
      expect({ name, stdout: alone.stdout }).toEqual({ name, stdout: '[3,7,1,"fill",1]\n' })
      const fill = Object.entries(totalsIn(alone.stderr)).find(([key]) => key.endsWith('fill'))?.[1]
      expect({ name, calls: fill?.calls }).toEqual({ name, calls: 2 })
      const { stdout, document } = await profileProgram(node, [file])
      expect({ name, stdout }).toEqual({ name, stdout: alone.stdout })
      const lines = occurrences(method(document, 'fill'))
      expect({ name, lines }).toMatchObject({
        name,
        lines: { 'this.rows.push(new Array(100).fill(row))': 7, 'return this.rows.length': 2 },
      })
      method(document, 'make')
    }
  })

  test('what is neither a function nor a method is refused as node refuses it', () => {
    const wrong = profile as (...given: unknown[]) => unknown
    const { proxy: revoked, revoke } = Proxy.revocable(() => 1, {})
    revoke()
    const wrongs: unknown[][] = [[undefined], [1], [{}], [revoked], [Map, { kind: 'class', name: 'x' }], [{}, 'x', { get: () => 1 }]]
    wrongs.push([null, null, {}], [{}, 'x', null], [{}, 'x', revoked], [{}, 'x', { value: revoked }])
    const listing = (): never => {
      throw new Error('its keys were listed')
    }
    wrongs.push([{}, 'x', new Proxy(Buffer.alloc(1), { ownKeys: listing })])
    for (const given of wrongs) {
      expect(() => wrong(...given)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    }
  })

  test('a name of any kind and length is no hindrance, and no row of the printed totals is wider for it', () => {
    const wrap = profile as (...given: unknown[]) => () => unknown
    const named = (name: unknown) => Object.defineProperty(() => 1, 'name', { value: name })
    const long = 'n'.repeat(2 ** 20)
    wrap(named(Symbol('s')))()
    wrap(named(long))()
    wrap(() => 1, { kind: 'method', name: Symbol(long) })()
    wrap(() => 1, { kind: 'method', name: long })()
    ;(wrap(null, Symbol(long), { value: () => 1 }) as unknown as { value: () => unknown }).value()
    // Functions of the same source and the same name as it is shown have one row.
    const names = readTotals().map(({ name }) => name)
    expect(names).toEqual(['Symbol(s)', ...Array<string>(3).fill(expect.stringContaining('a name of 1048576 characters') as string)])
  })
})
