import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { findInstalled, testWhereInstalled } from '../allocator/installed.js'
import { allocscope, cli, plainEnvironment, program } from './run-cli.js'
import type { CliOptions, CliResult } from './run-cli.js'

interface Sample {
  readonly elapsedMs: number
  readonly rssBytes: number
  readonly mappedBytes: number | null
  readonly allocatedBytes: number | null
}

interface RunJson {
  readonly version: number
  readonly exitCode: number | null
  readonly signal: string | null
  readonly allocator: { readonly name: string } | null
  readonly requested: { readonly allocator: string; readonly library: string | null } | null
  readonly start: Sample | null
  readonly peak: Sample | null
  readonly exit: Sample | null
  readonly collected: Sample | null
  readonly peakRssBytes: number | null
  readonly children: { readonly seen: number; readonly peakRssBytes: number | null } | null
  readonly sampling: { readonly samples: number; readonly largestGapMs: number | null }
  readonly notes: readonly { readonly kind: string; readonly message: string }[]
  readonly samples: readonly Sample[]
}

const mebibyte = 1024 ** 2
const folder = mkdtempSync(path.join(tmpdir(), 'run-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let files = 0
async function record(args: readonly string[], options?: CliOptions): Promise<CliResult & { readonly report: RunJson }> {
  const file = path.join(folder, `report-${(files += 1)}.json`)
  const result = await allocscope(['run', '--json', '--output', file, ...args], options)
  return { ...result, report: JSON.parse(readFileSync(file, 'utf8')) as RunJson }
}

const kinds = (report: RunJson): string[] => report.notes.map(({ kind }) => kind)

describe('the program runs as under plain node', () => {
  test('streams are untouched byte for byte, its arguments are its own, and it sees nothing of allocscope', async () => {
    const input = Array.from({ length: 70_000 }, (_unused, index) => String.fromCharCode(32 + (index % 900))).join('')
    const { code, stdout, stderr } = await record([program('echoes.js'), '--json', '-o', 'x', '--', '-y'], { input })
    expect(code).toBe(0)
    expect(stdout.slice(0, input.length)).toBe(input)
    expect(JSON.parse(stdout.slice(input.length))).toEqual({
      args: ['--json', '-o', 'x', '--', '-y'],
      file: program('echoes.js'),
      execArgv: [],
      variables: [],
    })
    expect(stderr).toBe('own words on standard error\n')
  })

  test('the exit code is kept, and the report goes to standard error', async () => {
    const { code, stdout, stderr } = await allocscope(['run', program('exit-3.js')])
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/exit code 3 after/)
    expect(stderr).toMatch(/RSS +[\d.]+ MiB +[\d.]+ MiB +[\d.]+ MiB/)
  })

  test('an uncaught error ends it with 1, its own stack on standard error, and is recorded to the end', async () => {
    const { code, stderr, report } = await record([program('throws.js')])
    expect(code).toBe(1)
    expect(stderr).toContain('Error: as intended')
    expect(report.exit).not.toBeNull()
  })

  test('an ES module', async () => {
    const { code, stdout, report } = await record([program('module.mjs'), 'one'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'module with 3 arguments\n' })
    expect(report.exit).not.toBeNull()
  })

  test('a program named without its extension, and one from standard input', async () => {
    expect((await record([program('exit-3')])).code).toBe(3)
    expect((await record(['-'], { input: 'process.exit(4)' })).code).toBe(4)
  })

  test('flags for node itself', async () => {
    const { stdout } = await record(['--node-option=--expose-gc', '--node-option', '--no-warnings', program('echoes.js')])
    expect((JSON.parse(stdout) as { execArgv: string[] }).execArgv).toEqual(['--expose-gc', '--no-warnings'])
  })

  test('children and threads are neither recorded nor told', async () => {
    const { code, stdout, report } = await record([program('forks.js')])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ inChild: { execArgv: [], variables: [] }, inWorker: [] })
    expect(report.exit).not.toBeNull()
  })
})

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the program, and allocscope dies by it too', async (name) => {
    const { code, signal, report } = await record([program('waits.js')], {
      onOutput: (child, text) => text.startsWith('ready') && child.kill(name),
    })
    expect({ code, signal }).toEqual({ code: null, signal: name })
    expect(report).toMatchObject({ exitCode: null, signal: name, exit: null })
    expect(report.start).not.toBeNull()
    expect(kinds(report)).toContain('no-exit-reading')
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR2'] as const)('a program that handles %s hears it once and ends as it likes', async (name) => {
    let sent = false
    const { code, stdout, report } = await record([program('waits.js'), 'handled'], {
      onOutput: (child, text) => {
        if (!sent && text.startsWith('ready')) sent = child.kill(name)
      },
    })
    expect(code).toBe(7)
    expect(stdout.split('\n').slice(1)).toEqual([name, ''])
    expect(report.exit).not.toBeNull()
  })

  test('a program that is killed leaves the samples it had', async () => {
    const { signal, report } = await record(['--interval', '20', program('waits.js')], {
      onOutput: (_child, text) => {
        const pid = Number(/^ready (\d+)/.exec(text)?.[1])
        if (pid > 0) setTimeout(() => process.kill(pid, 'SIGKILL'), 200)
      },
    })
    expect(signal).toBe('SIGKILL')
    expect(report.samples.length).toBeGreaterThan(2)
    expect(report.peakRssBytes).toBeGreaterThan(20 * mebibyte)
  })

  test('a program that aborts, and one that kills itself at once', async () => {
    const aborted = await record([program('aborts.js')])
    expect({ signal: aborted.signal, start: aborted.report.start === null }).toEqual({ signal: 'SIGABRT', start: false })
    expect((await record([program('kills-itself.js')])).signal).toBe('SIGKILL')
  })
})

