// Versions of Node, each with everything: calls, preloads, commands.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { root } from '../kit.mjs'

const installs = 'scripts/install-test-tools.sh installs it'

export function nodeOf(major) {
  return path.join(root, '.cache', 'node', String(major), 'bin', 'node')
}

export function lacking(file, what) {
  return existsSync(file) ? undefined : `${what} isn't installed: ${installs}`
}

/** What the executable says of itself. */
export function versionOf(file, args = ['--version']) {
  return execFileSync(file, args, { encoding: 'utf8' }).trim().split('\n')[0]
}

/**
 * How programs are started that an installed package serves: `runtime` is the executable with its flags, `around` what is before it, `preload` the flag
 * that loads a file first.
 */
export function linesFor({
  app,
  runtime,
  around = [],
  preload = '--import',
  preloaded = (key) => `allocscope/${key}`,
  env = {},
  entry = 'main.cjs',
  temp,
}) {
  const cli = path.join(app, 'node_modules', 'allocscope', 'dist', 'cli', 'main.js')
  const line = (rest, own = {}) => ({ argv: [...around, ...runtime, ...rest], cwd: app, env: { ...env, ...own } })
  return {
    temp,
    call: (key, own) => line([entry], { MATRIX_CALL: key, ...own }),
    preload: preload === undefined ? undefined : (key, own) => line([preload, preloaded(key), 'ends.mjs'], own),
    program: (file) => line([file]),
    command: (args) => line([cli, ...args]),
  }
}

function nodePlace(major) {
  const node = nodeOf(major)
  return {
    group: 'Node',
    name: `Node ${major}`,
    missing: () => lacking(node, `Node ${major}`),
    version: () => versionOf(node),
    buffersByMalloc: true,
    prepare: ({ app }) => linesFor({ app, runtime: [node] }),
  }
}

export const nodePlaces = [20, 22, 24, 26].map(nodePlace)
