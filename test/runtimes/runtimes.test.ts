import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { noAddon } from '../../lib/binding/no-addon.js'
import type { AllocatorStats, HeapStats } from '../../lib/index.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

const root = path.resolve('.')
const runtimes = path.resolve('.cache/runtimes/node_modules')
const cli = path.resolve('dist/cli/main.js')
const ends = path.resolve('test/runtimes/programs/ends.js')

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = { env: { ...process.env, NO_COLOR: '1', ...env } }
  return runFile(file, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  )
}

type Answer<Value> = { readonly answer: Value } & { readonly code?: string; readonly message?: string }

interface Checked {
  readonly verdict: string
  readonly grows: readonly { readonly where: string; readonly bytesPerCall: number }[]
}

interface Answers {
  readonly stats: Answer<AllocatorStats>
  readonly rss: Answer<{ readonly ours: number; readonly theirs: number }>
  readonly heap: Answer<HeapStats>
  readonly watch: Answer<{ readonly beganMs: number; readonly sampledMs: number; readonly endedMs: number }>
  readonly release: Answer<unknown>
  readonly clean: Answer<Checked>
  readonly leak: Answer<Checked>
  readonly objects: Answer<Checked>
  readonly sizeOf: Answer<number>
  readonly track: Answer<unknown>
  readonly measure: Answer<unknown>
}

const bun = {
  file: path.join(runtimes, '@oven/bun-linux-x64/bin/bun'),
  flags: [],
  engine: 'JavaScriptCore',
  head: /, Bun 1\.4\.5,/,
} as const
const deno = {
  file: path.join(runtimes, '@deno/linux-x64-glibc/deno'),
  flags: ['run', '-A', '--unstable-detect-cjs'],
  engine: 'V8',
  head: /, Deno 2\.9\.6,/,
} as const

