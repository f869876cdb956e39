import { linkSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { runFile } from '../installed/run-file.js'

const collectScript = path.join(__dirname, '..', 'profile', 'collect', 'programs', 'collect.cjs')
const processes = 168

/** A program of 120 functions with 2,400 lines, all of which are profiled. */
function longProgram(): string {
  const body = Array.from(
    { length: 18 },
    (_, index) => `  const value${index} = [${index}, 'of a line that has a usual length', a + ${index}]`,
  )
  const functions = Array.from({ length: 119 }, (_, index) => `function work${index}(a) {\n${body.join('\n')}\n}`)
  const calls = functions.map((_, index) => `  work${index}(${index})`)
  return `${functions.join('\n')}\nexports.main = () => {\n${calls.join('\n')}\n}\n`
}

/** As if `processes` processes had run the program of a record: each has files of its own names. */
function multiply(folder: string): void {
  const names = readdirSync(folder).filter((name) => /^\d+-\d+\./.test(name))
  for (let pid = 1_000_001; pid < 1_000_000 + processes; pid++) {
    for (const name of names) linkSync(path.join(folder, name), path.join(folder, name.replace(/^\d+/, String(pid))))
  }
}

// One record serves all: who reports from it only reads it.
const record = mkdtempSync(path.join(tmpdir(), 'many-processes-test-'))
beforeAll(async () => {
  const program = path.join(record, 'program.cjs')
  writeFileSync(program, longProgram())
  await runFile(process.execPath, [collectScript, 'hybrid', record, program])
  multiply(record)
})
afterAll(() => {
  rmSync(record, { recursive: true })
})

test.each(['text', 'json', 'html', 'site'])('the profiles of 168 processes are reported one after the other, as %s', async (form) => {
  const { stdout } = await runFile(process.execPath, [path.join(__dirname, 'programs', 'report-many.cjs'), record, form])
  const { functions, peakRssBytes } = JSON.parse(stdout) as { functions: number; peakRssBytes: number }
  expect(functions).toBe(processes * 120)
  // All of them at once take twice that.
  expect(peakRssBytes).toBeLessThan(200e6)
})
