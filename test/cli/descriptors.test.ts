import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { findNode } from '../heap/node-versions.js'
import { notInstalled, skipWhere, testWhere } from '../installed/test-where.js'
import { cli, plainEnvironment } from './run-cli.js'

// The same program under plain node is the oracle: how it ends, what it prints and what its own files hold must not change.

const scratch = mkdtempSync(path.join(tmpdir(), 'descriptors-test-'))
// One of the programs changes its user.
chmodSync(scratch, 0o755)
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

interface Program {
  readonly title: string
  /** Its own files go into the folder `process.argv[2]`. */
  readonly source: string
  /** For `sh -c`, instead of `"$@"`. */
  readonly shell?: string
  /** The file that shows that it is over, of a program that goes on when its first process has ended. */
  readonly lastFile?: string
  readonly missing?: string | undefined
  readonly majors?: readonly number[]
  /** Whether it ends in the middle, when another one takes its place. */
  readonly isReplaced?: boolean
}

const register = path.resolve('dist/register/register.mjs')

/** What stands before the program. Samples are taken while it waits. */
const ways: Readonly<Record<string, (report: string) => readonly string[]>> = {
  node: () => [],
  run: (report) => [cli, 'run', '--interval', '10', '-o', report],
  watch: (report) => [cli, 'watch', '--interval', '10', '-o', report],
  profile: (report) => [cli, 'profile', '--all', '-o', report],
  register: () => ['--import', register],
}

const head = `const fs = require('node:fs')
const own = (name) => process.argv[2] + '/' + name
`

/** Closes these streams, and opens a file when samples have been taken: it gets the descriptor that it gets under plain node. */
function closing(streams: readonly number[]): string {
  return `${head}for (const stream of ${JSON.stringify(streams)}) fs.closeSync(stream)
setTimeout(() => {
  const descriptor = fs.openSync(own('mine'), 'w')
  fs.writeSync(descriptor, 'descriptor ' + descriptor)
  setTimeout(() => { process.exitCode = 5 }, 60)
}, 120)`
}

const notRoot = process.getuid?.() === 0 ? undefined : 'only root changes its user'
const namespaces = spawnSync('unshare', ['-m', 'umount', '-l', '/proc']).status === 0 ? undefined : 'this user may not unmount /proc'

const programs: readonly Program[] = [
  ...['<&-', '>&-', '2>&-', '<&- >&- 2>&-'].map((closed) => ({
    title: `started with ${closed}`,
    shell: `exec "$@" ${closed}`,
    source: `${head}console.log('out')
console.error('error')
setTimeout(() => fs.writeFileSync(own('ran'), 'yes'), 100)`,
  })),
  ...[[0], [1], [2], [0, 1, 2]].map((streams) => ({ title: `closes ${streams.join(', ')} and goes on`, source: closing(streams) })),
  {
    // libuv's own are anonymous inodes and pipes with both ends here; without these no program goes on.
    title: 'closes every other descriptor, and opens files of its own',
    source: `${head}const links = fs.readdirSync('/proc/self/fd').flatMap((name) => {
  try { return [{ descriptor: Number(name), link: fs.readlinkSync('/proc/self/fd/' + name) }] } catch { return [] }
})
for (const { descriptor, link } of links) {
  if (descriptor < 3 || link.startsWith('anon_inode:')) continue
  if (link.startsWith('pipe:') && links.filter((other) => other.link === link).length > 1) continue
  fs.closeSync(descriptor)
}
const files = Array.from({ length: 40 }, (_, index) => fs.openSync(own(String(index)), 'w'))
for (const file of files) fs.writeSync(file, 'mine')
setTimeout(() => console.log(new Array(1e6).fill(1).length), 1500)`,
  },
  {
    title: 'has no descriptor left for a while',
    shell: 'ulimit -n 64; exec "$@"',
    source: `${head}const files = []
console.log('full')
try { for (;;) files.push(fs.openSync('/dev/null')) } catch (error) { own.code = error.code }
setTimeout(() => { for (const file of files) fs.closeSync(file); console.log(own.code); process.exitCode = 6 }, 120)`,
  },
  {
    title: 'becomes a daemon by a double fork',
    lastFile: 'last',
    source: `${head}const { spawn } = require('node:child_process')
const step = process.argv[3] ?? 'first'
const next = { first: 'second', second: 'third' }[step]
if (next !== undefined) {
  spawn(process.execPath, [__filename, process.argv[2], next], { detached: true, stdio: 'ignore' }).unref()
  console.log(step)
} else {
  setTimeout(() => { fs.writeFileSync(own('third'), String(process.execArgv.length)); fs.writeFileSync(own('last'), '') }, 100)
}`,
  },
  {
    title: 'runs another program',
    source: `${head}const { execFileSync } = require('node:child_process')
console.log(execFileSync('cat', { input: 'passed on' }).toString())
try { execFileSync('sh', ['-c', 'echo wrong >&2; exit 7'], { stdio: 'inherit' }) } catch (error) { process.exitCode = error.status }`,
  },
  {
    title: 'execs another program',
    majors: [26],
    isReplaced: true,
    source: `${head}process.execve(process.execPath, [process.execPath, '-e', 'setTimeout(() => { console.log("the other"); process.exit(8) }, 100)'], process.env)`,
  },
  {
    title: 'changes its user',
    missing: notRoot,
    source: `${head}fs.writeFileSync(own('module.js'), Array.from({ length: 9000 }, (_, index) => 'exports.f' + index + ' = () => {}').join('\\n'))
process.setgid(65534)
process.setuid(65534)
const loaded = require(own('module.js'))
for (const name of Object.keys(loaded)) loaded[name]()
setTimeout(() => { console.log(Object.keys(loaded).length, process.getuid()); process.exitCode = 9 }, 100)`,
  },
  {
    title: 'loses /proc',
    shell: 'exec unshare -m "$@"',
    missing: namespaces,
    source: `${head}require('node:child_process').execFileSync('umount', ['-l', '/proc'])
setTimeout(() => { console.log(fs.readdirSync('/proc').length, new Array(1e6).fill(1).length); process.exitCode = 10 }, 120)`,
  },
]

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** The program's own files, by name. */
  readonly files: Readonly<Record<string, string>>
}

