import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { lacking } from '../attach/where-attachable.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { runFile } from '../installed/run-file.js'
import { missingCommand, skipWhere } from '../installed/test-where.js'
import { makeRichRecording } from '../record/made-recording.js'

const root = path.resolve('.')
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-permission-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** What each call came to: 'ok', why it isn't supported, or the error's code and message. */
const script = `
  const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
  const outcomes = {}
  const attempt = async (name, call) => {
    try {
      const value = await call()
      outcomes[name] = value?.supported === false ? value.reason : 'ok'
    } catch (error) {
      outcomes[name] = error.code + ' ' + error.message
    }
  }
  const main = async () => {
    await attempt('allocator', () => allocscope.getAllocatorStats({ detail: 'usage' }).allocatedBytes > 0 || Promise.reject(new Error('no figure')))
    await attempt('heap', () => allocscope.getHeapStats())
    await attempt('sizes', () => allocscope.sizeOf({ one: 1 }))
    await attempt('ledger', () => allocscope.explainRss())
    await attempt('watch', () => allocscope.watchArenas().stop())
    await attempt('check', () => allocscope.checkRelease(() => undefined, { runs: 1, settleMs: 0 }))
    await attempt('tracking', () => allocscope.startTracking().stop())
    await attempt('pressure', () => {
      const watch = allocscope.onMemoryPressure({ headroomBytes: 1 }, () => undefined)
      watch.stop()
      return watch
    })
    await attempt('flight', () => allocscope.startFlightRecorder({ file: ${JSON.stringify(path.join(folder, 'one.rec'))} }))
    console.log(JSON.stringify(outcomes))
    process.exit()
  }
  void main()`

testOnEachNode(
  'under the permission model, with this package alone to read, everything works or says what to permit',
  async (node, major) => {
    const permission = major === 20 ? '--experimental-permission' : '--permission'
    const flags = [permission, '--allow-addons', `--allow-fs-read=${root}`]
    const { stdout } = await runFile(node, [...flags, '-e', script], { env: { ...process.env, PREBUILDS_ONLY: '1' } })
    const { pressure, flight, ...others } = JSON.parse(stdout) as Readonly<Record<string, string>>
    for (const [name, outcome] of Object.entries(others)) expect(`${name}: ${outcome}`).toBe(`${name}: ok`)
    expect(Object.keys(others)).toHaveLength(7)
    expect(pressure).toContain("/proc/self/cgroup: node's permission model forbids it: --allow-fs-read=/proc/self/cgroup permits it")
    expect(flight).toMatch(
      /^ERR_ALLOCSCOPE_RECORDING .*one\.rec: node's permission model forbids it: --allow-fs-read=\S+ --allow-fs-write=/,
    )
  },
  [20, 26],
)

const cli = path.join(root, 'dist', 'cli', 'main.js')
const ends = path.join(root, 'test', 'runtimes', 'programs', 'ends.js')
const register = path.join(root, 'dist', 'register', 'register.js')

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function end(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = { env: { ...process.env, NO_COLOR: '1', PREBUILDS_ONLY: '1', ...env } }
  return runFile(file, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  )
}

test.concurrent('where no temporary folder can be made, commands refuse before the program begins, and a preload lets it run', async () => {
  const nowhere = { TMPDIR: path.join(folder, 'nowhere') }
  for (const command of ['run', 'explain', 'profile', 'track', 'check']) {
    const { code, stdout, stderr } = await end(process.execPath, [cli, command, ends], nowhere)
    expect([command, code, stdout]).toEqual([command, 1, ''])
    expect(stderr).toMatch(
      /no temporary folder can be made in .*nowhere, for which TMPDIR can name another: ENOENT.*\[ERR_ALLOCSCOPE_TEMPORARY_FOLDER\]/,
    )
  }
  const { code, stdout, stderr } = await end(process.execPath, ['--require', register, ends], nowhere)
  expect([code, stdout]).toEqual([3, 'from the program\n'])
  expect(stderr).toMatch(/^allocscope: the program runs without a profile: no temporary folder .*\n$/)
})

