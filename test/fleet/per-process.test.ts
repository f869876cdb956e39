import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { metrics } from '../../lib/metrics/index.js'
import { notAttachable } from '../attach/where-attachable.js'
import { allocscope } from '../cli/run-cli.js'
import { testWhere } from '../installed/test-where.js'
import { Servers } from './servers.js'

const many = 10
/** The longest text of a double, as JavaScript writes it, and the longest number of a process. */
const [longestValue, longestPid] = ['-2.2250738585072014e-308'.length, '4194304'.length]

const own = new Set(['nodejs_attach_up', ...Object.values(metrics).map(({ name }) => name)])
/** Those of V8's, absent where the event loop was blocked. */
const ofV8 = new Set(
  Object.values(metrics)
    .map(({ name }) => name)
    .filter((name) => name.startsWith('nodejs_v8_')),
)

interface Text {
  /** The lines that are there once for all processes. */
  readonly heads: readonly string[]
  /** The series, without their values. */
  readonly series: readonly string[]
  readonly bytes: number
}

function nameOf(line: string): string {
  return /^(?:# (?:HELP|TYPE) )?(\w+)/.exec(line)?.[1] ?? ''
}

/** What a text has of ours. */
function ownOf(text: string): Text {
  const lines = text.split('\n').filter((line) => own.has(nameOf(line)))
  const heads = lines.filter((line) => line.startsWith('#'))
  const series = lines.filter((line) => !line.startsWith('#')).map((line) => line.slice(0, line.lastIndexOf(' ')))
  return { heads, series, bytes: Buffer.byteLength(`${lines.join('\n')}\n`) }
}

/** The most bytes that these series can take, whatever their values: a space and a new line are beside each. */
function mostBytes(series: readonly string[]): number {
  return series.reduce((sum, key) => sum + Buffer.byteLength(key) + longestValue + 2, 0)
}

function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
}

let folder: string
let servers: Servers

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  servers = new Servers()
})

afterEach(async () => {
  await servers.stop()
  rmSync(folder, { recursive: true })
})

async function startMany(setup: 'nothing' | 'prometheus', count: number): Promise<readonly number[]> {
  const started = await Promise.all(Array.from({ length: count }, () => servers.start(setup, path.basename(folder))))
  return started.map(({ pid, port }) => (setup === 'nothing' ? pid : port))
}

const scrape = async (port: number): Promise<Text> => ownOf(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())

/** Each arena is a series, and the chunks with a mapping of their own are one. */
const isOfArena = (series: string): boolean => /arena="\d+"/.test(series)

test('prometheus: the same series from each of ten processes as from one alone, but for one of each arena', async () => {
  const [first = 0] = await startMany('prometheus', 1)
  const alone = await scrape(first)
  const texts = await Promise.all([first, ...(await startMany('prometheus', many - 1))].map(scrape))
  const rest = ({ series }: Text): readonly string[] => series.filter((one) => !isOfArena(one))
  for (const text of texts) {
    expect(rest(text)).toEqual(rest(alone))
    expect(text.heads).toEqual(alone.heads)
    // A reading names 64 arenas at the most.
    expect(text.series.filter(isOfArena).length).toBeLessThanOrEqual(64)
    expect(text.bytes).toBeLessThanOrEqual(bytesOf(text.heads) + mostBytes(text.series))
  }
  expect(rest(alone).length).toBeGreaterThan(10)
})

testWhere(notAttachable)('agent --textfile: ten processes have ten times the series of one, and the lines about them once', async () => {
  const file = path.join(folder, 'allocscope.prom')
  /** What is there of V8's, as the event loops were free or not, and the rest. */
  const write = async (): Promise<{ readonly v8: Text; readonly rest: Text }> => {
    const args = ['agent', '--textfile', folder, '--match', path.basename(folder), '--once']
    expect(await allocscope(args)).toMatchObject({ code: 0, stderr: '' })
    const lines = readFileSync(file, 'utf8').split('\n')
    const [v8, rest] = [true, false].map((isV8) => ownOf(lines.filter((line) => ofV8.has(nameOf(line)) === isV8).join('\n'))) as [
      Text,
      Text,
    ]
    return { v8, rest }
  }
  const [first] = await startMany('nothing', 1)
  const { rest: alone } = await write()
  const pids = [first, ...(await startMany('nothing', many - 1))]
  const { rest: together, v8 } = await write()
  /** Those of one process, without what tells it from others. */
  const seriesOf = ({ series }: Text, pid: number | undefined): readonly string[] =>
    series.filter((one) => one.includes(`pid="${pid}"`)).map((one) => one.replace(`pid="${pid}"`, ''))
  for (const pid of pids) expect(seriesOf(together, pid)).toEqual(seriesOf(alone, first))
  expect(alone.series.length).toBeGreaterThan(8)
  expect(together.heads).toEqual(alone.heads)
  expect(together.series).toHaveLength(many * alone.series.length)
  expect(v8.series.length).toBeLessThanOrEqual(many * ofV8.size)
  expect(together.bytes).toBeLessThanOrEqual(bytesOf(alone.heads) + many * (mostBytes(alone.series) + longestPid * alone.series.length))
})
