import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { transformSync as compileWithSwc } from '@swc/core'
import { buildSync } from 'esbuild'
import type { BuildOptions } from 'esbuild'
import { transpileModule, ModuleKind, ScriptTarget } from 'typescript'

import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, occurrences, profileProgram, program, readDocument, register, run, scratchFile } from './profiled-program.js'

// One TypeScript source, compiled in every way that its users compile it: lines and texts must be those of the source each time.

const source = program('typed.ts')
const folder = scratchFile('')
mkdirSync(folder)
writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')

/** Files that stand for a compiled program; each finds its way to `source`. */
function compile(): Readonly<Record<string, string>> {
  const at = (name: string): string => path.join(folder, name)
  const relative = path.relative(folder, source)
  const code = readFileSync(source, 'utf8')
  const options = { target: ScriptTarget.ES2022, module: ModuleKind.ES2022, sourceMap: true }
  const tsc = transpileModule(code, { fileName: source, compilerOptions: options })
  writeFileSync(at('tsc.js'), tsc.outputText.replace(/sourceMappingURL=.*/, 'sourceMappingURL=tsc.js.map'))
  writeFileSync(at('tsc.js.map'), JSON.stringify({ ...(JSON.parse(tsc.sourceMapText as string) as object), sources: [relative] }))
  const parser = { syntax: 'typescript' } as const
  const swc = compileWithSwc(code, {
    filename: source,
    sourceFileName: relative,
    sourceMaps: 'inline',
    jsc: { target: 'es2022', parser },
    module: { type: 'commonjs' },
  })
  writeFileSync(at('swc.cjs'), swc.code)
  const shared: BuildOptions = { entryPoints: [source], platform: 'node', format: 'esm', logLevel: 'error' }
  buildSync({ ...shared, outfile: at('esbuild.js'), sourcemap: 'inline', sourcesContent: false })
  // No comment refers to the map, and the marks are gone with the comments.
  buildSync({ ...shared, outfile: at('esbuild-external.js'), sourcemap: 'external' })
  buildSync({ ...shared, outfile: at('esbuild-minified.js'), sourcemap: 'linked', bundle: true, minify: true })
  return Object.fromEntries(
    ['tsc.js', 'swc.cjs', 'esbuild.js', 'esbuild-external.js', 'esbuild-minified.js'].map((name) => [name, at(name)]),
  )
}

const expected = {
  'export function build(count: number): Row[] {': 1,
  'const rows: Row[] = []': 1,
  'for (let id = 0; id < count; id += 1) {': 4,
  'rows.push({ id })': 3,
  'return rows': 1,
}

const compiled = compile()

testOnEachNode('tsc, swc and esbuild: lines and text of the source, marks of the source', async (node) => {
  for (const [name, file] of Object.entries(compiled)) {
    const plain = await run(node, [file])
    const { document, ...profiled } = await profileProgram(node, [file])
    expect({ name, ...profiled }).toEqual({ name, ...plain })
    const build = functionNamed(document, 'build')
    expect({ name, file: build.file, line: build.line }).toEqual({ name, file: source, line: 7 })
    if (name.includes('minified')) expect(occurrences(build)).toMatchObject({ 'rows.push({ id })': 3, 'return rows': 1 })
    else expect({ name, lines: occurrences(build) }).toEqual({ name, lines: expected })
    expect(document.profiles[0]?.notes).toEqual([])
    for (const other of ['Store.put', 'waits']) functionNamed(document, other)
  }
})

