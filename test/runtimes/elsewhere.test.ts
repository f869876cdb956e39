import path from 'node:path'

import { runFile } from '../installed/run-file.js'

const root = path.resolve('.')
const cli = path.join(root, 'dist', 'cli', 'main.js')
const programs = path.resolve('test/runtimes/programs')

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs node as on another platform, and whatever Node starts there. */
async function run(platform: string, args: readonly string[]): Promise<Ended> {
  const preload = `--require ${path.join(programs, 'elsewhere.cjs')}`
  const env = { ...process.env, NO_COLOR: '1', PREBUILDS_ONLY: '1', NODE_OPTIONS: preload, ELSEWHERE: platform }
  return runFile(process.execPath, args, { env, cwd: programs }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  )
}

/** What each call came to: its answer, or the error's code and message. */
const calls = `
  const allocscope = require(${JSON.stringify(path.join(root, 'dist'))})
  const outcomes = {}
  const attempt = async (name, call) => {
    try {
      outcomes[name] = { answer: await call() }
    } catch ({ code, message }) {
      outcomes[name] = { code, message }
    }
  }
  const main = async () => {
    await attempt('capabilities', () => allocscope.getCapabilities())
    await attempt('rss', () => [allocscope.getRss(), process.memoryUsage.rss()])
    const peak = () => process.resourceUsage().maxRSS * 1024
    await attempt('memory', () => [peak(), allocscope.getProcessMemory(), peak()])
    await attempt('heap', () => [allocscope.getHeapStats().limitBytes, require('node:v8').getHeapStatistics().heap_size_limit])
    await attempt('allocator', () => allocscope.getAllocatorStats())
    await attempt('pressure', () => allocscope.onMemoryPressure({ headroomBytes: 1 }, () => undefined))
    await attempt('full', () => allocscope.getProcessMemory({ detail: 'full' }))
    const refused = {
      deepSizeOf: () => allocscope.deepSizeOf({}),
      explainRss: () => allocscope.explainRss(),
      explainRssAsync: () => allocscope.explainRssAsync(),
      watchArenas: () => allocscope.watchArenas(),
      checkRelease: () => allocscope.checkRelease(() => undefined),
      releaseMemory: () => allocscope.releaseMemory(),
      startTracking: () => allocscope.startTracking(),
      measureMemory: () => allocscope.measureMemory(() => undefined),
      startFlightRecorder: () => allocscope.startFlightRecorder({ file: 'one.rec' }),
      startPeriodicRelease: () => allocscope.startPeriodicRelease(),
    }
    for (const [name, call] of Object.entries(refused)) await attempt(name, call)
    console.log(JSON.stringify(outcomes))
  }
  void main()`

interface Outcome<Answer = unknown> {
  readonly answer?: Answer
  readonly code?: string
  readonly message?: string
}

interface Outcomes {
  readonly capabilities: Outcome<{ readonly objectSizes: { readonly supported: boolean; readonly reason: string } }>
  readonly rss: Outcome<readonly [number, number]>
  readonly memory: Outcome<readonly [number, { readonly source: string; readonly peakRssBytes: number }, number]>
  readonly heap: Outcome<readonly [number, number]>
  readonly allocator: Outcome<{ readonly allocator: string; readonly reason: string }>
  readonly pressure: Outcome<{ readonly supported: boolean; readonly reason: string }>
  readonly full: Outcome
}

const none = (platform: string): string =>
  `that loads on ${platform}-${process.arch} with Node ${process.version}: binaries are made for Linux on x64 and arm64 alone`

describe.each(['darwin', 'win32'])('%s', (platform) => {
  test.concurrent('what Node itself knows is answered, and the rest refused with a code and the reason', async () => {
    const { stdout, stderr } = await run(platform, ['-e', calls])
    expect(stderr).toBe('')
    const { capabilities, rss, memory, heap, allocator, pressure, full, ...refused } = JSON.parse(stdout) as Outcomes &
      Readonly<Record<string, Outcome>>
    expect(capabilities.answer?.objectSizes).toEqual({ supported: false, reason: expect.stringContaining(none(platform)) as string })
    const [ours = 0, theirs = 0] = rss.answer ?? []
    expect(Math.abs(ours - theirs)).toBeLessThan(16 * 2 ** 20)
    const [before = 0, { source, peakRssBytes } = {}, after = 0] = memory.answer ?? []
    expect(source).toBe('node')
    // It may rise from one call to the next.
    expect(peakRssBytes).toBeGreaterThanOrEqual(before)
    expect(peakRssBytes).toBeLessThanOrEqual(after)
    expect(heap.answer?.[0]).toBe(heap.answer?.[1])
    expect(allocator.answer).toMatchObject({ allocator: 'unknown', reason: expect.stringContaining(none(platform)) as string })
    expect(pressure.answer).toMatchObject({ supported: false, reason: expect.stringContaining('headroomBytes: ') as string })
    expect(full).toMatchObject({
      code: 'ERR_ALLOCSCOPE_UNSUPPORTED',
      message: expect.stringContaining(`which ${platform} doesn't have`) as string,
    })
    for (const [name, outcome] of Object.entries(refused)) {
      const message = expect.stringContaining(none(platform)) as string
      expect({ name, ...outcome }).toEqual({ name, code: 'ERR_ALLOCSCOPE_NO_ADDON', message })
    }
    expect(Object.keys(refused)).toHaveLength(10)
  })

  test.concurrent.each([
    'explain ends.js',
    'track ends.js',
    'watch ends.js',
    'record ends.js',
    'check ends.js',
    'memit 1',
    'sizeof 1',
    'demo',
    'attach 4711',
    'explain --pid 4711',
    'record --pid 4711',
    'watch --pid 4711',
    'run --allocator jemalloc ends.js',
    'compare ends.js --allocators glibc,jemalloc',
  ])('allocscope %s: one line with a code and the platform, before a program runs', async (line) => {
    const { code, stdout, stderr } = await run(platform, [cli, ...line.split(' ')])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(new RegExp(`^allocscope: [^\\n]*${platform}[^\\n]* \\[ERR_ALLOCSCOPE_(?:NO_ADDON|UNSUPPORTED)\\]\\n$`))
  })

  test.concurrent('what can do without the addon runs the program', async () => {
    const stats = await run(platform, [cli, 'stats'])
    expect([stats.code, stats.stderr]).toEqual([0, ''])
    expect(stats.stdout).toMatch(/V8 heap\n +used +\d/)
    const ran = await run(platform, [cli, 'run', 'ends.js'])
    expect([ran.code, ran.stdout]).toEqual([3, 'from the program\n'])
    expect(ran.stderr).toMatch(/exit code 3 after[\s\S]*V8 heap: used +\d/)
    for (const name of ['register', 'flight', 'agent']) {
      const { code, stdout, stderr } = await run(platform, ['--require', path.join(root, 'dist', name, `${name}.js`), 'ends.js'])
      expect([name, code, stdout]).toEqual([name, 3, 'from the program\n'])
      if (name !== 'agent') expect(stderr).toMatch(new RegExp(`^allocscope: the program runs without a[^\\n]*${platform}[^\\n]*\\n$`))
    }
  })
})
