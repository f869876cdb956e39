import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readdirSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

import { readProfiles } from '../../../lib/profile/collect/index.js'
import type { LineProfile } from '../../../lib/profile/line-profile.js'
import { functionNamed, startCollected, withRecordFolder } from './collected.js'

/** The files of the one thread that a program had. */
interface ThreadFiles {
  readonly figures: string
  readonly rows: string
}

function fileIn(folder: string, extension: string): string {
  const found = readdirSync(folder).filter((name) => name.endsWith(extension))
  if (found.length !== 1) throw new Error(`${found.length} files end in ${extension}`)
  return path.join(folder, found[0] as string)
}

/** Reads the record of a program that ended by itself, after `spoil` has had its files. */
async function readSpoilt(spoil: (files: ThreadFiles) => void): Promise<LineProfile[]> {
  return withRecordFolder(async (folder) => {
    const child = startCollected('hybrid', folder, 'ends.cjs', { args: ['exit'] })
    child.stdout?.resume()
    await once(child, 'exit')
    spoil({ figures: fileIn(folder, '.figures'), rows: fileIn(folder, '.rows') })
    return [...readProfiles(folder)]
  })
}

function overwrite(file: string, bytes: Uint8Array, position: number): void {
  const descriptor = openSync(file, 'r+')
  expect(writeSync(descriptor, bytes, 0, bytes.length, position)).toBe(bytes.length)
  closeSync(descriptor)
}

function double(value: number): Uint8Array {
  return new Uint8Array(Float64Array.of(value).buffer)
}

test('a record begins with its magic and its version', async () => {
  const profiles = await readSpoilt(({ figures }) => {
    const record = readFileSync(figures)
    expect(record.toString('latin1', 0, 8)).toBe('ascprofl')
    expect(record.readDoubleLE(8)).toBe(3)
  })
  expect(functionNamed(profiles[0], 'works').calls).toBe(1)
})

const refused: readonly (readonly [string, (files: ThreadFiles) => void, RegExp])[] = [
  [
    'with another magic',
    ({ figures }) => {
      overwrite(figures, Buffer.from('ascprofi'), 0)
    },
    /\.figures isn't the record of a profile/,
  ],
  [
    'that is another file altogether',
    ({ figures }) => {
      writeFileSync(figures, 'a text of more than sixteen bytes')
    },
    /\.figures isn't the record of a profile/,
  ],
  [
    'of a newer version',
    ({ figures }) => {
      overwrite(figures, double(4), 8)
    },
    /\.figures was written by a newer version of allocscope/,
  ],
  [
    'of an older version',
    ({ figures }) => {
      overwrite(figures, double(2), 8)
    },
    /\.figures was written by another version of allocscope/,
  ],
  [
    'cut off within its first bytes',
    ({ figures }) => {
      truncateSync(figures, 10)
    },
    /\.figures is cut short/,
  ],
  [
    'cut off behind its header',
    ({ figures }) => {
      truncateSync(figures, 4096)
    },
    /\.figures is cut short/,
  ],
  [
    'whose rows are cut off',
    ({ rows }) => {
      truncateSync(rows, readFileSync(rows).length - 8)
    },
    /\.rows is cut short/,
  ],
]

test.each(refused)('a record %s is refused', async (_name, spoil, message) => {
  await expect(readSpoilt(spoil)).rejects.toMatchObject({
    code: 'ERR_ALLOCSCOPE_PROFILE_RECORD',
    message: expect.stringMatching(message) as string,
  })
})

test.each<[string, (files: ThreadFiles) => void]>([
  [
    'made its file alone',
    ({ figures }) => {
      truncateSync(figures, 0)
    },
  ],
  [
    'written nothing into it',
    ({ figures }) => {
      writeFileSync(figures, Buffer.alloc(readFileSync(figures).length))
    },
  ],
  [
    'begun with no more than the magic and the version',
    ({ figures }) => {
      overwrite(figures, double(0), 20 * 8)
    },
  ],
])('a thread that had %s when it was killed has no profile', async (_name, spoil) => {
  expect(await readSpoilt(spoil)).toEqual([])
})