test.concurrent('the permission model: what it keeps from a preload and from a look at a process is said with the flag', async () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const flags = [permission, '--allow-addons', `--allow-fs-read=${root}`]
  const preloaded = await end(process.execPath, [...flags, '--require', register, ends])
  expect([preloaded.code, preloaded.stdout]).toEqual([3, 'from the program\n'])
  expect(preloaded.stderr).toMatch(/without a profile: no temporary folder .*: --allow-fs-read=\/\S+ --allow-fs-write=\/\S+ permits it/)
  const agent = await end(process.execPath, [...flags, '--require', path.join(root, 'dist', 'agent', 'agent.js'), ends])
  expect([agent.code, agent.stdout]).toEqual([3, 'from the program\n'])
  expect(agent.stderr).toMatch(
    /without an agent: no socket .*: --allow-fs-read=(\/\S+) --allow-fs-write=\1 permits it \[ERR_ALLOCSCOPE_ATTACH\]/,
  )
  const attached = await end(process.execPath, [...flags, cli, 'attach', String(process.pid)])
  expect(attached.stderr).toMatch(/nothing is known of process \d+: .*--allow-fs-read=\/proc permits it \[ERR_ALLOCSCOPE_PROC_UNREADABLE\]/)
  const full = `require(${JSON.stringify(path.join(root, 'dist'))}).getProcessMemory({ detail: 'full' })`
  expect((await end(process.execPath, [...flags, '-e', full])).stderr).toMatch(
    /cannot read \/proc\/self\/smaps_rollup: .*--allow-fs-read=\/proc\/self\/smaps_rollup permits it/,
  )
})

test.concurrent('the permission model: a command whose output or program it forbids says with what flag it is permitted', async () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission'
  const flags = [permission, '--allow-addons', `--allow-fs-read=${root}`]
  const writable = `--allow-fs-read=${folder} --allow-fs-write=${folder} permits it`
  const watched = await end(process.execPath, [...flags, cli, 'watch', ends])
  expect([watched.code, watched.stdout]).toEqual([2, ''])
  expect(watched.stderr).toMatch(/cannot start \/\S+: .*: --allow-child-process permits it \[ERR_ALLOCSCOPE_PROGRAM\]/)
  const recorded = await end(process.execPath, [...flags, cli, 'record', '--output', path.join(folder, 'two.rec'), ends])
  expect([recorded.code, recorded.stdout]).toEqual([2, ''])
  expect(recorded.stderr).toContain(`two.rec can't be written: node's permission model forbids it: ${writable} [ERR_ALLOCSCOPE_RECORDING]`)
  const written = await end(process.execPath, [...flags, cli, 'watch', '--json', '--output', path.join(folder, 'lines'), ends])
  expect([written.code, written.stdout]).toEqual([2, ''])
  expect(written.stderr).toContain(`cannot write the report: node's permission model forbids it: ${writable}`)
})

const unmounted = ['-m', 'sh', '-c', 'mount --make-rprivate / && umount -l /proc && exec "$@"', 'sh', process.execPath]

skipWhere(lacking('CAP_SYS_ADMIN') ?? missingCommand('unshare'))(
  'without /proc, commands that would know nothing refuse before the program begins',
  async () => {
    for (const command of ['run', 'watch', 'record', 'explain', 'check', 'track']) {
      const { code, stdout, stderr } = await end('unshare', [...unmounted, cli, command, ends])
      expect([command, code, stdout]).toEqual([command, 1, ''])
      expect(stderr).toMatch(/^allocscope: .*\/proc.*\[ERR_ALLOCSCOPE_PROC_UNREADABLE\]$/m)
    }
  },
)

