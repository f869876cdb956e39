import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { buildSync } from 'esbuild'
import ts from 'typescript'

import type { TrackingReport } from '../../lib/track/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'

const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-maps-'))

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const allocation = 'kept.push(Buffer.alloc(300_000))'

/** What compilers take out moves the lines behind it. */
const source = `interface Settings {
  readonly blocks: number
}

const enum Kind {
  Small = 1,
  Large = 2,
}

type Kept = Buffer[]
const kept: Kept = []
// Otherwise it may be collected before the program ends.
Object.assign(globalThis, { kept })

function hold({ blocks }: Settings, kind: Kind): number {
  for (let i = 0; i < blocks; i++) {
    ${allocation}
  }
  return kept.length + kind
}

hold({ blocks: 40 }, Kind.Large)
`
/** Where the source has it, from 1. */
const line = source.split('\n').findIndex((text) => text.includes(allocation)) + 1
const heldBytes = 40 * 300_000

type Compiler = (file: string) => string

function byTypeScript(file: string, options: ts.CompilerOptions): string {
  const compiled = path.join(path.dirname(file), 'out.cjs')
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, ...options },
  })
  writeFileSync(compiled, outputText.replace(/sourceMappingURL=hold\.js\.map/, 'sourceMappingURL=out.cjs.map'))
  if (sourceMapText !== undefined) writeFileSync(`${compiled}.map`, sourceMapText)
  return compiled
}

function byEsbuild(file: string): string {
  const outfile = path.join(path.dirname(file), 'out.cjs')
  buildSync({ entryPoints: [file], outfile, sourcemap: true, minify: true, bundle: true, platform: 'node', format: 'cjs' })
  return outfile
}

const compilers: Readonly<Record<string, Compiler>> = {
  'tsc, map inline': (file) => byTypeScript(file, { inlineSourceMap: true }),
  'tsc, map beside it': (file) => byTypeScript(file, { sourceMap: true }),
  'esbuild, bundled and minified': byEsbuild,
}

function makeSource(name: string): string {
  const directory = path.join(folder, name.replace(/\W+/g, '-'))
  mkdirSync(directory)
  const file = path.join(directory, 'hold.ts')
  writeFileSync(file, source)
  return file
}

const command = path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js')

async function track(node: string, compiled: string): Promise<Pick<TrackingReport, 'lines'>> {
  // Otherwise a line that V8 compiles meanwhile has two rows.
  const flags = ['--exact-lines', '--interval', '1KiB', '--format', 'json']
  const { stderr, stdout } = await runFile(node, [command, 'track', ...flags, compiled])
  return JSON.parse(stdout === '' ? stderr : stdout) as TrackingReport
}

testOnEachNode(
  'what compiled code holds counts for the line of its source',
  async (node, major) => {
    for (const [name, compile] of Object.entries(compilers)) {
      const file = makeSource(`${name} ${major}`)
      const { lines } = await track(node, compile(file))
      const held = lines.filter((one) => one.name.endsWith(` ${file}:${line}`))
      expect(held.map(({ liveBytes }) => liveBytes)).toEqual([expect.any(Number)])
      expect(held[0]?.liveBytes).toBeGreaterThanOrEqual(heldBytes)
      expect(held[0]?.liveBytes).toBeLessThan(heldBytes * 1.1)
    }
  },
  [20, 26],
)

test.each([
  ['none', ''],
  ['one that is no JSON', '//# sourceMappingURL=data:application/json;base64,bm8=\n'],
  ['one that is not there', '//# sourceMappingURL=missing.map\n'],
])('with %s as its map, a line is that of the file itself', async (name, reference) => {
  const file = makeSource(name)
  const compiled = byTypeScript(file, {})
  const text = ts.sys.readFile(compiled) ?? ''
  writeFileSync(compiled, `${text}${reference}`)
  const own = text.split('\n').findIndex((one) => one.includes('Buffer.alloc')) + 1
  const { lines } = await track(process.execPath, compiled)
  expect(lines.map((one) => one.name)).toContain(`hold ${compiled}:${own}`)
})
