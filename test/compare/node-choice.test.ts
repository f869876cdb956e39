import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { findNode } from '../../lib/compare/node-choice.js'

const home = mkdtempSync(path.join(tmpdir(), 'node-choice-'))
afterAll(() => {
  rmSync(home, { recursive: true })
})

/** A Node that says it is another version, where a version manager would keep it. */
function install(version: string, ...place: readonly string[]): string {
  const file = path.join(home, ...place)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
  return file
}

const places = { env: { PATH: path.join(home, 'bin'), N_PREFIX: path.join(home, 'n') }, home }
const find = (text: string): { readonly file: string; readonly version: string } => findNode('--node', text, places)

test('a file, a version of this Node, one on the PATH, and those of version managers, the newest first', () => {
  const link = path.join(home, 'some-node')
  symlinkSync(process.execPath, link)
  expect(find(link)).toEqual({ label: `node ${process.versions.node}`, file: link, version: process.version })
  const [major = ''] = process.versions.node.split('.')
  expect(find(major).file).toBe(process.execPath)
  expect(find(process.version).file).toBe(process.execPath)

  const onPath = install('v61.0.0', 'bin', 'node61')
  install('v61.9.9', '.nvm', 'versions', 'node', 'v61.9.9', 'bin', 'node')
  expect(find('61').file).toBe(onPath)

  install('v62.9.1', '.nvm', 'versions', 'node', 'v62.9.1', 'bin', 'node')
  const newest = install('v62.10.0', '.local', 'share', 'fnm', 'node-versions', 'v62.10.0', 'installation', 'bin', 'node')
  const volta = install('v62.2.0', '.volta', 'tools', 'image', 'node', '62.2.0', 'bin', 'node')
  const ofN = install('v63.0.0', 'n', 'n', 'versions', 'node', '63.0.0', 'bin', 'node')
  expect(find('62')).toMatchObject({ file: newest, version: 'v62.10.0' })
  expect(find('62.2').file).toBe(volta)
  expect(find('v63').file).toBe(ofN)
})

test.each([
  ['64', 'ERR_ALLOCSCOPE_PROGRAM', /no Node 64 was found \(.*\.nvm.*\); give --node the file/],
  ['6', 'ERR_ALLOCSCOPE_PROGRAM', /no Node 6 /],
  ['latest', 'ERR_INVALID_ARG_VALUE', /"--node" must be a version/],
  ['', 'ERR_INVALID_ARG_VALUE', /"--node"/],
  ['/no/such/node', 'ERR_ALLOCSCOPE_PROGRAM', /\/no\/such\/node is no Node/],
])('%p is refused', (text, code, message) => {
  const refused = jest.fn(() => find(text))
  expect(refused).toThrow(message)
  expect(refused).toThrow(expect.objectContaining({ code }))
})