const throwing = `type Row = { id: number; name?: string }
const later = async (value: number): Promise<number> => { await null; return value }
class Store<T> {
  #rows: T[] = []
  put(row: T): this { this.#rows.push(row); if (this.#rows.length > 1) throw new Error('full'); return this }
  async all(): Promise<T[]> {
    const count = await later(this.#rows.length)
    if (count > 1)
      throw new RangeError('over')
    return this.#rows.map((row) => { throw new TypeError(String(row)) })
  }
}
function deep(rows: Row[]): number {
  const seen = rows.map((row) => row.name!.length)
  for (const each of seen) if (each) throw new Error('each')
  return seen.length
}
const put = () => new Store<Row>().put({ id: 1 }).put({ id: 2 })
const all = async () => (await later(1)) + (await new Store<Row>().put({ id: 1 }).all()).length
for (const check of [put, all, () => deep([{ id: 1 }]), () => deep([{ id: 1, name: 'x' }])]) {
  try {
    await check()
  } catch (error) {
    console.log((error as Error).stack)
  }
}
`

testOnEachNode('stack traces that node maps itself name the same lines and columns', async (node) => {
  const original = scratchFile('.ts')
  writeFileSync(original, throwing)
  for (const shape of [{ sourcemap: 'inline' }, { sourcemap: 'linked', minify: true, bundle: true }] as const) {
    const file = scratchFile('.mjs')
    buildSync({ entryPoints: [original], outfile: file, format: 'esm', logLevel: 'error', ...shape })
    const places = ({ stdout }: { readonly stdout: string }): string[] => stdout.match(/\.ts:\d+:\d+/g) ?? []
    const plain = await run(node, ['--enable-source-maps', file])
    const { document, ...profiled } = await profileProgram(node, ['--all', '--node-option=--enable-source-maps', file])
    expect(places(plain).length).toBeGreaterThan(10)
    expect(places(profiled)).toEqual(places(plain))
    expect(document.functions.length).toBeGreaterThan(5)
  }
})

testOnEachNode('tsx beside register, in the order that works', async (node) => {
  const tsx = pathToFileURL(path.resolve('node_modules/tsx/dist/loader.mjs')).href
  for (const name of ['typed.ts', 'typed.mts', 'typed-common.cts']) {
    const output = scratchFile('.json')
    const env = { ALLOCSCOPE_PROFILE: JSON.stringify({ json: true, output }) }
    const plain = await run(node, ['--import', tsx, program(name)])
    const profiled = await run(node, ['--import', tsx, '--import', register, program(name)], env)
    expect(profiled).toEqual(plain)
    const build = functionNamed(readDocument(output), 'build')
    expect(build.file).toBe(program(name))
    expect(occurrences(build)).toMatchObject({ 'const rows: Row[] = []': 1, 'rows.push({ id })': 3, 'return rows': 1 })
  }
})

test('tsx after register: what that hides, and how to do it', async () => {
  const tsx = pathToFileURL(path.resolve('node_modules/tsx/dist/loader.mjs')).href
  const { stderr, code } = await run(process.execPath, ['--import', register, '--import', tsx, program('typed.mts')])
  expect(code).toBe(0)
  expect(stderr.replace(/\s+/g, ' ')).toMatch(/loader\.mjs was loaded after allocscope\/register, and hides what it loads/)
})

testOnEachNode('tsx by the command', async (node) => {
  const { document, code } = await profileProgram(node, [
    `--node-option=--import=${pathToFileURL(path.resolve('node_modules/tsx/dist/loader.mjs')).href}`,
    source,
  ])
  expect(code).toBe(0)
  expect(functionNamed(document, 'build').file).toBe(source)
})

testOnEachNode('a decorated class that tsx compiles has its own name', async (node) => {
  const tsx = pathToFileURL(path.resolve('node_modules/tsx/dist/loader.mjs')).href
  const { document, code, stdout } = await profileProgram(node, [
    `--node-option=--import=${tsx}`,
    '--function',
    'Jobs.run',
    program('decorated.mts'),
  ])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '1000000 Jobs\n' })
  const [line] = functionNamed(document, 'Jobs.run').lines.filter(({ line }) => line === 9)
  // A million numbers of 8 bytes each.
  expect(line?.allocatedBytes).toBeGreaterThan(7_900_000)
})
