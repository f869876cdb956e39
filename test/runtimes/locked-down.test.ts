import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { lacking } from '../attach/where-attachable.js'
import { testOnEachNode } from '../heap/node-versions.js'
import { missingCommand, skipWhere } from '../installed/test-where.js'

const root = path.resolve('.')
const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-permission-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** What each call came to: 'ok', why it isn't supported, or the error's code and message. */
const script = `
  const allocscope = require(${JSON.stringify(path.join(root, 'dist', 'index.js'))})
  const outcomes = {}
  const attempt = async (name, call) => {
    try {
      const value = await call()
      outcomes[name] = value?.supported === false ? value.reason : 'ok'
    } catch (error) {
      outcomes[name] = error.code + ' ' + error.message
    }
  }
  const main = async () => {
    await attempt('allocator', () => allocscope.getAllocatorStats({ detail: 'usage' }).allocatedBytes > 0 || Promise.reject(new Error('no figure')))
    await attempt('heap', () => allocscope.getHeapStats())
    await attempt('sizes', () => allocscope.sizeOf({ one: 1 }))
    await attempt('ledger', () => allocscope.explainRss())
    await attempt('watch', () => allocscope.watchArenas().stop())
    await attempt('check', () => allocscope.checkRelease(() => undefined, { runs: 1, settleMs: 0 }))
    await attempt('tracking', () => allocscope.startTracking().stop())
    await attempt('pressure', () => {
      const watch = allocscope.onMemoryPressure({ headroomBytes: 1 }, () => undefined)
      watch.stop()
      return watch
    })
    await attempt('flight', () => allocscope.startFlightRecorder({ file: ${JSON.stringify(path.join(folder, 'one.rec'))} }))
    console.log(JSON.stringify(outcomes))
    process.exit()
  }
  void main()`

testOnEachNode(
  'under the permission model, with this package alone to read, everything works or says what to permit',
  async (node, major) => {
    const permission = major === 20 ? '--experimental-permission' : '--permission'
    const flags = [permission, '--allow-addons', `--allow-fs-read=${root}`]
    const { stdout } = await promisify(execFile)(node, [...flags, '-e', script], { env: { ...process.env, PREBUILDS_ONLY: '1' } })
    const { pressure, flight, ...others } = JSON.parse(stdout) as Readonly<Record<string, string>>
    for (const [name, outcome] of Object.entries(others)) expect(`${name}: ${outcome}`).toBe(`${name}: ok`)
    expect(Object.keys(others)).toHaveLength(7)
    expect(pressure).toContain('/proc/self/cgroup: ERR_ACCESS_DENIED')
    expect(flight).toMatch(
      /^ERR_ALLOCSCOPE_RECORDING .*one\.rec: node's permission model forbids it: --allow-fs-read=\S+ --allow-fs-write=/,
    )
  },
  [20, 26],
)

skipWhere(lacking('CAP_SYS_ADMIN') ?? missingCommand('unshare'))(
  'without /proc, everything works or is a typed error that names it',
  async () => {
    const unmounted = 'mount --make-rprivate / && umount -l /proc && exec "$@"'
    const command = ['-m', 'sh', '-c', unmounted, 'sh', process.execPath, '-e', script]
    const { stdout } = await promisify(execFile)('unshare', command, { env: { ...process.env, PREBUILDS_ONLY: '1' } })
    const { sizes, watch, tracking, pressure, ...others } = JSON.parse(stdout) as Readonly<Record<string, string>>
    expect({ sizes, watch }).toEqual({ sizes: 'ok', watch: 'ok' })
    expect(tracking).toMatch(/^ERR_ALLOCSCOPE_UNSUPPORTED native allocations can't be tracked in this process/)
    expect(pressure).toContain('/proc/self/cgroup: ENOENT')
    for (const [name, outcome] of Object.entries(others)) {
      expect(`${name}: ${outcome}`).toMatch(/^(?:allocator|heap|ledger|check|flight): ERR_ALLOCSCOPE_PROC_UNREADABLE .*\/proc/)
    }
    expect(Object.keys(others)).toHaveLength(5)
  },
)
