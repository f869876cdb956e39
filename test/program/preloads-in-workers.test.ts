import { spawnSync } from 'node:child_process'
import path from 'node:path'

const program = `
  const { Worker } = require('node:worker_threads')
  new Worker("console.log(JSON.stringify(Object.keys(require.cache)))", { eval: true })`

test.each(['run/run', 'watch/watch', 'ledger/explain', 'track/track', 'compare/compare', 'cli/server-check/server'])(
  '%s: of allocscope a worker thread has hardly more than the preload, and the figures are its own',
  (name) => {
    const preload = path.resolve('dist', `${name}-preload.js`)
    const { stdout } = spawnSync(process.execPath, ['--require', preload, '--eval', program], { encoding: 'utf8' })
    expect(JSON.parse(stdout)).toEqual([preload, path.resolve('dist/loading/index.js')])
  },
)

test('record/record: beside it what marks need, but neither the channel nor the observer', () => {
  const preload = path.resolve('dist/record/record-preload.js')
  const { stdout } = spawnSync(process.execPath, ['--require', preload, '--eval', program], { encoding: 'utf8' })
  expect(JSON.parse(stdout)).toContain(path.resolve('dist/record/marks.js'))
  expect(stdout).not.toMatch(/record-channel|record-observer|program\/index|sampling/)
})
