import { spawnSync } from 'node:child_process'
import { openSync, writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { allocscope, cli, plainEnvironment, program } from './run-cli.js'

// /dev/full opens as any file does, and answers every write as a full disk.
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-full-'))
const ends = path.join(folder, 'ends.js')
writeFileSync(ends, '')

afterAll(() => {
  rmSync(folder, { recursive: true })
})

test.each([
  ['run', [ends]],
  ['run', ['--json', ends]],
  ['watch', [ends]],
  ['watch', ['--json', ends]],
  ['profile', [ends]],
  ['profile', ['--json', ends]],
  ['check', ['--runs', '1', '--warmup', '0', ends]],
])('%s: a report that is lost makes the exit code 1', async (verb, [...args]) => {
  const { code, stderr } = await allocscope([verb, '-o', '/dev/full', ...args])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^allocscope: cannot write [^\n]*ENOSPC[^\n]*\n/m)
})

test.each([[[ends]], [['--pid', String(process.pid)]]])('explain %j: so does a page', async (args) => {
  const { code, stderr } = await allocscope(['explain', '--html', '/dev/full', ...args])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^allocscope: cannot write to \/dev\/full: [^\n]*ENOSPC[^\n]*\n/m)
})

test.each(['run', 'watch', 'profile'])("%s: a program's own exit code goes first", async (verb) => {
  const { code, stderr } = await allocscope([verb, '-o', '/dev/full', program('exit-3.js')])
  expect(code).toBe(3)
  expect(stderr).toMatch(/ENOSPC/)
})

test.each([['stats'], ['stats', '--json'], ['sizeof', '[1]'], ['--help']])(
  '%s: standard output on a full disk is an error in one line',
  (...args) => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
      env: plainEnvironment(),
    })
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^allocscope: [^\n]*ENOSPC[^\n]*\n$/) as string })
  },
)
