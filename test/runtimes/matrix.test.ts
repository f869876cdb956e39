import { existsSync } from 'node:fs'
import path from 'node:path'

import { runFile } from '../installed/run-file.js'
import { notInstalled, testWhere } from '../installed/test-where.js'

const node20 = path.resolve('.cache/node/20/bin/node')

interface Cell {
  readonly outcome: string
  readonly text?: string
}

testWhere(existsSync(node20) ? undefined : notInstalled('Node 20'))('npm run matrix: cells are runs of the installed package', async () => {
  const args = ['scripts/matrix.mjs', '--place', '^Node 20$', '--feature', 'getRss|allocscope run', '--json']
  const { stdout } = await runFile(process.execPath, args)
  const [place] = JSON.parse(stdout) as [{ readonly version: string; readonly cells: Readonly<Record<string, Cell>> }]
  expect(place.version).toMatch(/^v20\./)
  expect(place.cells).toEqual({ '`getRss()`': { outcome: 'works' }, '`allocscope run app.js`': { outcome: 'works' } })
})

describe('what a run came to', () => {
  const ended = { code: 3, signal: null, stdout: '', stderr: '', late: false }
  const said = (what: object): string => `matrix: ${JSON.stringify(what)}\n`
  const call = "{ holds: ({ bytes }) => bytes > 0, kind: 'call' }"
  const command = "{ exitCode: 3, stdout: 'out', stderr: /a table/, kind: 'command' }"

  async function judged(judge: string, feature: string, run: object): Promise<Cell> {
    const judging = JSON.stringify(path.resolve('scripts/matrix/judge.mjs'))
    const source = `import { ${judge} } from ${judging}; console.log(JSON.stringify(${judge}(${feature}, ${JSON.stringify({ ...ended, ...run })}, {})))`
    const { stdout } = await runFile(process.execPath, ['--input-type=module', '-e', source])
    return JSON.parse(stdout) as Cell
  }

  test.each([
    ['a figure that holds', { stdout: said({ answer: { bytes: 1 } }) }, 'works'],
    ['one that does not', { stdout: said({ answer: { bytes: 0 } }) }, 'fault'],
    ['an error with a code', { stdout: said({ error: { code: 'ERR_ONE', message: 'why' } }) }, 'says no'],
    ['an error without a code', { stdout: said({ error: { name: 'TypeError', message: 'why' } }) }, 'fault'],
    ['an error without a reason', { stdout: said({ error: { code: 'ERR_ONE', message: '' } }) }, 'fault'],
    ['another exit code', { code: 0, stdout: said({ answer: { bytes: 1 } }) }, 'fault'],
    ['an early end', { signal: 'SIGSEGV', code: null }, 'fault'],
  ])('of a call: %s', async (_name, run, outcome) => {
    expect(await judged('judgeCall', call, run)).toMatchObject({ outcome })
  })

  test.each([
    ['what was asked for', { stdout: 'out', stderr: 'a table' }, 'works'],
    ['a reason beside the program', { stdout: 'out', stderr: 'allocscope: it can not\n' }, 'says no'],
    ['no word', { stdout: 'out' }, 'fault'],
    ['a refusal before the program, with a code', { code: 1, stderr: 'allocscope: it can not [ERR_ONE]\n' }, 'says no'],
    ['one without a code', { code: 1, stderr: 'allocscope: it can not\n' }, 'fault'],
    ['a program that prints something else', { stdout: 'out and more', stderr: 'a table' }, 'fault'],
  ])('of a command: %s', async (_name, run, outcome) => {
    expect(await judged('judgeCommand', command, run)).toMatchObject({ outcome })
  })
})
