// Test runners: each runs one test that makes the call. The program is the runner's, so its exit code is 0.
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { root } from '../kit.mjs'
import { prepareBy } from '../start.mjs'
import { lacking, nodeOf, versionOf } from './node.mjs'
import { bun, deno } from './other-runtimes.mjs'

const group = 'Test runners'
const node = nodeOf(24)

const making = (expect) => `import * as allocscope from 'allocscope'
import { main } from './calls.mjs'
const make = () => main(allocscope, { exitCode: 0, expect: ${expect} })
`

/** A test's file: what is imported from the runner, its `expect`, and how a test is declared. Those of the matcher also import the matchers. */
function testFiles(name, { from, expect, declare = "test('a call', make, 60_000)" }) {
  const file = [from, making(expect ?? 'undefined'), declare, ''].join('\n')
  return { [name]: file, [name.replace('call', 'matcher')]: `import 'allocscope/jest'\n${file}` }
}

/** As package.json pins them. */
const pinned = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).devDependencies

async function withRunner(kit, runner, files) {
  const app = kit.project(runner, files)
  await prepareBy({ argv: ['npm', 'install', '--no-audit', '--no-fund', '--silent', kit.tarball, `${runner}@${pinned[runner]}`], cwd: app })
  return app
}

function lines(cwd, argv, extension) {
  return {
    call: (key, own) => ({
      argv: [...argv, `${key === 'matcher' ? key : 'call'}.test.${extension}`],
      cwd,
      env: { MATRIX_CALL: key, ...own },
    }),
  }
}

const place = (name, about, file, version, prepare) => ({
  group,
  name,
  about,
  exitCode: 0,
  buffersByMalloc: file === node,
  hasExpect: !/node|deno/.test(name),
  missing: () => lacking(file, path.basename(file)),
  version: () =>
    version?.replace('^', '') ??
    versionOf(file)
      .replace(/^deno (\S+).*/, 'Deno $1')
      .replace(/^(?=\d)/, 'Bun '),
  prepare,
})

const jestFiles = Object.fromEntries(
  Object.entries({ call: '', matcher: "require('allocscope/jest')\n" }).map(([name, before]) => [
    `${name}.test.js`,
    `${before}test('a call', () => require('./calls.cjs').main(require('allocscope'), { exitCode: 0, expect }), 60_000)\n`,
  ]),
)

export const testRunners = [
  place('node --test', undefined, node, undefined, async (kit) => {
    const files = testFiles('call.test.mjs', { from: "import test from 'node:test'", declare: "test('a call', make)" })
    return lines(kit.installed('node-test', files), [node, '--test'], 'mjs')
  }),
  place('Jest', undefined, node, `Jest ${pinned.jest}`, async (kit) => {
    return lines(await withRunner(kit, 'jest', jestFiles), [node, 'node_modules/jest/bin/jest.js'], 'js')
  }),
  place('Vitest', undefined, node, `Vitest ${pinned.vitest}`, async (kit) => {
    const files = testFiles('call.test.mjs', { from: "import { expect, test } from 'vitest'", expect: 'expect' })
    return lines(await withRunner(kit, 'vitest', files), [node, 'node_modules/vitest/vitest.mjs', 'run'], 'mjs')
  }),
  place('bun test', undefined, bun, undefined, async (kit) => {
    const files = testFiles('call.test.mjs', { from: "import { expect, test } from 'bun:test'", expect: 'expect' })
    return lines(kit.installed('bun-test', files), [bun, 'test'], 'mjs')
  }),
  place('deno test', '`deno test -A`', deno, undefined, async (kit) => {
    const files = testFiles('call.test.mjs', { from: '', declare: "Deno.test('a call', make)" })
    return lines(kit.installed('deno-test', files), [deno, 'test', '-A', '--unstable-detect-cjs'], 'mjs')
  }),
]
