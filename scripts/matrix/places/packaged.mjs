// Programs that a bundler made, with the lines of docs/bundles.md, a single executable application, and a startup snapshot.
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { root } from '../kit.mjs'
import { prepareBy } from '../start.mjs'
import { lacking, nodeOf, versionOf } from './node.mjs'

const bundlers = path.join(root, '.cache', 'bundlers', 'node_modules')
const installedHere = path.join(root, 'node_modules')
const group = 'Packaged'

/** The line of the docs that begins so, for our entry. */
function documented(beginning) {
  return readFileSync(path.join(root, 'docs', 'bundles.md'), 'utf8')
    .split('\n')
    .find((line) => line.startsWith(beginning))
}

const callOf = (argv, cwd) => ({ call: (key, own) => ({ argv, cwd, env: { MATRIX_CALL: key, ...own } }) })

function bundler(name, modules, made, build, about, folder = name) {
  const packageFile = path.join(modules, name.replace('ncc', '@vercel/ncc'), 'package.json')
  return {
    group,
    name,
    about,
    missing: () => lacking(packageFile, name),
    version: () => `${name} ${JSON.parse(readFileSync(packageFile, 'utf8')).version}, Node ${process.version}`,
    buffersByMalloc: true,
    prepare: async (kit) => {
      const app = kit.installed(folder, { 'webpack.config.cjs': webpackConfig() })
      await prepareBy({ argv: ['sh', '-c', build], cwd: app, env: { PATH: `${path.join(modules, '.bin')}:${process.env.PATH}` } })
      return callOf([process.execPath, made], app)
    },
  }
}

function webpackConfig() {
  const output = `output: { path: __dirname + '/out', filename: 'webpack.cjs' }`
  const config = `{ mode: 'production', target: 'node', context: __dirname, entry: './main.mjs', ${output}, ${documented('externals')} }`
  const webpack = JSON.stringify(path.join(bundlers, 'webpack'))
  return `require(${webpack})(${config}, (error, stats) => process.exit(error || stats.hasErrors() ? 1 : 0))\n`
}

const line = (name) => documented(`${name} `)
const takenIn = line('esbuild').replace('--external:allocscope ', '')

/** Beside an executable, or in the current folder, `require` finds the package. */
const beside = (where) =>
  `const load = require('node:module').createRequire(${where})\nconst run = () => void load('./calls.cjs').main(load('allocscope'))\n`

const single = {
  group,
  name: 'single executable',
  about: '`node --build-sea`',
  missing: () => lacking(nodeOf(26), 'Node 26'),
  version: () => versionOf(nodeOf(26)),
  buffersByMalloc: true,
  prepare: async (kit) => {
    const config = { main: 'sea.cjs', output: 'sea', disableExperimentalSEAWarning: true }
    const files = { 'sea.cjs': `${beside('process.execPath')}run()\n`, 'sea.json': JSON.stringify(config) }
    const app = kit.installed('sea', files)
    await prepareBy({ argv: [nodeOf(26), '--build-sea', 'sea.json'], cwd: app })
    return callOf(['./sea'], app)
  },
}

const snapshot = {
  group,
  name: 'startup snapshot',
  about: '`node --build-snapshot`, loaded once it is deserialised',
  missing: () => lacking(nodeOf(24), 'Node 24'),
  version: () => versionOf(nodeOf(24)),
  buffersByMalloc: true,
  prepare: async (kit) => {
    const code = `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => {\n${beside("process.cwd() + '/'")}run()\n})\n`
    const app = kit.installed('snapshot', { 'snapshot.cjs': code })
    await prepareBy({ argv: [nodeOf(24), '--snapshot-blob', 'app.blob', '--build-snapshot', 'snapshot.cjs'], cwd: app })
    return callOf([nodeOf(24), '--snapshot-blob', 'app.blob'], app)
  },
}

export const packaged = [
  bundler('esbuild', installedHere, 'out/esbuild.cjs', line('esbuild'), 'allocscope external'),
  bundler('rollup', bundlers, 'out/rollup.cjs', line('rollup'), 'allocscope external'),
  bundler('webpack', bundlers, 'out/webpack.cjs', 'node webpack.config.cjs', 'allocscope external'),
  bundler('ncc', bundlers, 'out/ncc/index.mjs', line('ncc'), 'allocscope external'),
  {
    ...bundler('esbuild', installedHere, 'out/esbuild.cjs', takenIn, 'allocscope taken into the bundle', 'taken-in'),
    name: 'esbuild, taken in',
  },
  single,
  snapshot,
]
