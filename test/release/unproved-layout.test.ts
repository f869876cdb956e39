import { spawnSync } from 'node:child_process'
import path from 'node:path'

import type { ReleaseCheck } from '../../lib/release/index.js'
import { describeWhatIf } from '../../lib/report/index.js'
import { hiddenLayout } from '../allocator/fixture.js'
import { runScript } from './scripts.js'

const env = { LD_PRELOAD: hiddenLayout }

test("where glibc's layout is not proved a leak is found by its public calls, and the check says that it is coarse", async () => {
  const check = (await runScript('print(await checkRelease(() => fixture.leak(1, 200)))', { env, flags: ['--expose-gc'] })) as ReleaseCheck
  expect(check).toMatchObject({ verdict: 'still-live', coarse: true, live: [{ where: 'native', grows: true }] })
  // 200 bytes are a chunk of 208.
  expect(check.live[0]?.bytesPerCall).toBeGreaterThan(190)
  expect(check.live[0]?.bytesPerCall).toBeLessThan(230)
  const reason = expect.stringMatching(/glibc's private layout couldn't be proved/) as string
  expect(check.missing).toEqual([{ fields: ['pinnedBytes'], cause: 'layout', reason }])
  expect(describeWhatIf(check)).toMatch(/told coarsely: glibc's private layout couldn't be proved/)
})

test('where native memory is not known the answer is no verdict, and it names the cause', async () => {
  // Without a child, and with free lists that are too dear to walk, glibc doesn't tell what is in use.
  const body = `
    fixture.free(fixture.allocate(1_200_000, 100), 2)
    print(await checkRelease(() => 0, { whatIf: false, runs: 3 }))`
  const check = (await runScript(body, { env, flags: ['--expose-gc'] })) as ReleaseCheck
  expect(check).toMatchObject({ verdict: 'inconclusive', coarse: true })
  expect(check.summary).toMatch(/what native code has in use is not known, so that a leak there would not show/)
  expect(check.missing.find(({ fields }) => fields.includes('nativeBytes'))).toMatchObject({
    cause: 'budget',
    reason: expect.stringMatching(/over the budget of 200 ms/) as string,
  })
  expect(check.advice.join(' ')).toMatch(/What native code has in use is not known: walking the free lists was estimated/)
})

test('toNotLeakNative names the cause when the bytes in use are not known', () => {
  const root = path.join(__dirname, '..', '..')
  const program = `
    const { matchers } = require(${JSON.stringify(path.join(root, 'dist', 'jest', 'matchers.js'))})
    const fixture = require(${JSON.stringify(path.join(root, 'native', 'test', 'build', 'Release', 'fixture.node'))})
    fixture.free(fixture.allocate(1_200_000, 100), 2)
    const context = { isNot: false, promise: '', utils: {} }
    matchers.toNotLeakNative.call(context, () => 0, { whatIf: false, runs: 3 }).then(console.log, ({ code, message }) => console.log(code + ': ' + message))`
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', '-e', program], { env: { ...process.env, ...env }, encoding: 'utf8' })
  expect(stdout).toMatch(
    /^ERR_ALLOCSCOPE_UNSUPPORTED: toNotLeakNative needs the bytes that are in use, which glibc doesn't tell: walking the free lists/,
  )
})
