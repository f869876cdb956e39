import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

import { notAttachable } from '../attach/where-attachable.js'
import { cli, plainEnvironment } from '../cli/run-cli.js'
import { runFile } from '../installed/run-file.js'
import { missingCommand, testWhere } from '../installed/test-where.js'
import { parseExposition, valuesBy } from '../metrics/exposition.js'
import { startCollector } from '../opentelemetry/collector.js'
import { prometheusMissing, promtool, promtoolMissing, startPrometheusIn } from '../prometheus/prometheus.js'
import { Servers } from './servers.js'

const docs = readFileSync('docs/fleet.md', 'utf8')
const mebibyte = 2 ** 20

/** The code that begins with this line of the docs. */
function documentedBlock(language: string, firstLine: string): string {
  const block = [...docs.matchAll(/```(\w+)\n([\s\S]+?)```/g)].find(([, kind, code]) => kind === language && code?.startsWith(firstLine))
  if (block?.[2] === undefined) throw new Error(`docs/fleet.md has no ${language} that begins with ${firstLine}`)
  return block[2]
}

/** The line of the docs that begins so. */
function documented(beginning: string): string {
  const line = docs.split('\n').find((one) => one.startsWith(beginning))
  if (line === undefined) throw new Error(`docs/fleet.md has no line that begins with ${beginning}`)
  return line
}

let folder: string
let children: ChildProcess[]
let servers: Servers

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  children = []
  servers = new Servers()
  const modules = path.join(folder, 'node_modules')
  mkdirSync(modules)
  symlinkSync(path.resolve('.'), path.join(modules, 'allocscope'))
  symlinkSync(path.resolve('node_modules/@opentelemetry'), path.join(modules, '@opentelemetry'))
  mkdirSync(path.join(folder, 'bin'))
  // As npm installs it.
  writeFileSync(path.join(folder, 'bin', 'allocscope'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`, { mode: 0o755 })
  symlinkSync(process.execPath, path.join(folder, 'bin', 'node'))
})

afterEach(async () => {
  await Promise.all(children.map(endOfGroup))
  await servers.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Ends what a line started, with what that has started itself, as `go tool` does. */
async function endOfGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  process.kill(-(child.pid as number), 'SIGKILL')
  await once(child, 'exit')
}

function environment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  // pprof keeps what it has fetched there.
  return plainEnvironment({ HOME: folder, PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`, ...variables })
}

/** Until `isDone`, while all that was started runs. */
async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) {
    const ended = children.find(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
    if (ended !== undefined) throw new Error(`${ended.spawnargs.join(' ')} ended: ${ended.exitCode ?? ended.signalCode}`)
    await sleep(50)
  }
}

/** Runs a line in the folder until it ends. */
async function run(line: string, variables: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await runFile('sh', ['-c', line], { cwd: folder, env: environment(variables) })
  return stdout
}