describe.each([
  ['Bun', bun],
  ['Deno', deno],
])('%s', (name, { file, flags, engine, head }) => {
  const testHere = testWhere(existsSync(file) ? undefined : notInstalled(name))
  let answers: Answers
  beforeAll(async () => {
    if (!existsSync(file)) return
    const { stdout } = await run(file, [...flags, path.resolve('test/runtimes/programs/readings.cjs'), path.join(root, 'dist')])
    answers = JSON.parse(stdout) as Answers
  })

  testHere('what can be read is read', () => {
    expect(answers.stats.answer).toMatchObject({ allocator: 'glibc', complete: true })
    const { ours, theirs } = answers.rss.answer
    expect(Math.abs(ours - theirs)).toBeLessThan(8 * 2 ** 20)
    expect(answers.heap.answer.engine).toBe(engine)
    expect(answers.release.code).toBeUndefined()
  })

  testHere('samples stand on the clock of performance.now()', () => {
    const { beganMs, sampledMs, endedMs } = answers.watch.answer
    // A millisecond: both clocks are read one after the other.
    expect(sampledMs).toBeGreaterThan(beganMs - 1)
    expect(sampledMs).toBeLessThan(endedMs + 1)
  })

  testHere('a check tells what is kept from what is not', () => {
    // What the allocator keeps of it is its own affair.
    expect(answers.clean.answer.grows).toEqual([])
    expect(answers.clean.answer.verdict).not.toBe('still-live')
    expect(answers.leak.answer.verdict).toBe('still-live')
    // 1,000,000 bytes a call, and what the allocator adds to a Buffer: less than a page and a sixteenth.
    const [most = 0] = answers.leak.answer.grows.map(({ bytesPerCall }) => bytesPerCall).sort((one, other) => other - one)
    expect(most).toBeGreaterThan(990_000)
    expect(most).toBeLessThan(1_070_000)
  })

  testHere('memory that is kept has one owner, not two', () => {
    const bytesAt = ({ grows }: Checked, where: string): number => grows.find((place) => place.where === where)?.bytesPerCall ?? 0
    // Buffers are no objects of the heap.
    expect(bytesAt(answers.leak.answer, 'javascript-heap')).toBeLessThan(100_000)
    const ofHeap = bytesAt(answers.objects.answer, 'javascript-heap')
    expect(ofHeap).toBeGreaterThan(10_000 * 48)
    // What the heap's blocks round up.
    expect(bytesAt(answers.objects.answer, 'unclaimed')).toBeLessThan(ofHeap / 4)
  })

  testHere('the heap is never larger than what it has from the system, and has its objects from the beginning on', () => {
    const { usedBytes, committedBytes } = answers.heap.answer
    expect(usedBytes).toBeGreaterThan(100_000)
    expect(committedBytes).toBeGreaterThanOrEqual(usedBytes)
    expect(committedBytes).toBeLessThan(64 * 2 ** 20)
  })

  testHere('what needs what Node’s own V8 exports is refused, with a code and the reason', () => {
    expect(answers.sizeOf).toMatchObject({ code: 'ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED' })
    for (const refused of [answers.track, answers.measure]) {
      expect(refused).toMatchObject({ code: 'ERR_ALLOCSCOPE_UNSUPPORTED', message: expect.stringMatching(/doesn't export/) as string })
    }
  })

  testHere('reports name the runtime and its engine', async () => {
    const { code, stdout } = await run(file, [...flags, cli, 'stats'])
    expect(code).toBe(0)
    expect(stdout).toMatch(head)
    expect(stdout).toContain(`\n${engine} heap\n`)
    expect(stdout).not.toMatch(/Node v/)
  })

  testHere('attach says that it is not Node', async () => {
    const child = spawn(file, [...flags, path.resolve('test/runtimes/programs/waits.js')], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(child.stdout, 'data')
      const { code, stdout, stderr } = await run(process.execPath, [cli, 'attach', String(child.pid)])
      expect([code, stdout]).toEqual([1, ''])
      const said = `process ${child.pid} runs ${name.toLowerCase()}, and only Node can be attached to: explain --pid and record --pid `
      expect(stderr).toContain(said)
      expect((await run(process.execPath, [cli, 'explain', '--pid', String(child.pid)])).code).toBe(0)
    } finally {
      child.kill('SIGKILL')
    }
  })

  testHere('run lets the program end as it would', async () => {
    const { code, stdout, stderr } = await run(file, [...flags, cli, 'run', ends])
    expect([code, stdout]).toEqual([3, 'from the program\n'])
    expect(stderr).toMatch(/exit code 3 after/)
    // Bun's has a heap that isn't V8's. Of Deno it says why there are no figures.
    if (name === 'Bun') expect(stderr).toMatch(/JavaScriptCore heap: used +\d/)
    else expect(stderr).toMatch(/nothing was recorded: Deno 2\.9\.6 loads nothing before the program/)
    expect(stderr).not.toContain('V8')
  })
})

testWhere(existsSync(bun.file) ? undefined : notInstalled('Bun'))(
  'bun --preload allocscope/register: the program runs, unprofiled, with one line',
  async () => {
    const { code, stdout, stderr } = await run(bun.file, ['--preload', path.resolve('dist/register/register.js'), ends])
    expect([code, stdout]).toEqual([3, 'from the program\n'])
    expect(stderr).toMatch(/^allocscope: the program runs without a profile: .*\n$/)
  },
)

testWhere(existsSync(bun.file) ? undefined : notInstalled('Bun'))('bun test: its expect gets the matchers', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-bun-test-'))
  const matchers = JSON.stringify(path.resolve('dist/jest/index.js'))
  const kept = 'const kept = []\nconst keep = () => kept.push(Buffer.alloc(1e6, 1))\n'
  const body = `${kept}test('keeps', async () => { await expect(keep).toReturnMemoryToOS({ runs: 10, settleMs: 0 }) })\n`
  writeFileSync(path.join(folder, 'one.test.mjs'), `import { expect, test } from 'bun:test'\nimport ${matchers}\n${body}`)
  const { code, stderr } = await run(bun.file, ['test', '--timeout', '200000', path.join(folder, 'one.test.mjs')])
  rmSync(folder, { recursive: true })
  expect(code).toBe(1)
  expect(stderr).toMatch(/Verdict: still-live/)
})

testWhere(existsSync(deno.file) ? undefined : notInstalled('Deno'))(
  'Deno: what hands a descriptor to the program is refused before it starts',
  async () => {
    for (const command of ['watch', 'record']) {
      const { code, stdout, stderr } = await run(deno.file, [...deno.flags, cli, command, ends])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/Deno 2\.9\.6 can't share memory with the program: .*\[ERR_ALLOCSCOPE_UNSUPPORTED\]/)
    }
    for (const command of ['explain', 'profile', 'track']) {
      const { code, stdout, stderr } = await run(deno.file, [...deno.flags, cli, command, ends])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/Deno 2\.9\.6 loads nothing before the program: .*\[ERR_ALLOCSCOPE_UNSUPPORTED\]/)
    }
  },
)

describe('why the addon is not there', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-no-addon-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })
  const say = `try { require(${JSON.stringify(path.join(root, 'dist'))}).watchArenas() } catch (error) { console.log(error.code, error.message) }`

  testOnEachNode('addons that are switched off', async (node) => {
    const { stdout } = await run(node, ['--no-addons', '-e', say])
    expect(stdout).toMatch(
      /^ERR_ALLOCSCOPE_NO_ADDON .* with Node v\d+\.\d+\.\d+: native addons are switched off: --allow-addons lets them in/,
    )
  })

  test('another libc, a bundle, and what the loader itself says', () => {
    const missing = Object.assign(new Error('No native build was found for platform=linux arch=x64 runtime=node libc=musl node=24'), {})
    expect(noAddon('native binary', missing, root).message).toMatch(/there is no binary for musl, .*node:slim$/)
    expect(noAddon('native binary', new Error('No native build was found'), folder).message).toMatch(
      /in a bundle, leave allocscope out of it/,
    )
    const damaged = new Error('invalid ELF header')
    const error = noAddon('tracker', damaged, root)
    expect(error).toMatchObject({ code: 'ERR_ALLOCSCOPE_NO_ADDON', cause: damaged })
    expect(error.message).toMatch(/^allocscope has no tracker that loads on linux-x64 with Node v.*: invalid ELF header$/)
    for (const thrown of [{}, 'text', 1]) expect(noAddon('tracker', thrown, root).message).toMatch(/: no reason is told$/)
  })

  test('a folder that may not be read', async () => {
    const file = path.join(folder, 'main.cjs')
    writeFileSync(file, say)
    const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
    const reads = [folder, path.join(root, 'dist'), path.join(root, 'node_modules'), path.join(root, 'package.json')]
    const { stdout } = await run(process.execPath, [permission, ...reads.map((read) => `--allow-fs-read=${read}`), file])
    expect(stdout).toMatch(/^ERR_ALLOCSCOPE_NO_ADDON .*: (\/\S+) may not be read: --allow-fs-read=\1 permits it/)
  })
})
