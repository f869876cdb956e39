import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { cli } from '../cli/run-cli.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { functionNamed, isRunning, profileProgram, program, register, run, scratchFile } from './profiled-program.js'
import type { OnOutput } from './profiled-program.js'

const file = program('endings.cjs')

interface Ending {
  readonly how: string
  readonly code: number | null
  readonly signal?: NodeJS.Signals
  readonly end: string
  readonly flags?: readonly string[]
  readonly onOutput?: OnOutput
}

const interrupt: OnOutput = (child, stdout) => {
  if (stdout.includes('ready')) child.kill('SIGINT')
}

const endings: readonly Ending[] = [
  { how: 'normal', code: 0, end: 'exit' },
  { how: 'exit', code: 3, end: 'exit' },
  { how: 'exitCode', code: 4, end: 'exit' },
  { how: 'throws', code: 1, end: 'exit' },
  { how: 'rejects', code: 1, end: 'exit' },
  { how: 'abort', code: null, signal: 'SIGABRT', end: 'crash' },
  { how: 'kill', code: null, signal: 'SIGKILL', end: 'signal' },
  { how: 'exhaust', code: null, signal: 'SIGABRT', end: 'crash', flags: ['--max-old-space-size=40'] },
  { how: 'wait', code: null, signal: 'SIGINT', end: 'signal', onOutput: interrupt },
]

/** What Node itself writes to standard error when it ends like this. */
const ownWords: Readonly<Record<string, RegExp>> = {
  throws: /Error: as intended/,
  rejects: /Error: as intended/,
  exhaust: /heap out of memory/,
  abort: /JavaScript stack trace/,
}

describe('however a program ends, what was seen of it is printed', () => {
  testOnEachNode('by the command, which ends as the program does', async (node) => {
    for (const { how, code, signal = null, end, flags = [], onOutput } of endings) {
      const args = [...flags.map((flag) => `--node-option=${flag}`), file, how]
      const ended = await profileProgram(node, args, {}, onOutput)
      expect({ how, code: ended.code, signal: ended.signal }).toEqual({ how, code, signal })
      expect(ended.document.profiles.map((profile) => profile.end)).toEqual([end])
      expect(functionNamed(ended.document, 'work').calls).toBe(1)
      expect(ended.stderr).toMatch(ownWords[how] ?? /^$/)
    }
  })

  testOnEachNode('by register alone', async (node) => {
    const alone = endings.filter(({ how }) => !['normal', 'exitCode', 'rejects', 'exhaust'].includes(how))
    for (const { how, code, signal = null, flags = [], onOutput } of alone) {
      const ended = await run(node, [...flags, '--import', register, file, how], {}, onOutput)
      expect({ how, code: ended.code, signal: ended.signal }).toEqual({ how, code, signal })
      expect(ended.stderr).toMatch(/work {2}called once/)
      expect(ended.stderr).toMatch(ownWords[how] ?? /^/)
      expect(ended.stderr.match(/^Filename: /gm)).toHaveLength(1)
    }
  })
})

function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), prefix))
  folders.push(folder)
  return folder
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

test('nothing stays behind: no file, no process', async () => {
  const own = temporaryFolder('profile-ending-')
  for (const how of ['normal', 'kill', 'abort']) {
    await profileProgram(process.execPath, [file, how], { TMPDIR: own })
    await run(process.execPath, ['--import', register, file, how], { TMPDIR: own })
  }
  expect(readdirSync(own)).toEqual([])
  expect(isRunning(path.join(own, 'allocscope-profile'))).toBe(false)
})

test('what a killed command left behind is removed by the next one, which leaves alone what others still write', async () => {
  const own = temporaryFolder('profile-killed-')
  const env = { TMPDIR: own }
  const killCommandAndProgram: OnOutput = (child, stdout) => {
    if (!stdout.includes('ready')) return
    const program = spawnSync('pgrep', ['-P', String(child.pid), '-f', '--', file], { encoding: 'utf8' }).stdout.trim()
    child.kill('SIGKILL')
    process.kill(Number(program), 'SIGKILL')
  }
  await run(process.execPath, [cli, 'profile', file, 'wait'], env, killCommandAndProgram)
  const left = readdirSync(own)
  expect(left).toHaveLength(1)
  let seen: readonly string[] = []
  const profileAnother: OnOutput = (child, stdout) => {
    if (!stdout.includes('ready')) return
    spawnSync(process.execPath, [cli, 'profile', file, 'normal'], { env: { ...process.env, ...env } })
    seen = readdirSync(own)
    child.kill('SIGINT')
  }
  const other = await profileProgram(process.execPath, [file, 'wait'], env, profileAnother)
  expect(seen).toHaveLength(1)
  expect(seen).not.toEqual(left)
  expect(functionNamed(other.document, 'work').calls).toBe(1)
  expect(readdirSync(own)).toEqual([])
})

test('the watch for crashes keeps nothing alive and holds nobody up', async () => {
  const started = performance.now()
  await run(process.execPath, ['--import', register, '-e', 'setTimeout(() => undefined, 10)'])
  // Node's own start, several times over: a watch that kept it alive would do so for good.
  expect(performance.now() - started).toBeLessThan(20_000)
})

describe('what cannot be obeyed is said before anything runs', () => {
  test.each([
    ['{', /JSON/],
    ['{"mode":"quick"}', /mode/],
    ['{"moed":"exact"}', /moed/],
    ['{"functions":[1]}', /functions/],
    ['{"min":"much"}', /min/],
    ['{"output":"/nonexistent/x"}', /ENOENT/],
  ])('ALLOCSCOPE_PROFILE=%s', async (settings, message) => {
    const { code, stdout, stderr } = await run(process.execPath, ['--import', register, file, 'normal'], { ALLOCSCOPE_PROFILE: settings })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  test('a report that cannot be written', async () => {
    const { code, stdout, stderr } = await run(process.execPath, [
      'dist/cli/main.js',
      'profile',
      '--html',
      '/nonexistent/x.html',
      file,
      'normal',
    ])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/cannot write the report.*ENOENT/)
  })
})

test('a syntax error is reported as node reports it, with its code', async () => {
  const broken = scratchFile('.cjs')
  writeFileSync(broken, 'function broken( {\n  return 1\n}\n')
  const plain = await run(process.execPath, [broken])
  const { document, ...profiled } = await profileProgram(process.execPath, ['--all', broken])
  expect(profiled).toEqual(plain)
  expect(profiled.stderr).toContain(`${broken}:2`)
  expect(document.functions).toEqual([])
})

test('settings of register: tables, a document and a page, each into a file', async () => {
  const [output, html] = [scratchFile('.json'), scratchFile('.html')]
  const env = { ALLOCSCOPE_PROFILE: JSON.stringify({ json: true, output, html, functions: ['work'], mode: 'exact' }) }
  const { code, stdout, stderr } = await run(process.execPath, ['--import', register, file, 'normal'], env)
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '1000\n', stderr: '' })
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({
    version: 1,
    functions: [{ name: 'work', calls: 1 }],
    profiles: [{ mode: 'exact' }],
  })
  expect(readFileSync(html, 'utf8')).toMatch(/^<!DOCTYPE html>/)
})