let runs = 0

async function waitFor(file: string): Promise<void> {
  while (!existsSync(file)) await pause(20)
}

/** Runs the program until it has ended and nobody has its standard streams any more: the process that reports a crash has them, too. */
async function runProgram(node: string, way: string, { source, shell = 'exec "$@"', lastFile }: Program): Promise<Ended> {
  const folder = path.join(scratch, String((runs += 1)))
  const file = `${folder}.js`
  writeFileSync(file, source)
  mkdirSync(folder)
  const before = ways[way]?.(`${folder}.report`) ?? []
  const child = spawn('sh', ['-c', shell, 'sh', node, ...before, file, folder], { env: plainEnvironment() })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  child.stdin.on('error', () => undefined)
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (...ended) => {
      resolve(ended)
    })
    child.stdin.end('input')
  })
  if (lastFile !== undefined) await waitFor(path.join(folder, lastFile))
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]))
  return { code, signal, stdout, stderr, files }
}

/** Register reports on standard error, after the program's own words; the commands were given a file. */
function withoutReport(way: string, stderr: string): string {
  return way === 'register' ? stderr.replace(/^\n?Process \d+, hybrid mode[^]*$/m, '') : stderr
}

describe('under allocscope a program ends, and leaves its files, as under plain node', () => {
  for (const program of programs) {
    const { title, majors = [20, 26], missing, isReplaced = false } = program
    for (const major of majors) {
      const node = findNode(major)
      const declare = node === undefined ? testWhere(notInstalled(`.cache/node/${major}`)) : skipWhere(missing)
      declare(`${title}, Node ${major}`, async () => {
        const [plain, ...others] = await Promise.all(
          Object.keys(ways).map(async (way) => ({ way, ended: await runProgram(node as string, way, program) })),
        )
        for (const { way, ended } of others) {
          // Whoever prints for a process that can't must not do it before that has ended.
          if (!isReplaced) expect(ended.stderr).not.toMatch(/crashed/)
          expect({ way, ...ended, stderr: withoutReport(way, ended.stderr) }).toEqual({ way, ...plain?.ended })
        }
      })
    }
  }
})

skipWhere(notRoot)('a profiled program that may not write into its record any more: the profile says so', async () => {
  const changes = programs.find(({ title }) => title === 'changes its user')
  const { code } = await runProgram(process.execPath, 'profile', changes as Program)
  expect(code).toBe(9)
  expect(readFileSync(path.join(scratch, `${runs}.report`), 'utf8')).toMatch(/could not write\s+into the record any more/)
})
