import { existsSync } from 'node:fs'
import path from 'node:path'

import { testWhere } from '../../installed/test-where.js'
import type { Declare } from '../../installed/test-where.js'

/** The folder of the packages. */
export const packages = path.join(__dirname, '..', '..', '..', '.cache', 'embedded', 'node_modules')

/** Loads the packages in a script, and gives each work of a known size. An expression for the top of a script. */
export const packagesScript = `
  const packages = ${JSON.stringify(`${packages}/`)}
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000"><circle r="300" cx="400" cy="400" fill="red"/></svg>'
  // A Buffer of 1000 x 1000 pixels of four bytes, which the addon's own allocator holds.
  const render = () => new (require(packages + '@resvg/resvg-js').Resvg)(svg).render().pixels
  const source = (count) => Array.from({ length: count }, (_, i) => 'const a' + i + ' = (x) => x?.y ?? ' + i + '; class C' + i + ' { #p = 1 }').join('\\n')
  const parse = () => require(packages + 'oxc-parser').parseSync('a.js', source(20_000)).program
  const transform = () => require(packages + '@swc/core').transformSync(source(1000), { jsc: { target: 'es5' } })
  const bundle = async () => {
    const bundled = await require(packages + 'rolldown').rolldown({
      input: 'entry',
      plugins: [{ name: 'entry', resolveId: (id) => id, load: () => source(2000) + '\\nexport default [C1]' }],
    })
    await bundled.generate({})
  }
  // A program of its own: rspack reads files.
  const pack = (entry) => new Promise((resolve, reject) => {
    const done = (error) => (error === null ? resolve() : reject(error))
    require(require.resolve('@rspack/core', { paths: [packages] })).rspack({ mode: 'none', entry, output: { path: require('node:os').tmpdir(), filename: 'packed-' + process.pid + '.js' } }, done)
  })
  let connection
  const connect = async () => (connection ??= await (await require(packages + '@duckdb/node-api').DuckDBInstance.create(':memory:')).connect())
  let tables = 0
  // 500,000 rows of two columns of eight bytes.
  const createTable = async () =>
    (await connect()).run('create table t' + tables++ + ' as select hash(i) h, hash(i + ' + tables + ') k from range(500000) r(i)')
`

const missing = existsSync(path.join(packages, '..', 'installed'))
  ? undefined
  : 'packages with an allocator of their own are not installed (scripts/install-packages.sh installs them)'

/** Declares tests that need the packages. */
export function testWithPackages(declare: Declare = test): Declare {
  return testWhere(missing, declare)
}