test('a program that npx runs ends when npx is ended', async () => {
  const project = mkdtempSync(path.join(folder, 'npx-'))
  const bin = path.join(project, 'node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(path.join(project, 'package.json'), '{}')
  writeFileSync(path.join(bin, 'allocscope'), `#!${process.execPath}\nrequire(${JSON.stringify(cli)})\n`, { mode: 0o755 })
  const npx = spawn('npx', ['--offline', 'allocscope', 'run', program('waits.js')], {
    cwd: project,
    env: plainEnvironment({ npm_config_update_notifier: 'false' }),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const started = await new Promise<number>((resolve) => {
    npx.stdout.setEncoding('utf8').once('data', (text: string) => {
      resolve(Number(/^ready (\d+)/.exec(text)?.[1]))
    })
  })
  const isThere = (): boolean => existsSync(`/proc/${started}`)
  expect(isThere()).toBe(true)
  // The program holds the pipe open until it has ended.
  const closed = new Promise((resolve) => npx.once('close', resolve))
  npx.kill('SIGTERM')
  await closed
  expect(isThere()).toBe(false)
})

describe('child processes', () => {
  interface Children {
    readonly seen: number
    readonly peakRssBytes: number | null
  }
  async function childrenOf(...args: readonly string[]): Promise<{ readonly told: Children | null; readonly peaks: readonly number[] }> {
    const { stdout, report } = await record([program('has-children.js'), ...args])
    return { told: report.children, peaks: Array.from(stdout.matchAll(/(\d+) kB/g), ([, kib]) => Number(kib) * 1024) }
  }

  test('the number and the peak of the largest, as it saw it itself; not the sum', async () => {
    const { told, peaks } = await childrenOf('100', '30')
    expect(peaks).toHaveLength(2)
    expect(told?.seen).toBe(2)
    // What a child does after it has printed its peak adds less.
    expect(Math.abs((told?.peakRssBytes as number) - Math.max(...peaks))).toBeLessThan(6 * mebibyte)
    const { stderr } = await allocscope(['run', program('has-children.js'), '100', '30'])
    expect(stderr).toMatch(/child processes +2 seen; the largest peaked at 1[3-9]\d\.\d MiB\n +of one process, not a sum/)
  })

  test("a small child of a large program isn't given the peak that it began with", async () => {
    const { told, peaks } = await childrenOf('0', '--own', '200')
    expect(told?.peakRssBytes as number).toBeLessThan(100 * mebibyte)
    expect(Math.abs((told?.peakRssBytes as number) - (peaks[0] as number))).toBeLessThan(6 * mebibyte)
  })

  test('a program without any says nothing of them', async () => {
    expect((await record([program('exit-3.js')])).report.children).toBeNull()
  })
})

describe('figures', () => {
  test('80 MiB that were held show at the peak, and the peak is what the kernel told the program', async () => {
    const { stdout, report } = await record(['--interval', '20', program('grows.js')])
    const own = JSON.parse(stdout) as { readonly peakKib: number }
    const { start, peak, exit, peakRssBytes } = report as RunJson & { start: Sample; peak: Sample; exit: Sample; peakRssBytes: number }
    expect(peak.rssBytes - start.rssBytes).toBeGreaterThan(75 * mebibyte)
    expect(exit.elapsedMs).toBeGreaterThanOrEqual(peak.elapsedMs)
    // After the program read its own peak only the exit reading ran: a few pages of code, and the batches of the kernel's counters.
    expect(Math.abs(peakRssBytes - own.peakKib * 1024)).toBeLessThan(4 * mebibyte)
    expect(report.sampling.samples).toBeGreaterThan(10)
  })

  test('a blocked event loop is said, with its length', async () => {
    const { report } = await record([program('blocks.js')])
    expect(kinds(report)).toContain('event-loop-blocked')
    expect(report.sampling.largestGapMs).toBeGreaterThanOrEqual(900)
  })

  describe.each(['glibc', 'jemalloc', 'mimalloc', 'tcmalloc'] as const)('--allocator %s', (name) => {
    // The program would have run under jemalloc.
    const needed = name === 'glibc' ? (['jemalloc'] as const) : (['jemalloc', name] as const)
    testWhereInstalled(needed)('is what turns out live', async () => {
      const env = { LD_PRELOAD: findInstalled('jemalloc') }
      const { code, report } = await record(['--allocator', name, program('exit-3.js')], { env })
      expect(code).toBe(3)
      expect(report.allocator?.name).toBe(name)
      if (name === 'glibc') expect(report.requested?.library).toBeNull()
      else expect(report.requested?.library).toMatch(new RegExp(`/lib${name}[^/]*$`))
      expect(kinds(report)).not.toContain('allocator-mismatch')
      expect(report.exit?.mappedBytes).toBeGreaterThan(mebibyte)
      if (name === 'mimalloc') expect(report.exit?.allocatedBytes).toBeNull()
      else expect(report.exit?.allocatedBytes).toBeGreaterThan(0)
    })
  })

  test('a program that may not load the recorder runs all the same, and the report says so', async () => {
    const { code, report } = await record(['--node-option=--experimental-permission', program('exit-3.js')])
    expect(code).not.toBeNull()
    expect(report.start).toBeNull()
    expect(kinds(report)).toContain('not-recorded')
  })
})

describe('what grew most', () => {
  /** The sentence, with its lines made one. */
  function sentence({ stderr }: CliResult): string {
    return stderr.replace(/\s+/g, ' ').replace(/^.* (?=RSS went)/, '')
  }
  const run = async (...args: readonly string[]): Promise<string> =>
    sentence(await allocscope(['run', ...args], { env: { MALLOC_ARENA_MAX: '1' } }))

  test('40 MiB that are held, and 40 MiB that only garbage holds', async () => {
    expect(await run('--collect', program('holds.js'), 'kept')).toMatch(
      /grew most is (?:3[89]|4[0-3])\.\d MiB more in use, by glibc's own count\./,
    )
    expect(await run('--collect', program('holds.js'), 'dropped')).toMatch(/grew most is (?:3[89]|4[0-4])\.\d MiB of garbage, which a full/)
    // Without a collection nothing tells them apart.
    expect(await run(program('holds.js'), 'dropped')).toMatch(
      /grew most is (?:3[89]|4[0-3])\.\d MiB more in use, [^.]*\(how much of it is garbage, --collect/,
    )
  })

  test('what the allocator and V8 do not have, and what was never touched', async () => {
    expect(await run(program('holds.js'), 'mapped')).toMatch(/grew most is (?:9\d|10\d)\.\d MiB that is not of glibc or V8's heap/)
    expect(await run(program('holds.js'), 'untouched')).toMatch(
      / (?:19\d|20\d)\.\d MiB of what is counted here was allocated but never touched/,
    )
  })
})

describe('--collect', () => {
  test('is one more reading, after the kernel got back what garbage held', async () => {
    const { report } = await record(['--collect', program('holds.js'), 'dropped'])
    const { exit, collected, samples } = report as RunJson & { exit: Sample; collected: Sample }
    expect((exit.rssBytes - collected.rssBytes) / mebibyte).toBeGreaterThan(38)
    expect(collected.elapsedMs).toBeGreaterThan(exit.elapsedMs)
    expect(samples.at(-1)).toEqual(exit)
    const { stderr } = await allocscope(['run', '--collect', program('exit-3.js')])
    expect(stderr).toMatch(/start +peak +exit +collected +exit - start\n/)
  })

  test('leaves the program what it holds, and how it ends', async () => {
    const { code, report } = await record(['--collect', program('exit-3.js')])
    expect(code).toBe(3)
    expect(report.collected).not.toBeNull()
    const held = (await record(['--collect', program('holds.js'), 'kept'])).report as RunJson & { start: Sample; collected: Sample }
    expect((held.collected.rssBytes - held.start.rssBytes) / mebibyte).toBeGreaterThan(38)
  })

  test('is not made unless it is asked for, and not of a program that a signal ends', async () => {
    expect((await record([program('exit-3.js')])).report.collected).toBeNull()
    expect((await record(['--collect', program('kills-itself.js')])).report.collected).toBeNull()
  })
})

test('nothing stays in the temporary folder', async () => {
  const own = mkdtempSync(path.join(folder, 'tmp-'))
  await record([program('exit-3.js')], { env: { TMPDIR: own } })
  await record([program('aborts.js')], { env: { TMPDIR: own } })
  expect(readdirSync(own)).toEqual([])
})
