import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { testWhereInstalled } from '../allocator/installed.js'
import { allocscope, program } from './run-cli.js'
import type { CliOptions, CliResult } from './run-cli.js'

interface Line {
  readonly version: number
  readonly kind: string
  readonly [field: string]: unknown
}

interface Sample extends Line {
  readonly timeMs: number
  readonly rssBytes: number
  readonly mappedBytes: number
  readonly arenas: readonly number[]
  readonly blockedMs: number
  readonly heap: { readonly timeMs: number; readonly usedBytes: number } | null
}

const mebibyte = 1024 ** 2
const folder = mkdtempSync(path.join(tmpdir(), 'watch-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function parse(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

function samplesOf(lines: readonly Line[]): readonly Sample[] {
  return lines.filter(({ kind }) => kind === 'sample') as unknown as readonly Sample[]
}

let files = 0
async function watch(args: readonly string[], options?: CliOptions): Promise<CliResult & { readonly lines: readonly Line[] }> {
  const file = path.join(folder, `watch-${(files += 1)}.ndjson`)
  const result = await allocscope(['watch', '--json', '--output', file, ...args], options)
  return { ...result, lines: parse(readFileSync(file, 'utf8')) }
}

describe('the program runs as under plain node', () => {
  test('streams are untouched byte for byte, its arguments are its own, and it sees no flag and no variable', async () => {
    const input = Array.from({ length: 70_000 }, (_unused, index) => String.fromCharCode(32 + (index % 900))).join('')
    const { code, stdout, stderr } = await watch([program('echoes.js'), '--json', '--plain'], { input })
    expect(code).toBe(0)
    expect(stdout.slice(0, input.length)).toBe(input)
    expect(JSON.parse(stdout.slice(input.length))).toMatchObject({ args: ['--json', '--plain'], execArgv: [], variables: [] })
    expect(stderr).toBe('own words on standard error\n')
  })

  test('its descriptor 3 is free, and its children get nothing', async () => {
    const { stdout } = await watch([program('lists-descriptors.js')])
    const { targets, child } = JSON.parse(stdout) as { readonly targets: readonly [number, string][]; readonly child: string }
    expect(targets.find(([descriptor]) => descriptor === 3)?.[1] ?? '').not.toContain('memfd:allocscope')
    expect(targets.filter(([, target]) => target.includes('memfd:allocscope'))).toHaveLength(1)
    expect(child).toContain(' 0 -> ')
    expect(child).not.toContain('allocscope')
  })

  test.each([
    ['exit-3.js', 3, null],
    ['throws.js', 1, null],
    ['aborts.js', null, 'SIGABRT'],
    ['kills-itself.js', null, 'SIGKILL'],
  ])('%s: code %p, signal %p', async (name, code, signal) => {
    const result = await watch([program(name)])
    expect({ code: result.code, signal: result.signal }).toEqual({ code, signal })
    expect(result.lines.at(-1)).toMatchObject({ kind: 'end', exitCode: code, signal })
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s reaches the program, and allocscope dies by it too', async (name) => {
    const { code, signal, lines } = await watch([program('waits.js')], {
      onOutput: (child, text) => text.startsWith('ready') && child.kill(name),
    })
    expect({ code, signal }).toEqual({ code: null, signal: name })
    expect(lines.at(-1)).toMatchObject({ kind: 'end', signal: name, exit: null })
  })

  test('a program that handles SIGINT hears it once, and ends as it likes', async () => {
    let sent = false
    const { code, stdout, lines } = await watch([program('waits.js'), 'handled'], {
      onOutput: (child, text) => {
        if (!sent && text.startsWith('ready')) sent = child.kill('SIGINT')
      },
    })
    expect(code).toBe(7)
    expect(stdout.split('\n').slice(1)).toEqual(['SIGINT', ''])
    expect(lines.at(-1)).toMatchObject({ kind: 'end', exitCode: 7, notes: [] })
  })

  test('--duration ends it with SIGTERM', async () => {
    const { signal, lines } = await watch(['--duration', '0.7', program('waits.js')])
    expect(signal).toBe('SIGTERM')
    expect(lines.at(-1)?.['durationMs']).toBeGreaterThan(690)
  })

  test('a program that may not load the recorder runs all the same, and the summary says so', async () => {
    const { code, lines } = await watch(['--node-option=--experimental-permission', program('exit-3.js')])
    expect(code).not.toBeNull()
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ kind: 'end', notes: [{ kind: 'not-recorded' }] })
  })
})

