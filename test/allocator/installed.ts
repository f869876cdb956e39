import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'

import { findAllocatorLibrary, parseLinkerCache } from '../../lib/program/allocator-library.js'
import { notInstalled, testWhere } from '../installed/test-where.js'
import type { Declare } from '../installed/test-where.js'
import { fixtureBuild } from './fixture.js'

/** jemalloc under the prefix of Rust's crates, built by scripts/build-private-jemalloc.sh. */
export const privateJemalloc = path.join(fixtureBuild, 'libprivate_jemalloc.so')

export type InstallableLibrary = 'private jemalloc' | 'jemalloc' | 'mimalloc' | 'tcmalloc' | 'tbbmalloc'

/** An allocator that allocscope has no back end for. */
function findTbbmalloc(): string | undefined {
  const { status, stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' })
  return status === 0 ? parseLinkerCache(stdout).get('libtbbmalloc_proxy.so.2')?.[0] : undefined
}

function find(what: Exclude<InstallableLibrary, 'tbbmalloc' | 'private jemalloc'>): string | undefined {
  try {
    return findAllocatorLibrary(what)
  } catch {
    return undefined
  }
}

/** The file of an allocator's library; undefined where it isn't installed. */
export function findInstalled(what: InstallableLibrary): string | undefined {
  if (what === 'private jemalloc') return existsSync(privateJemalloc) ? privateJemalloc : undefined
  return what === 'tbbmalloc' ? findTbbmalloc() : find(what)
}

/** Declares tests that need these libraries. One that isn't installed is a skip that says so, and in CI a failure. */
export function testWhereInstalled(needed: InstallableLibrary | readonly InstallableLibrary[], declare: Declare = test): Declare {
  const missing = [needed].flat().find((what) => findInstalled(what) === undefined)
  return testWhere(missing && notInstalled(missing), declare)
}