skipWhere(lacking('CAP_SYS_ADMIN') ?? missingCommand('unshare'))(
  'an agent and a flight recorder say that their folder is read only',
  async () => {
    const agent = path.join(root, 'dist', 'agent', 'agent.js')
    const readOnly = 'mount --make-rprivate / && mkdir -p /tmp/allocscope-0 && mount -o remount,bind,ro / && exec "$@"'
    const { code, stdout, stderr } = await end('unshare', ['-m', 'sh', '-c', readOnly, 'sh', process.execPath, '--require', agent, ends])
    expect([code, stdout]).toEqual([3, 'from the program\n'])
    expect(stderr).toMatch(/^allocscope: the program runs without an agent: no socket can be opened in \/tmp\/allocscope-0: EROFS/)
    const flight = path.join(root, 'dist', 'flight', 'flight.js')
    const recorded = await end('unshare', ['-m', 'sh', '-c', readOnly, 'sh', process.execPath, '--require', flight, ends])
    expect([recorded.code, recorded.stdout]).toEqual([3, 'from the program\n'])
    expect(recorded.stderr).toMatch(
      /^allocscope: the program runs without a flight recorder: .*allocscope-flight-\d+\.rec: Read-only file system: name a file elsewhere \(ALLOCSCOPE_FLIGHT_FILE\)/,
    )
  },
)

/** Runs a command in a folder, which is the temporary one as well, that can't be written to. */
const bound =
  'mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && TMPDIR=$PWD exec "$@"'

skipWhere(lacking('CAP_SYS_ADMIN') ?? missingCommand('unshare'))('in a folder that is read only, a command says what helps', async () => {
  makeRichRecording(path.join(folder, 'kept.rec'))
  const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['record', ends], 2, /\.rec can't be written: EROFS.*: name a file elsewhere \(--output\) \[ERR_ALLOCSCOPE_RECORDING\]$/m],
    [['plot', '--html', 'page.html', 'kept.rec'], 2, /cannot write the report: EROFS.*: name a file elsewhere \[EROFS\]$/m],
    [['profile', '--all', '--html', 'pages/', ends], 2, /EROFS.*: name a folder elsewhere \[ERR_ALLOCSCOPE_REPORT\]$/m],
    [['track', '--children', ends], 1, /TMPDIR can name another: EROFS.*\[ERR_ALLOCSCOPE_TEMPORARY_FOLDER\]$/m],
    [['agent', '--textfile', '.', '--pid', '4194305', '--once'], 1, /prom can't be written: EROFS.*: name a folder .* \[EROFS\]$/m],
    [['clean'], 1, /^No recording of this folder was removed\.\n {2}! kept\.rec stays: EROFS/],
  ]
  for (const [args, expected, text] of refusals) {
    const { code, stdout, stderr } = await end('unshare', ['-m', 'sh', '-c', bound, 'sh', folder, process.execPath, cli, ...args])
    expect([args, code]).toEqual([args, expected])
    expect(stdout + stderr).toMatch(text)
  }
})

skipWhere(lacking('CAP_SYS_ADMIN') ?? missingCommand('unshare'))(
  'without /proc, everything works or is a typed error that names it',
  async () => {
    const { stdout } = await runFile('unshare', [...unmounted, '-e', script], { env: { ...process.env, PREBUILDS_ONLY: '1' } })
    const { sizes, watch, tracking, pressure, ...others } = JSON.parse(stdout) as Readonly<Record<string, string>>
    expect({ sizes, watch }).toEqual({ sizes: 'ok', watch: 'ok' })
    expect(tracking).toMatch(/^ERR_ALLOCSCOPE_PROC_UNREADABLE \/proc isn't mounted here/)
    expect(pressure).toContain('/proc/self/cgroup: ENOENT')
    for (const [name, outcome] of Object.entries(others)) {
      expect(`${name}: ${outcome}`).toMatch(/^(?:allocator|heap|ledger|check|flight): ERR_ALLOCSCOPE_PROC_UNREADABLE .*\/proc/)
    }
    expect(Object.keys(others)).toHaveLength(5)
  },
)
