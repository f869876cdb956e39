import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { testWhereInstalled } from '../allocator/installed.js'
import { findNode } from '../heap/node-versions.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import { allocscope } from './run-cli.js'
import type { CliOptions, CliResult } from './run-cli.js'

interface RunJson {
  readonly round: number
  readonly figures: Readonly<Record<string, number | null>>
  readonly allocator: { readonly name: string } | null
}

interface CompareJson {
  readonly version: number
  readonly baseline: string
  readonly settings: readonly {
    readonly setting: { readonly label: string }
    readonly missing: string | null
    readonly runs: readonly RunJson[]
    readonly failures: readonly { readonly round: number; readonly reason: string }[]
    readonly spreads: Readonly<Record<string, { readonly median: number } | null>>
  }[]
  readonly findings: readonly { readonly figure: string; readonly label: string; readonly verdict: string; readonly pValue: number }[]
  readonly notes: readonly { readonly kind: string; readonly message: string }[]
}

interface LogLine {
  readonly library: string
  readonly tunables: string
  readonly node: string
  readonly mode?: string
  readonly pid: number
  readonly arguments: readonly string[]
  readonly execArgv: readonly string[]
  readonly variables: readonly string[]
}

const mebibyte = 1024 ** 2
const folder = mkdtempSync(path.join(tmpdir(), 'compare-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const program = (name: string): string => path.resolve('test/compare/programs', name)

let files = 0
const newFile = (): string => path.join(folder, `file-${(files += 1)}`)

function linesOf(log: string): readonly LogLine[] {
  return readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine)
}

async function compare(args: readonly string[], options?: CliOptions): Promise<CliResult & { readonly report: CompareJson }> {
  const result = await allocscope(['compare', '--json', ...args], options)
  try {
    return { ...result, report: JSON.parse(result.stdout) as CompareJson }
  } catch (cause) {
    throw new Error(result.stderr, { cause })
  }
}

const rowOf = ({ settings }: CompareJson, label: string): CompareJson['settings'][number] => {
  const row = settings.find(({ setting }) => setting.label === label)
  if (row === undefined) throw new Error(`no row ${label}`)
  return row
}
const median = (report: CompareJson, label: string, figure: string): number => rowOf(report, label).spreads[figure]?.median as number

test('96 MiB that are held are in the peak and after release; dropped they are in the peak alone', async () => {
  const { code, report } = await compare([program('holds.js'), '--env', 'HELD_MIB=1,97', '--env', 'DROPPED=,1', '--runs', '1'])
  expect(code).toBe(0)
  const [small, held, dropped] = ['HELD_MIB=1, DROPPED unset', 'HELD_MIB=97, DROPPED unset', 'HELD_MIB=97, DROPPED=1'] as const
  // Half a block more or less: V8's own heap isn't the same in each run.
  const grown = (label: string, figure: string): number => (median(report, label, figure) - median(report, small, figure)) / mebibyte
  expect(Math.abs(grown(held, 'peakRssBytes') - 96)).toBeLessThan(8)
  expect(Math.abs(grown(held, 'releasedRssBytes') - 96)).toBeLessThan(8)
  expect(Math.abs(grown(dropped, 'peakRssBytes') - 96)).toBeLessThan(8)
  // Blocks of 1 MiB have mappings of their own until one is freed.
  expect(grown(dropped, 'releasedRssBytes')).toBeLessThan(24)
})

test('peak, CPU time and page faults are those that the program reads itself', async () => {
  const own = newFile()
  const { report } = await compare([program('holds.js'), '--env', `REPORT=${own},`, '--env', 'HELD_MIB=20', '--runs', '1'])
  const { peakBytes, usage } = JSON.parse(readFileSync(own, 'utf8')) as { peakBytes: number; usage: NodeJS.ResourceUsage }
  const figures = rowOf(report, `REPORT=${own}, HELD_MIB=20`).runs[0]?.figures ?? {}
  // After the program read them, it wrote a small file.
  expect(Math.abs((figures['peakRssBytes'] as number) - peakBytes)).toBeLessThan(4 * mebibyte)
  const faults = (figures['minorFaults'] as number) - usage.minorPageFault
  expect(faults).toBeGreaterThanOrEqual(0)
  // 20 MiB alone are 5,120 pages.
  expect(faults).toBeLessThan(2000)
  expect(usage.minorPageFault).toBeGreaterThan(5120)
  expect(figures['cpuMs']).toBeGreaterThanOrEqual((usage.userCPUTime + usage.systemCPUTime) / 1000)
  expect(figures['cpuMs']).toBeCloseTo((figures['userMs'] as number) + (figures['systemMs'] as number), 6)
  expect(figures['wallMs']).toBeGreaterThan(0)
  expect(figures['threadsAtPeak']).toBeGreaterThan(1)
})

test('runs are interleaved, in fresh processes that see nothing of it; what they print is left out', async () => {
  const log = newFile()
  const args = [program('logs.js'), 'one', '--env', 'MODE=a,b', '--runs', '2', '--node-option=--no-warnings', '--', '--own', '-o']
  const { code, stdout, stderr, report } = await compare(args, { env: { LOG: log } })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain('nobody wants')
  const lines = linesOf(log)
  expect(lines.map(({ mode }) => mode)).toEqual(['a', 'b', 'a', 'b'])
  expect(new Set(lines.map(({ pid }) => pid)).size).toBe(4)
  for (const line of lines) {
    expect(line).toMatchObject({ arguments: ['one', '--own', '-o'], execArgv: ['--no-warnings'], variables: [] })
  }
  expect(report.settings.map(({ runs }) => runs.map(({ round }) => round))).toEqual([
    [1, 2],
    [1, 2],
  ])
})

testWhereInstalled(['jemalloc', 'mimalloc', 'tcmalloc'])('each allocator is what serves malloc, and glibc has its settings', async () => {
  const log = newFile()
  const names = ['glibc', 'glibc:arena_max=2:top_pad=4096', 'jemalloc', 'mimalloc', 'tcmalloc']
  const env = { LOG: log, MALLOC_ARENA_MAX: '1' }
  const { code, report } = await compare([program('logs.js'), '--allocators', names.join(','), '--runs', '1'], { env })
  expect(code).toBe(0)
  expect(linesOf(log).map(({ library, tunables }) => [library, tunables])).toEqual([
    ['glibc', ''],
    ['glibc', 'glibc.malloc.arena_max=2:glibc.malloc.top_pad=4096'],
    ['jemalloc', ''],
    ['mimalloc', ''],
    ['tcmalloc', ''],
  ])
  expect(report.settings.map(({ runs }) => runs[0]?.allocator?.name)).toEqual(['glibc', 'glibc', 'jemalloc', 'mimalloc', 'tcmalloc'])
  expect(report.notes.filter(({ kind }) => kind === 'environment').map(({ message }) => message)).toEqual([
    expect.stringContaining('MALLOC_ARENA_MAX'),
  ])
})

test('what a fixed mmap threshold gives back, and what a single arena shares', async () => {
  const threshold = 'glibc:mmap_threshold=131072'
  const scattered = await compare([
    program('scatters.js'),
    '--allocators',
    `glibc,${threshold}`,
    '--runs',
    '1',
    '--node-option=--expose-gc',
  ])
  // 56 blocks of 1 MiB are free between those that are kept.
  const kept = median(scattered.report, 'glibc', 'releasedRssBytes') - median(scattered.report, threshold, 'releasedRssBytes')
  expect(kept / mebibyte).toBeGreaterThan(40)
  expect(kept / mebibyte).toBeLessThan(64)
  const threads = program('one-thread-after-another.js')
  const { report } = await compare([threads, '--allocators', 'glibc,glibc:arena_max=1', '--runs', '1', '--node-option=--expose-gc'])
  // Three threads of four use the first one's 32 MiB again.
  const shared = median(report, 'glibc', 'peakRssBytes') - median(report, 'glibc:arena_max=1', 'peakRssBytes')
  expect(shared / mebibyte).toBeGreaterThan(60)
})

test('a program that fails under one setting: its row says why, the others are kept, and the exit code is 1', async () => {
  const env = { LOG: newFile() }
  const { code, report } = await compare([program('logs.js'), '--env', 'MODE=bad,good,killed,fine', '--runs', '1'], { env })
  expect(code).toBe(1)
  expect(report.settings.map(({ failures }) => failures.map(({ reason }) => reason))).toEqual([
    ['exit code 1: TypeError: not in this mode'],
    [],
    [expect.stringMatching(/^ended by SIGKILL/)],
    [],
  ])
  expect(report.settings.map(({ runs }) => runs.length)).toEqual([0, 1, 0, 1])
  expect(report.baseline).toBe('MODE=good')
  expect(report.notes.filter(({ kind }) => kind === 'failed').map(({ message }) => message)).toEqual([
    'MODE=bad failed: exit code 1: TypeError: not in this mode',
    expect.stringMatching(/^MODE=killed failed: ended by SIGKILL/),
  ])
  expect(report.findings.map(({ label, verdict }) => [label, verdict])).toContainEqual(['MODE=fine', 'too-few-runs'])
})

const newest = findNode(26)
testWhere(newest === undefined ? notInstalled('.cache/node/26') : undefined)('versions of Node, by number and by file', async () => {
  const log = newFile()
  const [major = ''] = process.versions.node.split('.')
  const { code, report } = await compare([program('logs.js'), '--node', `${major},${newest ?? ''}`, '--runs', '1'], { env: { LOG: log } })
  expect(code).toBe(0)
  const versions = linesOf(log).map(({ node }) => node)
  expect(versions).toEqual([process.version, expect.stringMatching(/^v26\./)])
  expect(report.settings.map(({ setting }) => setting.label)).toEqual(versions.map((version) => version.replace('v', 'node ')))
  expect(report.settings.every(({ runs }) => runs[0]?.figures['releasedRssBytes'] !== null)).toBe(true)
})

test('Ctrl-C: the program is ended, and what ran by then is reported', async () => {
  const log = newFile()
  const temporary = mkdtempSync(path.join(folder, 'tmp-'))
  const command = compare([program('logs.js'), '--env', 'MODE=quick,waits', '--runs', '5'], {
    env: { LOG: log, TMPDIR: temporary },
    onStart: (child) => {
      const timer = setInterval(() => {
        if (!hasWaiting(log)) return
        clearInterval(timer)
        child.kill('SIGINT')
      }, 50)
    },
  })
  const { signal, report } = await command
  expect(signal).toBe('SIGINT')
  expect(report.settings.map(({ runs, failures }) => [runs.length, failures.length])).toEqual([
    [1, 0],
    [0, 0],
  ])
  expect(report.notes.map(({ kind }) => kind)).toContain('interrupted')
  const waiting = linesOf(log).find(({ mode }) => mode === 'waits')?.pid ?? 0
  expect(() => process.kill(waiting, 0)).toThrow('ESRCH')
  expect(readdirSync(temporary)).toEqual([])
})

function hasWaiting(log: string): boolean {
  try {
    return linesOf(log).some(({ mode }) => mode === 'waits')
  } catch {
    return false
  }
}

test.each([
  [['--allocators', 'glibc,hoard'], /"--allocators" must be a list of glibc, jemalloc, mimalloc, tcmalloc.*'hoard'/],
  [['--allocators', 'glibc,glibc:arenas=2'], /one of arena_max, .*mmap_threshold/],
  [['--allocators', 'glibc,glibc:arena_max=0'], /"--allocators" is out of range/],
  [['--allocators', 'glibc'], /two settings or more/],
  [[], /"--allocators".*two settings or more/],
  [['--env', '1=2'], /"--env" must be NAME=value,value/],
  [['--node', 'old'], /"--node" must be a version/],
  [['--node', '5'], /no Node 5 was found/],
  [['--allocators', 'glibc,jemalloc', '--runs', '0'], /'--runs <n>'.*from 1 to 50/],
  [['--allocators', 'glibc,jemalloc', '--runs', '2.5'], /whole number from 1 to 50/],
  [['--allocators', 'glibc,glibc', '--drive', '/no/such/driver.js'], /there is no driver '\/no\/such\/driver\.js'/],
])('%j is refused in one line, with code 2', async (args, message) => {
  const { code, stdout, stderr } = await allocscope(['compare', program('holds.js'), ...args])
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^allocscope: [^\n]* \[ERR_\w+\]\n$/)
  expect(stderr).toMatch(message)
})

test('a program that isn’t there, and one from standard input', async () => {
  const settings = ['--env', 'A=1,2']
  const [absent, piped] = [await allocscope(['compare', '/no/such.js', ...settings]), await allocscope(['compare', '-', ...settings])]
  expect([absent.code, piped.code]).toEqual([2, 2])
  expect(absent.stderr).toMatch(/there is no program.*\[ERR_ALLOCSCOPE_PROGRAM\]/)
  expect(piped.stderr).toMatch(/standard input can be read only once/)
})
