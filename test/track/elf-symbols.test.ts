import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { fixtureFile } from '../allocator/fixture.js'
import { findSymbols } from '../../lib/track/elf-symbols.js'

/** Functions as binutils find them: name, first and last address. */
function functionsByNm(file: string): readonly { readonly name: string; readonly begin: number; readonly bytes: number }[] {
  const text = execFileSync('nm', ['-S', '--defined-only', file], { encoding: 'utf8' })
  return text.split('\n').flatMap((line) => {
    const [, begin, bytes, name] = /^([0-9a-f]+) ([0-9a-f]+) [tTwWi] (.+)$/.exec(line) ?? []
    return name === undefined ? [] : [{ name, begin: Number.parseInt(begin as string, 16), bytes: Number.parseInt(bytes as string, 16) }]
  })
}

test('every function is named as nm does, at its first and its last byte', () => {
  const functions = functionsByNm(fixtureFile)
  expect(functions.length).toBeGreaterThan(50)
  const addresses = functions.flatMap(({ begin, bytes }) => [begin, begin + bytes - 1])
  const found = findSymbols(fixtureFile, addresses)
  // Several names may be of one function, as those of constructors are.
  const namesAt = (address: number): readonly string[] =>
    functions.filter(({ begin, bytes }) => address >= begin && address < begin + bytes).map(({ name }) => name.replace(/@.*$/, ''))
  const wrong = addresses.filter((address) => !namesAt(address).includes(found.get(address) ?? ''))
  expect(wrong).toEqual([])
})

test('an address outside of every function, and a file that is no ELF file or is none, have no names', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elf-'))
  const file = path.join(folder, 'text')
  writeFileSync(file, 'no ELF file'.repeat(100))
  expect(findSymbols(fixtureFile, [1]).size).toBe(0)
  expect(findSymbols(file, [1]).size).toBe(0)
  expect(findSymbols(path.join(folder, 'missing'), [1]).size).toBe(0)
  rmSync(folder, { recursive: true })
})
