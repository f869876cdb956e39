import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

import type { ReleaseCheck } from '../../lib/release/index.js'
import { testWhereInstalled } from '../allocator/installed.js'
import { allocscope, program } from './run-cli.js'

type Printed = ReleaseCheck & { readonly version: number; readonly subject: string }

const quick = ['--runs', '2', '--settle', '500'] as const
const checked = program('checked.mjs')

test('a function that leaves nothing passes; the verdict is printed with a bar of who holds what', async () => {
  const { code, stdout, stderr } = await allocscope(['check', ...quick, checked])
  expect(code).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toMatch(/checked\.mjs, its default export; 3 calls/)
  expect(stdout).toMatch(/^ {2}returned$/m)
  expect(stdout).toMatch(/^ {2}\[[A-Za-z?]*·+\]$/m)
  expect(stdout).toMatch(/returned +\d+\.\d MiB +of the peak/)
  expect(stdout).not.toContain('\u001b')
})

test('a leak fails, and is told by place and by call; --allow lets it pass', async () => {
  const args = ['--runs', '96', '--json', '--export', 'keep']
  const { code, stdout } = await allocscope(['check', ...args, checked])
  expect(code).toBe(1)
  const found = JSON.parse(stdout) as Printed
  expect(found).toMatchObject({ version: 1, verdict: 'still-live', calls: 97, coarse: false })
  expect(found.live[0]).toMatchObject({ where: 'array-buffers', grows: true })
  expect(found.live[0]?.bytesPerCall).toBeCloseTo(200_000, -4)
  expect((await allocscope(['check', ...args, '--allow', 'still-live', checked])).code).toBe(0)
})

test('a script that exports nothing is run once, as node would run it', async () => {
  const { code, stdout } = await allocscope(['check', program('checked-script.js'), '--settle', '500', '--', '--runs', 'mine'])
  expect(code).toBe(0)
  const [first, second] = stdout.split('\n')
  expect(JSON.parse(first as string)).toEqual({ argv: ['--runs', 'mine'], execArgv: [], variable: null })
  expect(second).toBe('held 48 MiB')
  expect(stdout).toMatch(/checked-script\.js, run once; 1 call,/)
  expect(stdout).toMatch(/RSS rose by \d\d\.\d MiB/)
})

test('Ctrl-C ends the calls, and the verdict on what was done is printed', async () => {
  const { code, stdout } = await allocscope(['check', '--settle', '200', program('waits.js')], {
    onOutput: (child, printed) => {
      if (printed.includes('\n') && !printed.includes('allocscope')) child.kill('SIGINT')
    },
  })
  expect(code).toBe(0)
  expect(stdout).toMatch(/waits\.js, run once; 1 call/)
})

testWhereInstalled('jemalloc')('runs under the allocator that is asked for', async () => {
  const { stdout } = await allocscope(['check', '--allocator', 'jemalloc', '--json', ...quick, checked])
  const found = JSON.parse(stdout) as Printed
  expect(found.allocator.allocator).toBe('jemalloc')
  expect(found.subject).toContain('jemalloc')
})

test('without the what-if the answer says that it is coarser', async () => {
  const { stdout } = await allocscope(['check', '--no-what-if', ...quick, checked])
  expect(stdout).toContain('No purge was tried in a forked child (whatIf is false)')
})

test('--output leaves standard output to the script', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'allocscope-test-'))
  try {
    const file = path.join(folder, 'check.json')
    const { code, stdout } = await allocscope(['check', '--json', '-o', file, ...quick, checked])
    expect(code).toBe(0)
    expect(stdout).toBe('')
    expect((JSON.parse(readFileSync(file, 'utf8')) as Printed).verdict).toBe('returned')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test.each([
  [['nowhere.js'], 2, /no program 'nowhere\.js'.*\[ERR_ALLOCSCOPE_PROGRAM\]/],
  [['--export', 'nothing', checked], 2, /exports no 'nothing'; it exports default, keep, notAFunction/],
  [['--export', 'notAFunction', checked], 2, /which is not a function/],
  [['--allow', 'good', checked], 2, /Allowed choices are returned, held-by-v8/],
  [['--runs', '0', checked], 2, /whole number from 1 up/],
  [['--allow-bytes', 'much', checked], 2, /size/],
  [['--output', '/nowhere/check.txt', checked], 2, /cannot write the report/],
  [[], 2, /missing required argument 'script'/],
  [[program('exit-3.js')], 1, /ended the process with exit code 3 before it could be checked/],
  [[program('never-settles.js')], 1, /ended the process with exit code 0 before it could be checked: .* a promise never settles/],
  [[program('aborts.js')], 1, /ended the process by SIGABRT before it could be checked/],
  [[program('throws.js')], 1, /ended the process with exit code 1/],
])('%j ends with %i', async (args, expected, message) => {
  const { code, stderr } = await allocscope(['check', '--settle', '0', ...args])
  expect(stderr).toMatch(message)
  expect(code).toBe(expected)
})
