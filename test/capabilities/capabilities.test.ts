import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { getCapabilities } from '../../lib/capabilities/index.js'
import type { Capabilities } from '../../lib/capabilities/index.js'
import { sizeOf } from '../../lib/heap/index.js'
import { run } from '../profile/profiled-program.js'

function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return undefined
}

test('object sizes are said to be supported where a size is given', () => {
  const { objectSizes } = getCapabilities()
  expect(objectSizes.supported).toBe(thrownBy(() => sizeOf({})) === undefined)
})

test('without the addon they are said not to be, with the reason', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-capabilities-'))
  try {
    for (const part of ['dist', 'package.json']) cpSync(path.resolve(part), path.join(folder, part), { recursive: true })
    symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'))
    const code = `console.log(JSON.stringify(require(${JSON.stringify(path.join(folder, 'dist'))}).getCapabilities()))`
    const { stdout } = await run(process.execPath, ['-e', code])
    const { objectSizes } = JSON.parse(stdout) as Capabilities
    expect(objectSizes).toMatchObject({
      supported: false,
      reason: expect.stringMatching(/no native binary that loads on linux-/) as string,
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
