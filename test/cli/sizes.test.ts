import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const cli = path.join(__dirname, '..', '..', 'dist', 'cli', 'main.js')

function allocscope(...args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })
}

test('sizeof measures an expression', () => {
  const { status, stdout } = allocscope('sizeof', '--json', '({ a: 1, b: 2, c: 3 })')
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, size: { kind: 'object', selfBytes: 48, totalBytes: 48 } })
})

test('sizeof --deep says of nothing why it is nothing', () => {
  expect(allocscope('sizeof', '--deep', 'globalThis').stdout).toMatch(/total +0 +0\n {2}The global object, .* count as nothing\./)
  expect(allocscope('sizeof', '--deep', '[]').stdout).not.toMatch(/count as nothing/)
})

test('sizeof --deep --tree shows what is in it', () => {
  const { status, stdout } = allocscope('sizeof', '--deep', '--tree', '({ list: ["a text of its own".toUpperCase()] })')
  expect(status).toBe(0)
  expect(stdout).toMatch(/^ {2}string +1 +40$/m)
  expect(stdout).toMatch(/└─ \.list {2}array/)
})

test.each([
  ['require("./table.json")', 40, [0, '']],
  ['(await (import("./table.mjs"))).default', 184, [0, '']],
  ['Promise.reject(new Error("later"))', 48, [1, 'allocscope: later\n']],
])('sizeof %s finds files from the working directory, and awaits only what it is told to', (expression, totalBytes, ended) => {
  const cwd = mkdtempSync(path.join(os.tmpdir(), 'allocscope-sizeof-'))
  writeFileSync(path.join(cwd, 'table.json'), '{ "a": 1, "b": 2 }')
  writeFileSync(path.join(cwd, 'table.mjs'), 'export default new Map([[1, 2]])')
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'sizeof', '--json', expression], { encoding: 'utf8', cwd })
  rmSync(cwd, { recursive: true })
  expect([status, stderr]).toEqual(ended)
  expect(JSON.parse(stdout)).toMatchObject({ size: { totalBytes } })
})

test("what node makes when the environment's properties are read is no part of it", () => {
  const { stdout } = allocscope('sizeof', '--json', '--deep', '--tree', 'process.env')
  const { size, deep, tree } = JSON.parse(stdout) as Record<'size' | 'deep', { totalBytes: number }> & { tree: { root: unknown } }
  expect(size).toMatchObject({ kind: 'other object' })
  expect(deep.totalBytes).toBe(size.totalBytes)
  expect(tree.root).toMatchObject({ deepBytes: size.totalBytes, children: [] })
})

test('sizeof --module measures what a file exports', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocscope-sizeof-'))
  const file = path.join(folder, 'table.cjs')
  writeFileSync(file, 'module.exports = { table: new Map([[1, 2]]) }')
  try {
    const { stdout } = allocscope('sizeof', '--json', '--deep', '--module', file, '--export', 'table')
    expect(JSON.parse(stdout)).toMatchObject({ size: { kind: 'Map', totalBytes: 184 }, deep: { totalBytes: 184 } })
    const missing = allocscope('sizeof', '--module', file, '--export', 'nothing')
    expect(missing).toMatchObject({ status: 2, stdout: '' })
    expect(missing.stderr).toContain("exports no 'nothing'")
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([[[]], [['1', '--module', 'x.js']], [['1', '--depth', '-1']]])('sizeof %j is refused with exit code 2', (args) => {
  expect(allocscope('sizeof', ...args)).toMatchObject({ status: 2, stdout: '' })
})

test('an expression that throws ends with 1 and one line', () => {
  const { status, stderr } = allocscope('sizeof', 'nothing.here')
  expect(status).toBe(1)
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('nothing is not defined')])
})

test('sizes lists the values of every sort', () => {
  const { status, stdout } = allocscope('sizes', '--json')
  const { sizes } = JSON.parse(stdout) as { readonly sizes: readonly { readonly name: string; readonly totalBytes: number }[] }
  expect(status).toBe(0)
  expect(sizes.length).toBeGreaterThan(40)
  expect(sizes).toContainEqual(
    expect.objectContaining({ name: 'new Map', selfBytes: 32, totalBytes: 184, pythonBytes: 64, cplusplusBytes: 56 }),
  )
  expect(allocscope('sizes').stdout).toMatch(/^ {2}new Map +Map +32 +184 +64 +56$/m)
})

test('sizeof --tree --all shows every element in its order, and its lines add up to its one total', () => {
  const { status, stdout } = allocscope('sizeof', '--tree', '--all', '[4, "toaster", 230.1]')
  expect(status).toBe(0)
  expect(stdout).toMatch(/\[0\] 4.*\n.*\[1\].*\n.*\[2\] 230\.1 /)
  const figures = [...stdout.matchAll(/^ *(\d+) {2}/gm)].map(([, bytes]) => Number(bytes))
  expect(figures.slice(0, -1).reduce((sum, bytes) => sum + bytes, 0)).toBe(figures.at(-1))
  expect(stdout.match(/total/g)).toHaveLength(1)
})
