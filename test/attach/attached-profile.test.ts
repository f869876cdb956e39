import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { buildSync } from 'esbuild'

import type { FunctionProfile } from '../../lib/holders/index.js'
import { allocscope, plainEnvironment } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { testWhere } from '../installed/test-where.js'
import { tracesOf, withTarget } from './target.js'
import type { Target } from './target.js'
import { notAttachable, notAttachableByOthers } from './where-attachable.js'

const cli = path.resolve('dist/cli/main.js')
/** Of one list: 1,000 doubles, the header of each object, and V8's object for the array. */
const listBytes = 1000 * 8 + 16 + 32
const lists = 50_000

interface Profiler {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>
}

/** Resolves once the target is sampled. */
async function profiler({ pid, tell }: Target, ...options: readonly string[]): Promise<Profiler> {
  const args = [cli, 'attach', String(pid), 'profile', '--json', '--for', '2m', ...options]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnvironment() })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const ended = new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, text })
    })
  })
  while ((await tell({ do: 'isSampled' }))['isSampled'] !== true);
  return { child, ended }
}

function profileIn(text: string): FunctionProfile {
  return (JSON.parse(text) as { readonly profile: FunctionProfile }).profile
}

const compiledFunctions = `
function makeList({ length }: Settings): number[] {
  return new Array<number>(length).fill(0.5)
}

export function makeLists(count: number): void {
  for (let i = 0; i < count; i++) makeList({ length: 1000 })
}
`

/** From 1. */
function lineOf(text: string, part: string): number {
  return text.slice(0, text.indexOf(part)).split('\n').length
}

function namesOf(functions: FunctionProfile['functions']): readonly string[] {
  return functions.map(({ name }) => name)
}

if (notAttachable !== undefined) testWhere(notAttachable)('a function of a process that runs is profiled', () => undefined)
else {
  testOnEachNode('what a hot function and what it calls allocate, as much as they do; then nothing samples any more', async (node) => {
    await withTarget(node, async (target) => {
      const { pid, tell, output } = target
      // V8 inlines one into the other.
      await tell({ do: 'produce', lists })
      const before = tracesOf(pid)
      const { child, ended } = await profiler(target, '--function', 'makeLists')
      await tell({ do: 'produce', lists })
      child.kill('SIGINT')
      const { code, text } = await ended
      expect(code).toBe(0)
      const { functions, places, samples, allSamples, allBytes, lines } = profileIn(text)
      const made = lists * listBytes
      const [outer] = functions
      expect(namesOf(functions)).toEqual(['makeLists'])
      expect(outer).toMatchObject({ file: path.resolve('test/attach/programs/target.cjs') })
      // 767 samples, which come at random: five times their spread is exceeded in 0.7 of a million runs.
      const spread = (5 * made) / Math.sqrt(made / (512 * 1024))
      expect(Math.abs((outer?.bytes ?? 0) - made)).toBeLessThan(spread)
      expect(places[0]).toMatchObject({ name: 'makeList' })
      expect(places[0]?.bytes).toBeGreaterThan(made - spread)
      expect(places.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(outer?.bytes)
      expect(samples).toBeLessThanOrEqual(allSamples)
      expect(outer?.bytes).toBeLessThanOrEqual(allBytes)
      expect(lines.supported).toBe(false)
      expect(await tell({ do: 'isSampled' })).toEqual({ isSampled: false })
      const sockets = (descriptors: readonly string[]): number => descriptors.filter((one) => one.includes('socket:')).length
      // Those of the visit are closed in the event loop's next turns.
      while (sockets(tracesOf(pid).descriptors) > sockets(before.descriptors)) await tell({ do: 'ping' })
      const after = tracesOf(pid)
      expect(after.threads).toBe(before.threads)
      expect(after.descriptors.length - before.descriptors.length).toBeLessThanOrEqual(2)
      expect(output()).toBe('')
    })
  })

  testOnEachNode('a compiled function is told where its source has it', async (node) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-maps-'))
    const [source, compiled] = [path.join(folder, 'lists.ts'), path.join(folder, 'lists.cjs')]
    // What the compiler takes out moves the lines behind it.
    const text = `interface Settings {\n  readonly length: number\n}\n\n${compiledFunctions}`
    writeFileSync(source, text)
    buildSync({ entryPoints: [source], outfile: compiled, format: 'cjs', platform: 'node', sourcemap: 'linked' })
    try {
      await withTarget(node, async (target) => {
        const { child, ended } = await profiler(target, '--function', 'makeLists')
        await target.tell({ do: 'produceBy', file: compiled, lists })
        child.kill('SIGINT')
        const { functions, places } = profileIn((await ended).text)
        expect(functions).toMatchObject([{ name: 'makeLists', file: source, line: lineOf(text, 'function makeLists') }])
        expect(places[0]).toMatchObject({ name: 'makeList', file: source, line: lineOf(text, 'function makeList(') })
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  testOnEachNode("another's sampling is refused, and goes on", async (node) => {
    await withTarget(node, async ({ pid, tell }) => {
      expect(await tell({ do: 'sample' })).toEqual({})
      const { code, stderr } = await allocscope(['attach', String(pid), 'profile', '--function', 'makeLists'])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/sampling heap profiler is in use.*\[ERR_ALLOCSCOPE_UNSUPPORTED\]/) as string,
      })
      expect(await tell({ do: 'isSampled' })).toEqual({ isSampled: true })
    })
  })

  testOnEachNode('when the attaching side is killed, sampling ends', async (node) => {
    await withTarget(node, async (target) => {
      const { child, ended } = await profiler(target, '--function', 'makeLists')
      child.kill('SIGKILL')
      await ended
      while ((await target.tell({ do: 'isSampled' }))['isSampled'] === true);
      expect(await target.tell({ do: 'ping' })).toEqual({ pong: true })
    })
  })

  testWhere(notAttachableByOthers)('a name that no sample has is a failure, with what may have been meant', async () => {
    await withTarget(process.execPath, async (target) => {
      const { child, ended } = await profiler(target, '--function', 'makeLitss')
      await target.tell({ do: 'produce', lists })
      child.kill('SIGINT')
      const { code, text } = await ended
      expect(code).toBe(1)
      const { functions, near } = profileIn(text)
      expect(functions).toEqual([])
      expect(near).toContain('makeLists')
    })
  })

  test.each([
    [['profile'], /say which function: --function <name> \[ERR_MISSING_ARGS\]/],
    [['profile', '--function', 'x', '--for', '3m'], /2m at the most \[ERR_INVALID_ARG_VALUE\]/],
    [['profile', '--function', 'x', '--interval', '10'], /1 KiB or more \[ERR_INVALID_ARG_VALUE\]/],
    [['stats', '--function', 'x'], /--function is for profile \[ERR_INVALID_ARG_VALUE\]/],
    [['watch', '-o', 'x'], /-o is for record \[ERR_INVALID_ARG_VALUE\]/],
  ])('attach %p is refused before anything is touched', async (args, expected) => {
    const { code, stderr } = await allocscope(['attach', String(process.pid), ...args])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(expected) as string })
  })
}