describe('samples', () => {
  test('each line is an object of a known kind, the first the start, the last the end, and times rise', async () => {
    const { lines } = await watch(['--interval', '10', program('grows.js')])
    const kinds = new Set(['start', 'sample', 'growth', 'shrink', 'arena', 'threshold', 'overflow', 'blocked', 'end'])
    expect(lines.every(({ kind, version }) => kinds.has(kind) && version === 1)).toBe(true)
    expect([lines[0]?.kind, lines.at(-1)?.kind]).toEqual(['start', 'end'])
    const times = samplesOf(lines).map(({ timeMs }) => timeMs)
    // 450 ms of the program's own, of which a machine that does other work may miss half.
    expect(times.length).toBeGreaterThan(20)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    expect(lines.at(-1)).toMatchObject({ sampling: { lostSamples: 0 } })
  })

  test('80 MiB that were held show in RSS and at the peak, as the kernel tells the program', async () => {
    const { stdout, lines } = await watch(['--interval', '20', program('grows.js')])
    const own = JSON.parse(stdout) as { readonly peakKib: number }
    const rss = samplesOf(lines).map(({ rssBytes }) => rssBytes)
    expect(Math.max(...rss) - (rss[0] as number)).toBeGreaterThan(70 * mebibyte)
    // After the program read its own peak only the exit's reading ran: a few pages of code, and the batches of the kernel's counters.
    expect(Math.abs((lines.at(-1)?.['peakRssBytes'] as number) - own.peakKib * 1024)).toBeLessThan(4 * mebibyte)
    expect(lines.some(({ kind, subject }) => kind === 'growth' && subject === 'rss')).toBe(true)
  })

  test('they arrive while the event loop is blocked, and say that it is', async () => {
    let stderrAtFree = ''
    let seen = ''
    const { code, stdout } = await allocscope(['watch', '--json', program('blocks-loudly.js')], {
      onOutput: (_child, text) => {
        if (text.includes('free')) stderrAtFree = seen
      },
      onError: (text) => {
        seen = text
      },
    })
    expect({ code, stdout }).toEqual({ code: 5, stdout: 'blocking\nfree\n' })
    const during = samplesOf(parse(stderrAtFree.slice(0, stderrAtFree.lastIndexOf('\n'))))
    const blocked = during.filter(({ blockedMs }) => blockedMs > 0)
    // 20 samples were made in the 2 s; they come in tenths of a second, and the first quarter isn't called blocked.
    expect(blocked.length).toBeGreaterThan(8)
    expect(Math.max(...blocked.map(({ blockedMs }) => blockedMs))).toBeGreaterThan(1200)
    expect((blocked.at(-1)?.rssBytes as number) - (blocked[0]?.rssBytes as number)).toBeGreaterThan(10 * mebibyte)
    // V8 said nothing meanwhile, and what it had said is dated so.
    expect(new Set(blocked.map(({ heap }) => heap?.timeMs)).size).toBe(1)
    const all = parse(seen)
    expect(all.filter(({ kind }) => kind === 'blocked')).toEqual([expect.objectContaining({ durationMs: expect.any(Number) as unknown })])
    expect(all.at(-1)).toMatchObject({ kind: 'end', blocked: { times: 1 } })
  })

  test('the filter of events', async () => {
    const { lines } = await watch(['--min-bytes', '1 GiB', program('grows.js')])
    expect(lines.filter(({ kind }) => kind === 'growth' || kind === 'shrink')).toEqual([])
  })

  test('a stopped program is no blocked one', async () => {
    const { lines } = await watch([program('waits.js')], {
      onOutput: (_child, text) => {
        const pid = Number(/^ready (\d+)/.exec(text)?.[1])
        // Each follows the one before: a timer that is late makes the stop no shorter, and the watch is there until it is over.
        setTimeout(() => {
          process.kill(pid, 'SIGSTOP')
          setTimeout(() => {
            process.kill(pid, 'SIGCONT')
            setTimeout(() => process.kill(pid, 'SIGTERM'), 1000)
          }, 1200)
        }, 300)
      },
    })
    const times = samplesOf(lines).map(({ timeMs }) => timeMs)
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] as number)))).toBeGreaterThan(1000)
    expect(lines.at(-1)).toMatchObject({ kind: 'end', blocked: { longestMs: expect.any(Number) as unknown } })
    expect((lines.at(-1) as unknown as { readonly blocked: { readonly longestMs: number } }).blocked.longestMs).toBeLessThan(1000)
  })

  test('glibc: every arena', async () => {
    const { lines } = await watch(['--allocator', 'glibc', program('grows.js')])
    expect(lines[0]).toMatchObject({ kind: 'start', allocator: { name: 'glibc' } })
    const samples = samplesOf(lines)
    expect(samples.every(({ arenas }) => (arenas[0] as number) > mebibyte && arenas.every((bytes) => bytes > 0))).toBe(true)
    // Node's own threads have some by then.
    expect(samples.at(-1)?.arenas.length).toBeGreaterThan(1)
  })

  describe.each(['jemalloc', 'mimalloc', 'tcmalloc'] as const)('%s', (allocator) => {
    testWhereInstalled(allocator)('is what turns out live, and its footprint follows while blocked', async () => {
      const { code, lines } = await watch(['--allocator', allocator, program('blocks-loudly.js')])
      expect(code).toBe(5)
      expect(lines[0]).toMatchObject({ kind: 'start', allocator: { name: allocator } })
      const blocked = samplesOf(lines).filter(({ blockedMs }) => blockedMs > 0)
      expect(blocked.length).toBeGreaterThan(8)
      // An allocator may serve some of it from what it had mapped: mimalloc commits 32 MiB at a time.
      expect((blocked.at(-1)?.mappedBytes as number) - (blocked[0]?.mappedBytes as number)).toBeGreaterThan(5 * mebibyte)
    })
  })
})

