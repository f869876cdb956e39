import { fork, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { askAgent } from '../../lib/attach/index.js'
import { allocscope, plainEnvironment } from '../cli/run-cli.js'
import type { CliResult } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { skipWhere, testWhere } from '../installed/test-where.js'
import { tracesOf, withTarget } from '../attach/target.js'
import type { Target } from '../attach/target.js'
import { notAttachableByOthers, notRoot } from '../attach/where-attachable.js'

const preload = path.resolve('dist/agent/agent.mjs')
const idle = "setInterval(() => {}, 1000); console.log('ready')"

/** XDG_RUNTIME_DIR of a test. */
let runtime: string

beforeEach(() => {
  runtime = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
})

afterEach(() => {
  rmSync(runtime, { recursive: true })
})

async function withAgent(use: (pid: number, socket: string, child: ChildProcess) => Promise<void>): Promise<void> {
  const env = plainEnvironment({ XDG_RUNTIME_DIR: runtime })
  const child = spawn(process.execPath, ['--import', preload, '-e', idle], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(child.stdout, 'data')
    await use(child.pid as number, path.join(runtime, 'allocscope', `${child.pid}.sock`), child)
  } finally {
    child.kill('SIGKILL')
  }
}

/** What a program says that is started with the agent and ends at once. */
function endOf(code = '0'): { readonly status: number | null; readonly stderr: string } {
  const env = plainEnvironment({ XDG_RUNTIME_DIR: runtime })
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, '-e', code], { env, encoding: 'utf8' })
  return { status, stderr }
}

const mode = (file: string): string => (lstatSync(file).mode & 0o777).toString(8)

test('the socket and its folder are for their user alone, and a program that ends removes it', () => {
  // The program itself looks, before it ends.
  const look = `const fs = require('node:fs'); const folder = ${JSON.stringify(path.join(runtime, 'allocscope'))};
    for (const file of [folder, folder + '/' + process.pid + '.sock']) console.error((fs.lstatSync(file).mode & 0o777).toString(8))`
  expect(endOf(look)).toEqual({ status: 0, stderr: '700\n600\n' })
  expect(readdirSync(path.join(runtime, 'allocscope'))).toEqual([])
})

test('a folder that others can enter, a link and another file are refused, and the program runs', () => {
  const folder = path.join(runtime, 'allocscope')
  const refused = (reason: RegExp): void => {
    const { status, stderr } = endOf("process.exit(require('node:fs').existsSync('/proc/self') ? 7 : 8)")
    expect(status).toBe(7)
    expect(stderr).toMatch(reason)
  }
  mkdirSync(folder, { mode: 0o755 })
  refused(/runs without an agent: .* can be entered by others: no socket is opened there \[ERR_ALLOCSCOPE_ATTACH\]/)
  chmodSync(folder, 0o700)
  expect(endOf()).toEqual({ status: 0, stderr: '' })
  rmSync(folder, { recursive: true })
  const elsewhere = path.join(runtime, 'elsewhere')
  mkdirSync(elsewhere, { mode: 0o700 })
  symlinkSync(elsewhere, folder)
  refused(/is no folder/)
  expect(readdirSync(elsewhere)).toEqual([])
})

skipWhere(notRoot)("another user's folder is refused", () => {
  const folder = path.join(runtime, 'allocscope')
  mkdirSync(folder, { mode: 0o700 })
  spawnSync('chown', ['65534', folder])
  expect(endOf().stderr).toMatch(/belongs to user 65534/)
})

test('stats, explain and release are answered, and what is no request too', async () => {
  await withAgent(async (pid, socket) => {
    expect(await askAgent(socket, { request: 'stats', detail: 'usage' })).toMatchObject({ allocator: {}, process: {}, heap: {} })
    expect(await askAgent(socket, { request: 'explain' })).toMatchObject({ pid })
    await expect(askAgent(socket, { request: 'track', intervalBytes: 0, exactFunctions: false })).rejects.toThrow(/intervalBytes/)
    expect(await askAgent(socket, { request: 'release' })).toMatchObject({ steps: expect.any(Array) as unknown[] })
    await expect(askAgent(socket, { request: 'exit' } as never)).rejects.toMatchObject({ code: 'ERR_ALLOCSCOPE_ATTACH' })
    await expect(askAgent(socket, { request: 'stats', detail: 'all' } as never)).rejects.toThrow(/options\.detail/)
    for (const text of ['\n', '{\n', 'null\n', '[1,2]\n', 'x'.repeat(10_000)]) {
      const visitor = net.connect(socket)
      visitor.on('error', () => undefined)
      visitor.end(text)
      await once(visitor.resume(), 'close')
    }
    expect(await askAgent(socket, { request: 'explain' })).toMatchObject({ pid })
  })
})

