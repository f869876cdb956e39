import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'

import { parseLinkerCache } from '../../lib/program/allocator-library.js'
import type { AllocatorStats } from '../../lib/allocator/index.js'

const root = path.join(__dirname, '..', '..')

/** An allocator of one version, under which a process is started. */
export interface AllocatorVersion {
  readonly title: string
  /** Its row in README.md's table. */
  readonly row: string
  readonly allocator: AllocatorStats['allocator']
  /** A library of the system's by its name, or a folder of .cache/allocators. */
  readonly from: string
  /** What it says of itself; undefined where it says nothing, or the system's may be any. */
  readonly version?: RegExp
  /** Why it can't tell what is in use; undefined where it does. */
  readonly uncounted?: RegExp
  /** What a block of 300 bytes costs: the size class above it, and a header if there is one. */
  readonly blockBytes: number
  /** How many freed bytes it may keep in a queue, which its report counts as in use and its property doesn't. */
  readonly queueBytes?: number
  /** Why no purge may be tried in a forked child; undefined where it is. */
  readonly unforkable?: RegExp
}

const passesOver = /mi_heap_visit_blocks passes over full pages/

export const versions: readonly AllocatorVersion[] = [
  { title: "jemalloc, the system's", row: 'jemalloc', allocator: 'jemalloc', from: 'libjemalloc.so.2', blockBytes: 320 },
  { title: 'jemalloc 5.3.1', row: 'jemalloc', allocator: 'jemalloc', from: 'jemalloc-sid', version: /^5\.3\.[1-9]/, blockBytes: 320 },
  {
    title: "mimalloc 2, the system's",
    row: 'mimalloc 2',
    allocator: 'mimalloc',
    from: 'libmimalloc.so.2',
    version: /^2\.\d+\.\d+$/,
    blockBytes: 320,
  },
  {
    title: 'mimalloc 3.0.1',
    row: 'mimalloc 3.0',
    allocator: 'mimalloc',
    from: 'mimalloc-trixie',
    version: /^3\.0\.1$/,
    uncounted: passesOver,
    blockBytes: 320,
  },
  {
    title: 'mimalloc 3.6',
    row: 'mimalloc 3.6',
    allocator: 'mimalloc',
    from: 'mimalloc-sid',
    version: /^3\.([6-9]|\d\d)\.\d+$/,
    blockBytes: 320,
  },
  { title: "tcmalloc, the system's", row: 'gperftools tcmalloc', allocator: 'tcmalloc', from: 'libtcmalloc_minimal.so.4', blockBytes: 320 },
  {
    title: 'tcmalloc 2.18',
    row: 'gperftools tcmalloc',
    allocator: 'tcmalloc',
    from: 'tcmalloc-sid',
    version: /^2\.(1[89]|[2-9]\d)/,
    blockBytes: 320,
  },
  // Guards, and a record of who allocated.
  {
    title: 'tcmalloc, its debug build',
    row: 'gperftools tcmalloc',
    allocator: 'tcmalloc',
    from: 'libtcmalloc_minimal_debug.so.4',
    blockBytes: 400,
    queueBytes: 10 * 2 ** 20,
    unforkable: /may hang under tcmalloc's debug build/,
  },
  {
    title: "tbbmalloc, the system's",
    row: "oneTBB's tbbmalloc",
    allocator: 'tbbmalloc',
    from: 'libtbbmalloc_proxy.so.2',
    uncounted: /has no call that tells/,
    blockBytes: 320,
  },
  {
    title: 'rpmalloc 2.0.1',
    row: 'rpmalloc',
    allocator: 'rpmalloc',
    from: 'rpmalloc-sid',
    uncounted: /built without statistics/,
    blockBytes: 320,
  },
  { title: 'scudo 14', row: 'scudo', allocator: 'scudo', from: 'scudo-bookworm', blockBytes: 320 },
]

/** How to start node under a version: a program, its arguments before node's, and what it needs of the environment. */
export interface Entry {
  readonly program: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
}

function systemLibrary(name: string): string | undefined {
  const { status, stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' })
  return status === 0 ? parseLinkerCache(stdout).get(name)?.[0] : undefined
}

/** Undefined where it isn't installed. A library for a newer glibc is entered through that glibc's own loader. */
export function entryUnder({ from }: AllocatorVersion): Entry | undefined {
  const { LD_PRELOAD: _preload, ...environment } = process.env
  const folder = path.join(root, '.cache', 'allocators', from)
  const library = from.endsWith('.so') || from.includes('.so.') ? systemLibrary(from) : path.join(folder, 'library')
  if (library === undefined || !existsSync(library)) return undefined
  const file = realpathSync(library)
  const loader = path.join(folder, 'loader')
  if (!existsSync(loader)) return { program: process.execPath, args: [], environment: { ...environment, LD_PRELOAD: file } }
  const args = ['--library-path', realpathSync(path.join(folder, 'runtime')), '--preload', file, process.execPath]
  return { program: realpathSync(loader), args, environment }
}