describe('what is in use stands against what is free', () => {
  testWhereInstalled('jemalloc')('with every sample, where the allocator counts', async () => {
    const { stderr } = await allocscope(['watch', '--allocator', 'jemalloc', program('holds.js'), 'kept'])
    expect(stderr).toMatch(/sample .* allocated +[\d.]+ MiB +free +[\d.]+ [KM]iB /)
    const [inUse, free] = ['in use', 'free, kept'].map(
      (name) => new RegExp(`^ +${name} +[\\d.]+ [KM]iB +[\\d.]+ [KM]iB +([\\d.]+) [KM]iB`, 'm').exec(stderr)?.[1],
    )
    expect(Number(inUse)).toBeGreaterThan(40)
    expect(free).toBeDefined()
  })

  test('at the start and at exit, where that takes a walk', async () => {
    const { stderr } = await allocscope(['watch', '--allocator', 'glibc', program('holds.js'), 'kept'])
    const end = /^ +in use +[\d.]+ MiB +([\d.]+) MiB/m.exec(stderr)?.[1]
    expect(Number(end)).toBeGreaterThan(40)
    expect(stderr).not.toMatch(/sample .* allocated /)
  })
})

describe('lines', () => {
  test('one a second and one for each event, then a summary with a verdict', async () => {
    const { code, stderr } = await allocscope(['watch', program('blocks-loudly.js')])
    expect(code).toBe(5)
    const own = stderr.split('\n').filter((line) => /^allocscope +\d/.test(line))
    const samples = own.filter((line) => line.includes('  sample  '))
    expect(samples.length).toBeGreaterThanOrEqual(2)
    expect(samples.length).toBeLessThanOrEqual(5)
    expect(samples.some((line) => line.includes('loop blocked for'))).toBe(true)
    expect(stderr).toMatch(/RSS went from [\d.]+ MiB to [\d.]+ MiB in [\d.]+ s: the main arena grew by [\d.]+ MiB and never shrank/)
    expect(stderr).toMatch(/exit code 5 after/)
    // Colours would begin with one.
    expect(stderr).not.toContain('\u001b')
  })

  test('growth has a line a second or a doubling for each figure, and none of it is left out', async () => {
    const { stderr } = await allocscope(['watch', '--min-bytes', '1 MiB', '--min-growth', '0', program('grows-and-rests.js'), '0'])
    const told = Array.from(stderr.matchAll(/^allocscope +([\d.]+) s {2}growth {2}RSS {2}([\d.]+) MiB -> ([\d.]+) MiB/gm), (line) =>
      line.slice(1).map(Number),
    ) as unknown as readonly (readonly [seconds: number, from: number, to: number])[]
    // 150 MiB in 1.5 s, and a sample of it every 0.1 s.
    expect(told.length).toBeGreaterThan(1)
    const doublings = told.slice(1).filter(([, , to], index) => to >= 2 * (told[index]?.[2] as number))
    // One at its first second, and one for each further second that the machine took for it; the figures are rounded.
    const seconds = (told.at(-1)?.[0] as number) - (told[0]?.[0] as number)
    expect(told.length - doublings.length).toBeLessThanOrEqual(2 + Math.floor(seconds + 0.1))
    told.slice(1).forEach(([, from], index) => {
      expect(from).toBe(told[index]?.[2])
    })
    expect((told.at(-1)?.[2] as number) - (told[0]?.[1] as number)).toBeGreaterThan(130)
  })

  test('a program that rests at its end is not said to rise, and one that does not is', async () => {
    const said = async (restMs: number): Promise<string> =>
      (await allocscope(['watch', program('grows-and-rests.js'), String(restMs)])).stderr.replace(/\s+/g, ' ')
    expect(await said(1500)).toMatch(/RSS went from [^.]*\.\d MiB to [^.]*\.\d MiB in (?!.*still rising)/)
    expect(await said(0)).toMatch(/At the end it was still rising, by \d+\.\d MiB\/s over the last \d\.\d s\./)
  })

  test('memory that is of no allocator and not of V8 is named with its size', async () => {
    const { stderr } = await allocscope(['watch', program('holds.js'), 'mapped'])
    expect(stderr.replace(/\s+/g, ' ')).toMatch(/grew most is (?:9\d|10\d)\.\d MiB that is not of glibc or V8's heap of the main thread/)
    expect(stderr).not.toContain('nothing grew')
  })

  test('--output takes the lines and the summary, and leaves standard error to the program', async () => {
    const file = path.join(folder, 'lines.txt')
    const { stderr } = await allocscope(['watch', '-o', file, program('exit-3.js')])
    expect(stderr).toBe('')
    expect(readFileSync(file, 'utf8')).toMatch(/^allocscope +0\.0 s {2}start .*[^]*exit code 3 after/)
  })

  test('a file that can no longer be written costs neither the program nor the summary', async () => {
    const { code, stderr } = await allocscope(['watch', '-o', '/dev/full', program('exit-3.js')])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^allocscope: cannot write to \/dev\/full: ENOSPC[^\n]*\n$/)
  })
})

test('nothing stays in the temporary folder', async () => {
  const own = mkdtempSync(path.join(folder, 'tmp-'))
  await watch([program('exit-3.js')], { env: { TMPDIR: own } })
  await watch([program('aborts.js')], { env: { TMPDIR: own } })
  expect(readdirSync(own)).toEqual([])
})
