// Package managers that lay out node_modules in ways of their own, or have none.
import path from 'node:path'

import { prepareBy } from '../start.mjs'
import { lacking, nodeOf, versionOf } from './node.mjs'

const group = 'Package managers'
const node = nodeOf(24)
const managers = { pnpm: 'pnpm@10', yarn: '@yarnpkg/cli-dist@4' }

/** The package manager itself, from npm. */
async function manager(kit, name) {
  const folder = kit.project(`manager-${name}`)
  await prepareBy({ argv: ['npm', 'install', '--no-audit', '--no-fund', '--silent', managers[name]], cwd: folder })
  const bin = { pnpm: 'pnpm/bin/pnpm.cjs', yarn: '@yarnpkg/cli-dist/bin/yarn.js' }[name]
  return [node, path.join(folder, 'node_modules', bin)]
}

const place = (name, about, prepare) => ({
  group,
  name,
  about,
  missing: () => lacking(node, 'Node 24'),
  version: () => `Node ${versionOf(node)}`,
  buffersByMalloc: true,
  prepare,
})

const env = { PATH: `${path.dirname(node)}:${process.env.PATH}` }

function lines(cwd, { call, preload, command, own = {} }) {
  const line = (argv, more) => ({ argv, cwd, env: { ...env, ...own, ...more } })
  return {
    call: (key, more) => line([...call, 'main.cjs'], { MATRIX_CALL: key, ...more }),
    preload: (key, more) => line([...preload, `allocscope/${key}`, 'ends.mjs'], more),
    program: (file) => line([...call, file]),
    command: (args) => line([...command, ...args]),
  }
}

const npm = place('npm', '`npx allocscope`', ({ app }) =>
  lines(app, { call: [node], preload: [node, '--import'], command: ['npx', '--no-install', 'allocscope'] }),
)

const pnpm = place('pnpm', '`pnpm add`, `pnpm exec allocscope`', async (kit) => {
  const run = await manager(kit, 'pnpm')
  const app = kit.project('pnpm')
  await prepareBy({ argv: [...run, 'add', kit.tarball], cwd: app, env })
  return lines(app, { call: [node], preload: [node, '--import'], command: [...run, 'exec', 'allocscope'] })
})

const plugAndPlay = place(
  'Yarn PnP',
  '`yarn add`, `yarn node`, `yarn allocscope`, preloads by `--require`: Node looks for what `--import` names without PnP',
  async (kit) => {
    const run = await manager(kit, 'yarn')
    // Yarn asks a registry of its own, unless it is told npm's.
    const registry = (await prepareBy({ argv: ['npm', 'config', 'get', 'registry'], cwd: kit.folder })).trim()
    const settings = { nodeLinker: 'pnp', enableTelemetry: false, enableGlobalCache: false, npmRegistryServer: registry }
    const app = kit.project('yarn', { 'yarn.lock': '', '.yarnrc.yml': JSON.stringify(settings) })
    await prepareBy({ argv: [...run, 'add', `allocscope@file:${kit.tarball}`], cwd: app, env })
    return lines(app, { call: [...run, 'node'], preload: [...run, 'node', '--require'], command: [...run, 'allocscope'] })
  },
)

export const installers = [npm, pnpm, plugAndPlay]