/** Starts what a line runs, without a shell between. */
function start(line: string, variables: NodeJS.ProcessEnv): ChildProcess {
  // The variables that a line sets are its command's.
  const child = spawn('sh', ['-c', `exec env ${line}`], {
    cwd: folder,
    env: environment(variables),
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  children.push(child)
  return child
}

testWhere(prometheusMissing ?? promtoolMissing)('Prometheus: the configuration is good, and all its targets have series', async () => {
  const started = await Promise.all([1, 2].map(() => servers.start('prometheus', folder)))
  writeFileSync(path.join(folder, 'prometheus.yml'), documentedBlock('yaml', '# prometheus.yml'))
  mkdirSync(path.join(folder, 'targets'))
  const targets = started.map(({ port }) => `127.0.0.1:${port}`)
  writeFileSync(path.join(folder, 'targets', 'app.json'), JSON.stringify([{ targets }]))
  expect(promtool(['check', 'config', path.join(folder, 'prometheus.yml')])).toMatchObject({ status: 0 })
  const prometheus = await startPrometheusIn(folder)
  try {
    // Each is first scraped at a moment of its own within the interval.
    const series = await prometheus.queryUntil('nodejs_allocator_info{job="node"}', ({ length }) => length === targets.length)
    expect(series.map(({ metric }) => metric['instance']).sort()).toEqual([...targets].sort())
  } finally {
    await prometheus.stop()
  }
})

const exporterMissing = missingCommand('prometheus-node-exporter')

testWhere(notAttachable ?? exporterMissing)(
  "node_exporter serves what allocscope agent writes of programs that can't be changed",
  async () => {
    const { pid } = await servers.start('nothing', folder)
    const variables = { DIR: path.join(folder, 'textfile'), APP: folder }
    mkdirSync(variables.DIR)
    start(documented('allocscope agent'), variables)
    // A port that the kernel chooses.
    const exporter = start(`${documented('prometheus-node-exporter')} --web.listen-address=127.0.0.1:0`, variables)
    const lines = createInterface(exporter.stderr as NodeJS.ReadableStream)
    let address: string | undefined
    for await (const line of lines) {
      address = /msg="Listening on" address=(\S+)/.exec(line)?.[1]
      if (address !== undefined) break
    }
    exporter.stderr?.resume()
    const ups = async (): Promise<ReadonlyMap<string, number>> => {
      const answer = await fetch(`http://${address}/metrics`)
      return valuesBy(parseExposition(await answer.text()), 'nodejs_attach_up', 'pid')
    }
    await until(async () => (await ups()).size > 0)
    expect(await ups()).toEqual(new Map([[String(pid), 1]]))
  },
)

test('OpenTelemetry: a program that knows nothing of it exports its metrics to a receiver', async () => {
  const collector = await startCollector()
  try {
    writeFileSync(path.join(folder, 'metrics.cjs'), documentedBlock('js', '// metrics.cjs'))
    writeFileSync(path.join(folder, 'app.js'), 'setInterval(() => {}, 1000)')
    const RECEIVER = new URL(collector.url).origin
    start(documented('OTEL_EXPORTER'), { RECEIVER, OTEL_METRIC_EXPORT_INTERVAL: '200' })
    await until(() => collector.received.length > 0)
    const names = new Set(collector.received.map(({ name }) => name))
    for (const name of ['nodejs.allocator.memory.mapped', 'nodejs.memory.resident', 'v8js.memory.external']) expect(names).toContain(name)
  } finally {
    await collector.stop()
  }
})

/** What pprof says of a function, with all that it calls: its share of a sample index, bytes. */
function bytesOf(name: string, table: string): number {
  const units = { B: 1, kB: 1024, MB: mebibyte }
  const row = table.split('\n').find((line) => new RegExp(`\\b${name}\\b`).test(line)) ?? ''
  const [, amount = '', unit = ''] = /^\s*\S+\s+\S+\s+\S+\s+(-?[\d.]+)([kM]?B)\b/.exec(row) ?? []
  return Number(amount) * units[unit as keyof typeof units]
}

// One block: each has some 430 bytes of small ones with it, of which a sample stands for 64 KiB.
const holding = (mebibytes: number): string => `
  function hold() { globalThis.kept = Buffer.alloc(${mebibytes * mebibyte}, 1) }
  hold()`

/**
 * A block as large isn't missed at 64 KiB. Of the small ones beside it one is sampled in 150 runs, two in 45,000. pprof rounds to a hundredth of a
 * MiB.
 */
function expectHeld(bytes: number, held: number): void {
  expect(bytes).toBeGreaterThan(held - mebibyte / 100)
  expect(bytes).toBeLessThan(held + 64 * 1024 + mebibyte / 100)
}

describe('a profile', () => {
  /** Writes it by the documented line, of a program that holds so many MiB. */
  async function track(mebibytes: number): Promise<void> {
    writeFileSync(path.join(folder, 'app.js'), holding(mebibytes))
    await run(documented('allocscope track'))
  }

  testWhere(missingCommand('go', 'version'))("Go's pprof reads it, and takes an earlier one off", async () => {
    await track(24)
    copyFileSync(path.join(folder, 'heap.pb.gz'), path.join(folder, 'before.pb.gz'))
    const begunMs = Date.now()
    await track(64)
    const endedMs = Date.now()
    const later = bytesOf('hold', await run(documented('go tool pprof -top -cum -sample_index=inuse_space heap')))
    expectHeld(later, 64 * mebibyte)
    const difference = bytesOf('hold', await run(documented('go tool pprof -top -cum -sample_index=inuse_space -diff_base')))
    // What the earlier one had too much is taken off.
    expectHeld(later - difference, 24 * mebibyte)

    // As Parca's own check wants it: numbered from 1, without a gap.
    const raw = await run('go tool pprof -raw heap.pb.gz')
    const numbers = Array.from(raw.slice(raw.indexOf('\nLocations\n')).matchAll(/^ +(\d+): 0x0 /gm), ([, number]) => Number(number))
    expect(numbers).toEqual(numbers.map((_number, place) => place + 1))
    expect(numbers.length).toBeGreaterThan(5)
    // pprof prints hundredths of a second, at the least.
    const takenMs = Date.parse(/^Time: (.+)$/m.exec(raw)?.[1] ?? '')
    expect(takenMs).toBeGreaterThan(begunMs - 10)
    expect(takenMs).toBeLessThanOrEqual(endedMs)
  })

  testWhere(missingCommand('go', 'version'))("pprof's own pages have it: a table and a flame graph", async () => {
    await track(64)
    // Any port that is free.
    const { stderr } = start(documented('go tool pprof -http').replace('localhost:8080', '127.0.0.1:'), {})
    let said = ''
    stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    await until(() => said.includes('Serving web UI on'))
    const [, url = ''] = /Serving web UI on (\S+)/.exec(said) ?? []
    const page = async (name: string): Promise<string> => await (await fetch(`${url}/ui/${name}`)).text()
    const cumulative = /"Name":"hold",[^}]*"Cum":(\d+)/.exec(await page('top'))?.[1]
    expectHeld(Number(cumulative), 64 * mebibyte)
    expect(await page('flamegraph')).toMatch(/\bhold\b/)
  })

  testWhere(missingCommand('curl'))("the line for Pyroscope sends it with what Pyroscope's own client sends", async () => {
    let url: URL | undefined
    let body = Buffer.alloc(0)
    const receiver = createServer((request, response) => {
      url = new URL(request.url ?? '', 'http://receiver')
      request.on('data', (part: Buffer) => (body = Buffer.concat([body, part]))).on('end', () => response.end())
    })
    await once(receiver.listen(0, '127.0.0.1'), 'listening')
    const from = Math.floor(Date.now() / 1000)
    await track(8)
    const until = Math.ceil(Date.now() / 1000)
    const PYROSCOPE = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    await run(documented('curl '), { PYROSCOPE, FROM: String(from), UNTIL: String(until) })
    receiver.close()
    expect(url?.pathname).toBe('/ingest')
    const expected = { name: 'app', format: 'pprof', spyName: 'nodespy', from: String(from), until: String(until) }
    expect(Object.fromEntries(url?.searchParams ?? [])).toEqual(expected)
    expect(body).toEqual(readFileSync(path.join(folder, 'heap.pb.gz')))
  })
})
