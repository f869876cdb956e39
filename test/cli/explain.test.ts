import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { allocscope, program } from './run-cli.js'
import type { FollowingLedger, TakenLedger } from '../../lib/ledger/index.js'
import type { LimitedGroup } from '../../lib/process/index.js'

interface ExplainJson {
  readonly version: number
  readonly exitCode: number | null
  readonly signal: string | null
  readonly ledgers: readonly FollowingLedger[]
}

const mebibyte = 2 ** 20
const folder = mkdtempSync(path.join(tmpdir(), 'explain-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let files = 0
function programOf(source: string): string {
  const file = path.join(folder, `program-${(files += 1)}.cjs`)
  writeFileSync(file, source)
  return file
}

async function explained(args: readonly string[]): Promise<ExplainJson> {
  const file = path.join(folder, `ledgers-${(files += 1)}.json`)
  await allocscope(['explain', '--json', '--output', file, ...args])
  return JSON.parse(readFileSync(file, 'utf8')) as ExplainJson
}

function wasmBytes({ ledger }: TakenLedger): number {
  return ledger.entries.filter(({ owner }) => owner === 'wasm-memory').reduce((sum, { residentBytes }) => sum + residentBytes, 0)
}

/** Holds 32 MiB of wasm memory for a while, in which a busy machine has a ledger done as well, and drops it. */
const holds = `
  function use() { new Uint8Array(new WebAssembly.Memory({ initial: 512, maximum: 1024 }).buffer).fill(1) }
  require('node:v8').setFlagsFromString('--expose-gc')
  const gc = require('node:vm').runInNewContext('gc')
  use()
  setTimeout(() => { gc(); setTimeout(() => {}, 100) }, 1500)`

test('a ledger of the exit: the owners, and the program keeps its exit code', async () => {
  const { code, stdout, stderr } = await allocscope(['explain', program('exit-3.js')])
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toMatch(/exit-3\.js at exit, after [^\n]*: RSS \d+\.\d MiB, (99\.\d|100\.0) % of it named\n/)
  for (const owner of ["V8's heap", 'malloc, in use', 'files', 'thread stacks', 'unexplained']) expect(stderr).toContain(`\n  ${owner} `)
  expect(stderr).toContain('main: old_space')
  // The free lists of so small a program are walked.
  expect(stderr).not.toContain("weren't walked")
})

test('what a large heap of glibc has free is told from what is in use', async () => {
  // 80 MB of small blocks, of which every twentieth is kept.
  const [exit] = (
    await explained([
      '--node-option',
      '--expose-gc',
      programOf(`
      const all = Array.from({ length: 80_000 }, () => Buffer.allocUnsafeSlow(1000).fill(1))
      globalThis.kept = all.filter((_, index) => index % 20 === 0)
      all.length = 0
      gc()
      setTimeout(() => {}, 200)`),
    ])
  ).ledgers as readonly [FollowingLedger]
  const free = exit.ledger.entries.filter(({ owner }) => owner === 'malloc-free')
  expect(free.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBeGreaterThan(60e6)
  expect(exit.ledger.gaps.filter((gap) => gap.includes("weren't walked"))).toEqual([])
})

test('at the peak, not at the exit', async () => {
  const file = programOf(holds)
  const [peak] = (await explained(['--at', 'peak', file])).ledgers as readonly [FollowingLedger]
  expect(peak.moment).toBe('peak')
  expect(Math.abs(wasmBytes(peak) - 32 * mebibyte)).toBeLessThan(mebibyte)
  const [exit] = (await explained([file])).ledgers as readonly [FollowingLedger]
  expect(exit.moment).toBe('exit')
  expect(wasmBytes(exit)).toBe(0)
})

test('at an interval: what was taken before a kill remains', async () => {
  const file = programOf(`${holds}; setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2500)`)
  const { ledgers, signal, exitCode } = await explained(['--every', '0.2', file])
  expect({ signal, exitCode }).toEqual({ signal: 'SIGKILL', exitCode: null })
  expect(ledgers.length).toBeGreaterThan(0)
  expect(ledgers.every(({ moment }) => moment === 'interval')).toBe(true)
})

test('at an interval: when the control group is at its limit, where one is set and it rises', async () => {
  const file = programOf(
    `const kept = []; setInterval(() => kept.push(Buffer.alloc(${8 * mebibyte}, 1)), 50); setTimeout(() => process.exit(), 1500)`,
  )
  const { ledgers } = await explained(['--every', '0.4', file])
  expect(ledgers.length).toBeGreaterThan(1)
  expect(ledgers[0]).toHaveProperty('limitForecast', null)
  for (const [index, { limitForecast, elapsedMs, ledger }] of ledgers.entries()) {
    if (!limitForecast) continue
    const before = ledgers[index - 1] as FollowingLedger
    const of = ({ container }: FollowingLedger['ledger']): LimitedGroup | undefined =>
      container.supported ? container.limits.find(({ group }) => group === limitForecast.group) : undefined
    const [now, earlier] = [of(ledger), of(before.ledger)]
    const grownBytes = (now?.usageBytes ?? NaN) - (earlier?.usageBytes ?? NaN)
    expect(limitForecast).toMatchObject({ grownBytes, basisMs: elapsedMs - before.elapsedMs })
    const left = Math.max(0, (now?.limitBytes ?? NaN) - (now?.usageBytes ?? NaN))
    expect(limitForecast.timeToLimitMs).toBeCloseTo((left / grownBytes) * limitForecast.basisMs, 3)
  }
})

test('a program that is killed before a ledger: the command says so, and ends as it did', async () => {
  const { signal, stderr } = await allocscope(['explain', programOf("process.kill(process.pid, 'SIGKILL')")])
  expect(signal).toBe('SIGKILL')
  expect(stderr).toMatch(/ended by SIGKILL before a ledger could be taken/)
})

test.each(['the program', 'the command'])('SIGUSR2 to %s asks for one, and what changed by the exit follows', async (whom) => {
  const file = programOf(`
    setInterval(() => {}, 1000)
    process.on('SIGTERM', () => process.exit(0))
    process.on('SIGUSR2', () => console.log('asked'))
    console.log(process.pid)`)
  const child = spawn(process.execPath, [path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js'), 'explain', file])
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const closed = once(child, 'close')
  const [pid] = (await once(child.stdout, 'data')) as [Buffer]
  process.kill(whom === 'the program' ? Number(pid.toString()) : (child.pid as number), 'SIGUSR2')
  // The preload's listener came first.
  await once(child.stdout, 'data')
  process.kill(Number(pid.toString()), 'SIGTERM')
  expect(await closed).toEqual([0, null])
  expect(stderr).toMatch(/ on SIGUSR2, after .* at exit, after .*since the last ledger/s)
})

test('from outside: this very process', async () => {
  const { code, stdout } = await allocscope(['explain', '--json', '--pid', String(process.pid)])
  expect(code).toBe(0)
  const { ledger } = JSON.parse(stdout) as { readonly ledger: TakenLedger['ledger'] }
  expect(ledger.entries.reduce((sum, { residentBytes }) => sum + residentBytes, 0)).toBe(ledger.rssBytes)
  expect(ledger.pid).toBe(process.pid)
})

/** The figures of the rows that stand for owners, by name, as the page writes them. */
function ownersIn(html: string): Readonly<Record<string, string>> {
  const heads = html.matchAll(/<tr class="line of"><th scope="rowgroup"><i class="[a-z0-9 ]+"><\/i>([^<]+)<\/th><td>([^<]+)<\/td>/g)
  return Object.fromEntries([...heads].map(([, name, bytes]) => [name as string, bytes as string]))
}

test('--html: a page of a program, with every moment, beside the text', async () => {
  const page = path.join(folder, 'moments.html')
  const { code, stderr } = await allocscope(['explain', '--every', '0.25', '--html', page, programOf(holds), '--name', '<script>&'])
  expect(code).toBe(0)
  expect(stderr).toMatch(/ at exit, after .*since the last ledger/s)
  const html = readFileSync(page, 'utf8')
  expect(html).toMatch(/<h1><bdi>[^<]*program-\d+\.cjs --name &#60;script&#62;&#38;<\/bdi><\/h1>/)
  const moments = html.split('<details class="moment"').slice(1)
  expect(moments.length).toBe([...stderr.matchAll(/of it named\n/g)].length)
  expect(ownersIn(moments[0] as string)['wasm memories']).toBe('32.0 MiB')
  expect(ownersIn(moments.at(-1) as string)).not.toHaveProperty('wasm memories')
  expect(moments.at(-1)).toMatch(
    /wasm memories: <bdi>[^<]*<\/bdi><\/th><td>-32\.0 MiB<\/td><td>0 B<\/td>|RSS [-+][^<]* since the ledger before/,
  )
})

test('--html: of a process from outside, and of a program that ends before a ledger', async () => {
  const page = path.join(folder, 'outside.html')
  expect((await allocscope(['explain', '--pid', String(process.pid), '--html', page])).code).toBe(0)
  expect(readFileSync(page, 'utf8')).toMatch(/<h1><bdi>process \d+<\/bdi><\/h1>.*RSS [\d,.]+ MiB now, from outside.*anonymous memory: V8/s)
  const { signal } = await allocscope(['explain', '--html', page, programOf("process.kill(process.pid, 'SIGKILL')")])
  expect(signal).toBe('SIGKILL')
  expect(readFileSync(page, 'utf8')).toContain('the program ended by SIGKILL before a ledger could be taken')
})
