import { execFileSync, spawnSync } from 'node:child_process'

import { allocscope } from '../cli/run-cli.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import { readProfilerTables } from '../../lib/lab/python/profiler-tables.js'
import type { LabJson } from './lab-json.js'

// As memory_profiler 0.61 of Python 3.11 printed it.
const printed = `Filename: /srv/examples/python/03_delete_a_reference.py

Line #    Mem usage    Increment  Occurrences   Line Contents
=============================================================
    13     21.8 MiB     21.8 MiB           1   @profile
    14                                         def deep_copy(n):
    15    305.9 MiB    284.1 MiB           1       first = make_list(n)
    17    538.4 MiB     -7.6 MiB           1       del first


`

test("memory_profiler's table is read as it is printed", () => {
  const [table, ...others] = readProfilerTables(printed + printed.replaceAll('deep_copy', 'other'), 'Python 3.11.2')
  expect(others.map(({ functionName }) => functionName)).toEqual(['other'])
  expect(table).toMatchObject({ functionName: 'deep_copy', file: '03_delete_a_reference.py', measuredBy: 'memory_profiler' })
  const mebibytes = (bytes: number | undefined): number | undefined => (bytes === undefined ? undefined : bytes / 1024 ** 2)
  expect(
    table?.lines.map((one) => [one.line, mebibytes(one.memoryUsageBytes), mebibytes(one.incrementBytes), one.occurrences, one.text]),
  ).toEqual([
    [13, 21.8, 21.8, 1, '@profile'],
    [14, undefined, undefined, 0, 'def deep_copy(n):'],
    [15, 305.9, 284.1, 1, '    first = make_list(n)'],
    [17, 538.4, -7.6, 1, '    del first'],
  ])
})

test('a Python that is not there, or has no memory_profiler, is told before anything is measured', async () => {
  const missing = await allocscope(['lab', 'basic-objects', '--python'], { env: { PYTHON: '/no/such/python' } })
  expect([missing.code, missing.stdout]).toEqual([2, ''])
  expect(missing.stderr).toMatch(/^allocscope: \/no\/such\/python failed: .*ENOENT \[ERR_ALLOCSCOPE_PROGRAM\]\n$/)
})

const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import memory_profiler']).status === 0)
const withPython = testWhere(python === undefined ? notInstalled('memory_profiler for Python') : undefined)

withPython("Python's own sizes stand beside this Node's", async () => {
  const { code, stdout } = await allocscope(['lab', 'basic-objects', '--n', '100', '--python', '--json'], {
    env: { PYTHON: python },
  })
  expect(code).toBe(0)
  const [made] = (JSON.parse(stdout) as LabJson).experiments
  const sizes = new Map(made?.parts.flatMap(({ rows = [] }) => rows.map((row) => [row['value'], row['pythonBytes']] as const)))
  const asked = execFileSync(python as string, ['-c', "import sys; print(*map(sys.getsizeof, [{}, set(), 2**999, 'x' * 100]))"], {
    encoding: 'utf8',
  })
  expect(['{}', 'new Set', 'BigInt of 1000 bits', 'string of 100'].map((name) => sizes.get(name))).toEqual(
    asked.trim().split(' ').map(Number),
  )
})

withPython("memory_profiler's tables stand beside the line tables", async () => {
  const args = ['lab', 'delete-a-reference', '--n', '20000', '--python', '--json']
  const { code, stdout } = await allocscope(args, { env: { PYTHON: python } })
  expect(code).toBe(0)
  const [made] = (JSON.parse(stdout) as LabJson).experiments
  const titles = made?.parts.filter(({ kind }) => kind === 'lines').map(({ title }) => title) ?? []
  expect(titles).toHaveLength(6)
  expect(titles.slice(3).map((title) => title.replace(/^Python 3.*: /, ''))).toEqual(['deep_copy', 'shallow_copy', 'json_copy'])
})
