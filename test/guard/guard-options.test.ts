import path from 'node:path'

import { readGuardVariables } from '../../lib/guard/index.js'
import { endOf } from '../pressure/ended-program.js'
import { startGuarded } from './guarded-program.js'

test('without a variable, and with all of them', () => {
  const plain = { root: path.resolve('allocscope-guard'), thresholds: {}, snapshotFactor: undefined, release: false }
  expect(readGuardVariables({})).toEqual(plain)
  const names = ['FOLDER', 'HEADROOM', 'SECONDS', 'PSI', 'SNAPSHOT', 'RELEASE'].map((name) => `ALLOCSCOPE_GUARD_${name}`)
  expect(readGuardVariables(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(plain)
  expect(
    readGuardVariables({
      ALLOCSCOPE_GUARD_FOLDER: '/var/evidence',
      ALLOCSCOPE_GUARD_HEADROOM: '64MiB',
      ALLOCSCOPE_GUARD_SECONDS: '2.5',
      ALLOCSCOPE_GUARD_PSI: '20',
      ALLOCSCOPE_GUARD_SNAPSHOT: '1',
      ALLOCSCOPE_GUARD_RELEASE: '1',
    }),
  ).toEqual({
    root: '/var/evidence',
    thresholds: { headroomBytes: 64 * 2 ** 20, headroomSeconds: 2.5, psi: 20 },
    snapshotFactor: 150,
    release: true,
  })
  expect(readGuardVariables({ ALLOCSCOPE_GUARD_SNAPSHOT: '30' }).snapshotFactor).toBe(30)
  expect(readGuardVariables({ ALLOCSCOPE_GUARD_SNAPSHOT: '0' }).snapshotFactor).toBeUndefined()
})

test.each([
  ['ALLOCSCOPE_GUARD_HEADROOM', 'much', 'ERR_INVALID_ARG_VALUE'],
  ['ALLOCSCOPE_GUARD_HEADROOM', '0', 'ERR_INVALID_ARG_VALUE'],
  ['ALLOCSCOPE_GUARD_SECONDS', '-1', 'ERR_INVALID_ARG_VALUE'],
  ['ALLOCSCOPE_GUARD_SECONDS', '0', 'ERR_OUT_OF_RANGE'],
  ['ALLOCSCOPE_GUARD_PSI', '101', 'ERR_OUT_OF_RANGE'],
  ['ALLOCSCOPE_GUARD_SNAPSHOT', 'yes', 'ERR_INVALID_ARG_VALUE'],
  ['ALLOCSCOPE_GUARD_RELEASE', '2', 'ERR_INVALID_ARG_VALUE'],
])('%s=%s is refused', (name, text, code) => {
  const read = (): unknown => readGuardVariables({ [name]: text })
  expect(read).toThrow(expect.objectContaining({ code, message: expect.stringContaining(name) as unknown }) as Error)
})

test('the program runs without a guard where there can be none, and says why', async () => {
  const { code, stdout, stderr } = await endOf(
    startGuarded({ root: '/proc/allocscope-guard', program: '', variables: { ALLOCSCOPE_GUARD_PSI: 'high' } }),
  )
  expect(stderr).toMatch(
    /^allocscope: the program runs without a guard: The argument "ALLOCSCOPE_GUARD_PSI" must be a number\. Received 'high' \[ERR_INVALID_ARG_VALUE\]\n/,
  )
  // The program itself looks for the guard's folder.
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})
