import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { program, run } from '../profile/profiled-program.js'

// The package as it is installed on a platform that no binary was built for.
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-without-addon-'))
for (const part of ['dist', 'package.json']) cpSync(path.resolve(part), path.join(folder, part), { recursive: true })
symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'))

afterAll(() => {
  rmSync(folder, { recursive: true })
})

const drops = program('drops.cjs')
const reason = /allocscope has no native binary that loads on linux-/

test('node --import allocscope/register: the program runs, and it is said that there is no profile', async () => {
  const { code, stdout, stderr } = await run(process.execPath, ['--import', path.join(folder, 'dist/register/register.mjs'), drops])
  expect([code, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(/the program runs without a profile/)
  expect(stderr).toMatch(reason)
})

test('allocscope profile: the same', async () => {
  const { code, stdout, stderr } = await run(process.execPath, [path.join(folder, 'dist/cli/main.js'), 'profile', drops])
  expect([code, stdout]).toEqual([0, ''])
  expect(stderr).toMatch(reason)
})
