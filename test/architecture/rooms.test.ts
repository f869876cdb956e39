import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')

/** Asks the lint script's own function, which is an ES module that Jest can't load, in a process of its own. */
function compareRooms(folder: string, rooms: 'libRooms' | 'nativeRooms'): readonly string[] {
  const program = `
    import { libRooms } from './scripts/lint/import-arrows.mjs'
    import { nativeRooms } from './scripts/lint/native-arrows.mjs'
    import { compareRooms } from './scripts/lint/rooms.mjs'
    console.log(JSON.stringify(compareRooms(process.argv[1], { libRooms, nativeRooms }[process.argv[2]])))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program, folder, rooms], {
    cwd: root,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as string[]
}

test('the rooms that are listed are those that are there', () => {
  expect(compareRooms(path.join(root, 'lib'), 'libRooms')).toEqual([])
  expect(compareRooms(path.join(root, 'native'), 'nativeRooms')).toEqual([])
})

test.each([
  ['libRooms', 'errors'],
  ['nativeRooms', 'platform'],
] as const)('%s: another folder, a room that is gone and a file outside of the rooms are refused', (rooms, known) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-test-'))
  try {
    mkdirSync(path.join(folder, 'foo'))
    mkdirSync(path.join(folder, known))
    writeFileSync(path.join(folder, 'stray.ts'), '')
    const wrong = compareRooms(folder, rooms)
    expect(wrong).toEqual(expect.arrayContaining([expect.stringMatching(/^foo\/ is no room/), expect.stringMatching(/^stray\.ts stands/)]))
    expect(wrong.filter((line) => line.endsWith("isn't there")).length).toBeGreaterThan(5)
    expect(wrong.some((line) => line.startsWith(known))).toBe(false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
