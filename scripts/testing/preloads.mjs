import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'

import { root } from '../lint/run-step.mjs'

/** Without those that start programs under allocators of their own, or answer by a script. */
const ofTheLive = 'test/allocator/(?!embedded|glibc-(?:layout|figures|versions))'
/** Those tests of a back end that aren't about glibc or the parsers. */
const ofAnyAllocator = ['counters', 'detection', 'own-report'].map((name) => `test/allocator/${name}`)

/**
 * The allocators under which the tests of the back ends run, with the name by which allocscope must call them. test/allocator-versions tries
 * further versions of these, each in a process of its own.
 */
const preloads = [
  { allocator: 'jemalloc', library: 'libjemalloc.so.2', tests: [ofTheLive] },
  { allocator: 'mimalloc', library: 'libmimalloc.so.2', tests: [ofTheLive] },
  { allocator: 'tcmalloc', library: 'libtcmalloc_minimal.so.4', tests: [ofTheLive] },
  { allocator: 'tbbmalloc', library: 'libtbbmalloc_proxy.so.2', tests: ofAnyAllocator },
  { allocator: 'scudo', library: '.cache/allocators/scudo-bookworm/library', tests: ofAnyAllocator },
  // An allocator that allocscope has no back end for, built with the fixture.
  { allocator: 'unknown', library: 'native/test/build/Release/unknown_malloc.node', tests: ofAnyAllocator },
]

function systemFileOf(library) {
  for (const command of ['ldconfig', '/sbin/ldconfig']) {
    const { stdout } = spawnSync(command, ['-p'], { encoding: 'utf8' })
    const line = (stdout ?? '').split('\n').find((one) => one.trim().startsWith(`${library} `))
    const file = line?.split('=> ')[1]
    if (file !== undefined && existsSync(file)) return file
  }
  return undefined
}

/** The file of a library that the system has, or of one under this checkout; undefined where it isn't there. */
export function fileOf(library) {
  if (!library.includes('/')) return systemFileOf(library)
  const file = path.join(root, library)
  return existsSync(file) ? realpathSync(file) : undefined
}

/** Each of them with its file; undefined when it isn't installed. */
export function findPreloads() {
  return preloads.map((preload) => ({ ...preload, file: fileOf(preload.library) }))
}
