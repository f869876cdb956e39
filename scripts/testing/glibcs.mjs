import { existsSync, readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'

import { root } from '../lint/run-step.mjs'

/** The settings of malloc under which its layout is proved, each on every glibc. */
export const mallocSettings = [
  {},
  { MALLOC_TOP_PAD_: '67108864' },
  { MALLOC_MMAP_THRESHOLD_: '1073741824' },
  { MALLOC_MMAP_MAX_: '0' },
  { MALLOC_ARENA_MAX: '1' },
  { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0' },
]

const folder = path.join(root, '.cache', 'glibc')

/** The glibcs that scripts/install-glibcs.sh installed, and how to enter each: by its own loader, among its own libraries. */
export function installedGlibcs() {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((suite) => existsSync(path.join(folder, suite, 'version')))
    .map((suite) => ({
      suite,
      version: readFileSync(path.join(folder, suite, 'version'), 'utf8').trim(),
      command: [path.join(folder, suite, 'loader'), '--library-path', path.join(folder, suite, 'lib')],
    }))
}

/** The Node binaries of scripts/install-test-tools.sh. */
export function installedNodes() {
  const nodes = path.join(root, '.cache', 'node')
  if (!existsSync(nodes)) return []
  return readdirSync(nodes)
    .map((major) => ({ major: Number(major), binary: path.join(nodes, major, 'bin', 'node') }))
    .filter(({ binary }) => existsSync(binary))
}

/** The command of one start of glibc-start.cjs. */
export function glibcStart(node, enter, moment, thread) {
  return [...enter, node, '--expose-gc', path.join(root, 'scripts', 'testing', 'glibc-start.cjs'), moment, thread]
}
