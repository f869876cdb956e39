import { existsSync } from 'node:fs'
import path from 'node:path'

import { findAllocatorLibrary } from '../../lib/program/allocator-library.js'
import { fixtureBuild } from './fixture.js'

/** jemalloc under the prefix of Rust's crates, built by scripts/build-private-jemalloc.sh. */
export const privateJemalloc = path.join(fixtureBuild, 'libprivate_jemalloc.so')

function isFound(allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc'): boolean {
  try {
    return existsSync(findAllocatorLibrary(allocator))
  } catch {
    return false
  }
}

/** `test`, or `test.skip` with the reason printed where something isn't installed. In CI everything must be. */
export function testWhereInstalled(what: 'private jemalloc' | 'jemalloc' | 'mimalloc' | 'tcmalloc'): jest.It {
  const installed = what === 'private jemalloc' ? existsSync(privateJemalloc) : isFound(what)
  const isCi = (process.env['CI'] ?? '') !== ''
  if (installed || isCi) return test
  console.warn(`skipped, as ${what} is not installed: scripts/install-test-tools.sh installs it`)
  // What isn't installed can't be loaded; in CI, where all of it is, this line isn't reached.
  return test.skip
}
