import { execFileSync } from 'node:child_process'
import path from 'node:path'

const dist = path.join(__dirname, '..', '..', 'dist')

/** Whether a context that is made afterwards has `gc`, which is what the flag decides; and that a collection collected. */
function afterCollecting(...flags: readonly string[]): unknown {
  const program = `
    const { findGc } = require(${JSON.stringify(path.join(dist, 'heap', 'index.js'))})
    const vm = require('node:vm')
    const dropped = (() => new WeakRef({ kept: 'by nobody' }))()
    // A target of a weak reference lives to the end of the turn that made it.
    setTimeout(() => {
      findGc()()
      const flag = typeof vm.runInNewContext('globalThis.gc')
      console.log(JSON.stringify({ collected: dropped.deref() === undefined, flag, own: typeof globalThis.gc }))
    })`
  return JSON.parse(execFileSync(process.execPath, [...flags, '-e', program], { encoding: 'utf8' }))
}

test('a full collection leaves the flag behind gc as it was', () => {
  expect(afterCollecting()).toEqual({ collected: true, flag: 'undefined', own: 'undefined' })
  expect(afterCollecting('--expose-gc')).toEqual({ collected: true, flag: 'function', own: 'function' })
})

test('settle mode leaves it as it was, too', () => {
  const program = `
    const { startCollecting } = require(${JSON.stringify(path.join(dist, 'profile', 'collect', 'index.js'))})
    const folder = require('node:fs').mkdtempSync(require('node:path').join(require('node:os').tmpdir(), 'allocscope-test-'))
    startCollecting({ mode: 'settle', folder }).stop()
    require('node:fs').rmSync(folder, { recursive: true })
    console.log(typeof require('node:vm').runInNewContext('globalThis.gc'))`
  expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' })).toBe('undefined\n')
})