test('allocscope attach asks the agent, and loads nothing by ptrace', async () => {
  await withAgent(async (pid) => {
    const before = tracesOf(pid)
    const { code, stdout, stderr } = await allocscope(['attach', String(pid), '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { process: memory } = JSON.parse(stdout) as { readonly process: { readonly source: string } }
    // From within: from outside it would be /proc.
    expect(memory.source).toBe('statm+getrusage')
    expect(tracesOf(pid).threads).toBe(before.threads)
  })
})

testWhere(notAttachableByOthers)('a socket of an earlier process is no agent', async () => {
  await withAgent(async (pid, socket, child) => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(existsSync(socket)).toBe(true)
    // As another process would find it that has the number again.
    await expect(askAgent(socket, { request: 'explain' })).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(pid).toBeGreaterThan(0)
  })
})

test('each worker thread and each process of a cluster has its own', async () => {
  const env = plainEnvironment({ XDG_RUNTIME_DIR: runtime })
  const child = fork(path.join(__dirname, 'programs', 'threads.cjs'), { env, execArgv: ['--import', preload] })
  const [{ thread, member }] = (await once(child, 'message')) as [{ readonly thread: number; readonly member: number }]
  const folder = path.join(runtime, 'allocscope')
  try {
    for (const name of [`${child.pid}.sock`, `${child.pid}-${thread}.sock`, `${member}.sock`]) {
      expect(mode(path.join(folder, name))).toBe('600')
      const { pid } = (await askAgent(path.join(folder, name), { request: 'explain' })) as { readonly pid: number }
      expect(pid).toBe(name === `${member}.sock` ? member : child.pid)
    }
  } finally {
    child.disconnect()
  }
  await once(child, 'exit')
})

test.each([
  ['something else than JSON', 'hello\n', /something else than JSON/],
  ['another version', '{"version":9,"result":1}\n', /another version/],
  ['nothing', '', /ended before it had answered/],
])('an agent that answers with %s is told apart', async (_name, text, expected) => {
  const socket = path.join(runtime, 'hostile.sock')
  const server = net.createServer((visitor) => visitor.end(text)).listen(socket)
  await once(server, 'listening')
  await expect(askAgent(socket, { request: 'explain' })).rejects.toThrow(expected)
  server.close()
})

/** Whether process `pid` has loaded the library that tracks: it is loaded with the request, and tracks in the same turn. */
function isTracked(pid: number): boolean {
  return readFileSync(`/proc/${pid}/maps`, 'latin1').includes('allocscope_tracker')
}

/** Starts a command that tracks process `pid`, and calls `use` once it does. Answers with what the command came to. */
async function whileTracked(pid: number, args: readonly string[], use: (command: ChildProcess) => Promise<void>): Promise<CliResult> {
  let command: ChildProcess | undefined
  const endings: CliResult[] = []
  const result = allocscope(['attach', String(pid), 'track', ...args], { onStart: (child) => (command = child) })
  void result.then((ending) => endings.push(ending))
  while (!isTracked(pid) && endings.length === 0) await sleep(10)
  await use(command as ChildProcess)
  return await result
}

test.each([
  ['watch --pid', (pid: string) => ['watch', '--pid', pid]],
  ['attach watch', (pid: string) => ['attach', pid, 'watch']],
])('%s: a program with the agent is watched without ptrace', async (_name, argumentsFor) => {
  await withAgent(async (pid) => {
    const env = { XDG_RUNTIME_DIR: runtime }
    const { code, stdout, stderr } = await allocscope([...argumentsFor(String(pid)), '--for', '300ms', '--json'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const events = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly kind: string })
    expect(events[0]).toMatchObject({ kind: 'start', pid, programArguments: ['--import', preload, '-e', idle] })
    expect(events.at(-1)).toMatchObject({ kind: 'end', runsOn: true, notes: [] })
  })
})

/** Runs `use` with a program whose sockets are in a folder of their own: tests run beside each other. */
async function withOwnFolder(node: string, use: (target: Target & { readonly folder: string }) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  await withTarget(node, (target) => use({ ...target, folder }), { env: { XDG_RUNTIME_DIR: folder } })
  rmSync(folder, { recursive: true })
}

interface TrackedJson {
  readonly total: { readonly liveBytes: number }
  readonly lines: readonly { readonly name: string; readonly liveBytes: number }[]
  readonly functions: readonly { readonly name: string; readonly liveBytes: number }[]
  readonly limitations: readonly string[]
}

if (notAttachableByOthers === undefined) {
  testOnEachNode('track says what was allocated and kept since, when Ctrl-C ends it, and leaves the program quiet', async (node) => {
    await withOwnFolder(node, async ({ pid, tell, output }) => {
      const { code, stderr, stdout } = await whileTracked(pid, ['--interval', '1', '--json'], async (command) => {
        await tell({ do: 'keep', count: 200, bytes: 100_000 })
        command.kill('SIGINT')
      })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { functions, limitations } = JSON.parse(stdout) as TrackedJson
      expect(limitations).toEqual([])
      const buffers = functions.find(({ name }) => name.startsWith('node::NodeArrayBufferAllocator::'))
      // Every block was sampled. What the channel's messages took is less than one of these.
      expect(Math.floor((buffers?.liveBytes ?? 0) / 100_000)).toBe(200)
      // Another finds it at rest, and for a time that ends by itself.
      const again = await allocscope(['track', '--pid', String(pid), '--for', '200ms', '--json'])
      expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' })
      expect((JSON.parse(again.stdout) as TrackedJson).total.liveBytes).toBeLessThan(20_000_000)
      expect(output()).toBe('')
    })
  })

  testOnEachNode('exact functions, though V8 had inlined them, and what was compiled meanwhile is dropped', async (node) => {
    await withOwnFolder(node, async ({ pid, tell }) => {
      const kept = { do: 'keepHot', count: 2000, bytes: 15_000 }
      for (let round = 0; round < 10; round++) await tell(kept)
      const { code, stdout } = await whileTracked(pid, ['--interval', '512', '--exact-functions', '--json'], async (command) => {
        await tell(kept)
        command.kill('SIGINT')
      })
      expect(code).toBe(0)
      const { lines } = JSON.parse(stdout) as TrackedJson
      const live = lines.find(({ name }) => /^keepOne .*target\.cjs:\d+$/.test(name))?.liveBytes ?? 0
      // With V8's own blocks for a buffer.
      expect(live).toBeGreaterThanOrEqual(30_000_000)
      expect(live).toBeLessThan(33_000_000)
    })
  })

  test('exact functions are refused where coverage is taken', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
    await withTarget(
      process.execPath,
      async ({ pid }) => {
        const { code, stderr } = await allocscope(['attach', String(pid), 'track', '--exact-functions', '--for', '1s'])
        expect(code).toBe(1)
        expect(stderr).toMatch(/coverage is taken \(NODE_V8_COVERAGE\).*\[ERR_ALLOCSCOPE_UNSUPPORTED\]/)
      },
      { env: { XDG_RUNTIME_DIR: folder, NODE_V8_COVERAGE: folder } },
    )
    rmSync(folder, { recursive: true })
  })

  test('a command that is killed while it tracks leaves nothing that tracks', async () => {
    await withOwnFolder(process.execPath, async ({ pid, tell }) => {
      const { signal } = await whileTracked(pid, [], async (command) => {
        await tell({ do: 'ping' })
        command.kill('SIGKILL')
      })
      expect(signal).toBe('SIGKILL')
      await tell({ do: 'keep', count: 200, bytes: 100_000 })
      // A session that still ran would refuse the next.
      const { code, stdout } = await allocscope(['attach', String(pid), 'track', '--for', '200ms', '--json'])
      expect(code).toBe(0)
      expect((JSON.parse(stdout) as TrackedJson).total.liveBytes).toBeLessThan(20_000_000)
    })
  })

  test.each([
    ['stats', '--for 1s'],
    ['release', '--interval 1MiB'],
    ['explain', '--exact-functions'],
  ])('%s refuses %s', async (verb, option) => {
    const { code, stderr } = await allocscope(['attach', '1', verb, ...option.split(' ')])
    expect(code).toBe(2)
    expect(stderr).toContain(`${option.split(' ')[0]} is for track`)
  })

  testOnEachNode('explain and release of an unprepared process, and its socket is gone afterwards', async (node) => {
    await withOwnFolder(node, async ({ pid, tell, output, folder }) => {
      const before = tracesOf(pid)
      for (const verb of ['explain', 'release']) {
        const { code, stdout, stderr } = await allocscope(['attach', String(pid), verb, '--json'])
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(JSON.parse(stdout)).toMatchObject(
          verb === 'explain' ? { ledger: { pid } } : { release: { steps: expect.any(Array) as unknown[] } },
        )
      }
      // Closed in the event loop's next turns.
      while (readdirSync(path.join(folder, 'allocscope')).length > 0) await tell({ do: 'ping' })
      await tell({ do: 'ping' })
      const after = tracesOf(pid)
      expect(after.threads).toBe(before.threads)
      expect(after.descriptors.filter((name) => name.includes('socket:'))).toEqual(
        before.descriptors.filter((name) => name.includes('socket:')),
      )
      expect(output()).toBe('')
    })
  })
}
