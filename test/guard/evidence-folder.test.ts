import { chmodSync, closeSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { makeEvidenceFolder, takeWritingLock } from '../../lib/guard/evidence-folder.js'

const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

let roots = 0
function newRoot(): string {
  return path.join(folder, `root-${roots++}`)
}

test('the folder is of its user alone, and removing it leaves the root', () => {
  const root = path.join(newRoot(), 'below')
  const { folder: own, remove } = makeEvidenceFolder(root)
  expect(path.basename(own)).toMatch(new RegExp(`^\\d{8}T\\d{9}Z-${process.pid}$`))
  expect([root, own].map((each) => statSync(each).mode & 0o777)).toEqual([0o700, 0o700])
  expect(statSync(path.join(own, 'guard.jsonl')).mode & 0o777).toBe(0o600)
  remove()
  expect(readdirSync(root)).toEqual([])
})

test.each<readonly [string, (root: string) => void, string]>([
  [
    'a folder that others may enter',
    (root) => {
      mkdirSync(root)
      chmodSync(root, 0o755)
    },
    'others may enter it: it must be for its user alone (chmod 700)',
  ],
  [
    'a link to a folder',
    (root) => {
      mkdirSync(`${root}-real`, { mode: 0o700 })
      symlinkSync(`${root}-real`, root)
    },
    'there is something of that name, which is no folder',
  ],
])('%s is refused', (_title, prepare, reason) => {
  const root = newRoot()
  prepare(root)
  expect(() => makeEvidenceFolder(root)).toThrow(
    expect.objectContaining({ code: 'ERR_ALLOCSCOPE_GUARD', message: `${root}: ${reason}` }) as Error,
  )
})

test('the lock is one at a time, is free again when it is closed, and follows no link', () => {
  const root = newRoot()
  mkdirSync(root, { mode: 0o700 })
  const lock = takeWritingLock(root) as number
  expect(takeWritingLock(root)).toBeUndefined()
  closeSync(lock)
  const again = takeWritingLock(root) as number
  expect(again).toBeGreaterThan(2)
  closeSync(again)
  rmSync(path.join(root, 'writing.lock'))
  symlinkSync(path.join(root, 'elsewhere'), path.join(root, 'writing.lock'))
  expect(() => takeWritingLock(root)).toThrow(expect.objectContaining({ code: 'ERR_ALLOCSCOPE_GUARD', syscall: 'open' }) as Error)
  expect(readdirSync(root)).toEqual(['writing.lock'])
})

test('of those that have ended the last seven are kept beside the new one, and what is not a guard’s stays', () => {
  const root = newRoot()
  mkdirSync(root, { mode: 0o700 })
  const names = Array.from({ length: 10 }, (_, index) => `20200101T00000000${index}Z-7`)
  for (const name of names) {
    mkdirSync(path.join(root, name))
    writeFileSync(path.join(root, name, 'guard.jsonl'), '')
  }
  writeFileSync(path.join(root, 'notes.txt'), '')
  const { folder: own } = makeEvidenceFolder(root)
  expect(readdirSync(root)).toEqual([...names.slice(3), path.basename(own), 'notes.txt'])
})

test('the folder of a process that runs is kept, however old', () => {
  const root = newRoot()
  // This process holds their locks.
  const made = Array.from({ length: 9 }, () => {
    const { folder: own } = makeEvidenceFolder(root)
    // The name has the millisecond.
    const madeMs = Date.now()
    while (Date.now() === madeMs) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    return path.basename(own)
  })
  expect(readdirSync(root)).toEqual(made)
})
