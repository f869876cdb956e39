import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readSync, realpathSync } from 'node:fs'
import path from 'node:path'

import { AllocscopeError } from '../errors/index.js'
import { describePackage, readOsRelease } from './distribution.js'
import type { PreloadableAllocator } from './distribution.js'

const sonames: Readonly<Record<PreloadableAllocator, readonly string[]>> = {
  jemalloc: ['libjemalloc.so.2', 'libjemalloc.so.1', 'libjemalloc.so'],
  mimalloc: ['libmimalloc.so.3', 'libmimalloc.so.2', 'libmimalloc.so.2.0', 'libmimalloc.so.1', 'libmimalloc.so'],
  // The minimal one first: the full one also brings a heap profiler that isn't needed.
  tcmalloc: ['libtcmalloc_minimal.so.4', 'libtcmalloc.so.4', 'libtcmalloc_minimal.so', 'libtcmalloc.so'],
}

const anyOfThem = /^lib(?:jemalloc|mimalloc|tcmalloc)/

const machines: Readonly<Record<string, { readonly elf: number; readonly triplet: string }>> = {
  x64: { elf: 62, triplet: 'x86_64-linux-gnu' },
  arm64: { elf: 183, triplet: 'aarch64-linux-gnu' },
}

/** The dynamic linker's cache: files by library name, from the text of `ldconfig -p`. */
export function parseLinkerCache(text: string): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>()
  for (const [, name, file] of text.matchAll(/^\s+(\S+) \([^)]*\) => (\/.*)$/gm)) {
    files.set(name as string, [...(files.get(name as string) ?? []), file as string])
  }
  return files
}

function readLinkerCache(): ReadonlyMap<string, readonly string[]> {
  // On Debian only root's PATH contains sbin.
  for (const command of ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']) {
    const { status, stdout } = spawnSync(command, ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    if (status === 0) return parseLinkerCache(stdout)
  }
  return new Map()
}

function folders(): string[] {
  const triplet = machines[process.arch]?.triplet
  const ofTriplet = triplet === undefined ? [] : [`/usr/lib/${triplet}`, `/lib/${triplet}`, `/usr/local/lib/${triplet}`]
  return [...ofTriplet, '/usr/lib64', '/lib64', '/usr/lib', '/lib', '/usr/local/lib64', '/usr/local/lib']
}

/** Whether `file` is a shared object for this machine. It may be for another architecture, or be a linker script. */
function loadsHere(file: string): boolean {
  const header = Buffer.alloc(20)
  try {
    const descriptor = openSync(file, 'r')
    const length = readSync(descriptor, header, 0, header.length, 0)
    closeSync(descriptor)
    if (length < header.length || header.readUInt32BE(0) !== 0x7f454c46) return false
  } catch {
    return false
  }
  const machine = machines[process.arch]
  return machine === undefined || header.readUInt16LE(18) === machine.elf
}

/** Spaces and colons separate the files of `LD_PRELOAD`. They can't be quoted. */
const unquotable = /[\s:]/

/**
 * The file of `allocator`'s library, links resolved. Looks in `LD_LIBRARY_PATH`, the linker's cache, and the folders that distributions use.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, which names the package to install.
 */
export function findAllocatorLibrary(allocator: PreloadableAllocator): string {
  if (process.platform !== 'linux') {
    throw new AllocscopeError(
      'ERR_ALLOCSCOPE_UNSUPPORTED',
      `choosing an allocator needs LD_PRELOAD, which ${process.platform} doesn't have`,
    )
  }
  const cache = readLinkerCache()
  const own = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const names = sonames[allocator]
  const candidates = [
    ...own.flatMap((folder) => names.map((name) => path.resolve(folder, name))),
    ...names.flatMap((name) => cache.get(name) ?? []),
    ...folders().flatMap((folder) => names.map((name) => path.join(folder, name))),
  ]
  const found = candidates.find((file) => loadsHere(file) && !unquotable.test(realpathSync(file)))
  if (found !== undefined) return realpathSync(found)
  const message = `no library of ${allocator} on this machine; ${describePackage(allocator, readOsRelease())}`
  throw new AllocscopeError('ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND', message)
}

/** `LD_PRELOAD` with `library` first and no other allocator in it; undefined when nothing is left to preload. */
export function preloadWith(library: string | undefined, inherited: string | undefined): string | undefined {
  const kept = (inherited ?? '').split(unquotable).filter((file) => file !== '' && file !== library)
  const others = library === undefined ? kept.filter((file) => !anyOfThem.test(path.basename(file))) : kept
  const files = library === undefined ? others : [library, ...others]
  return files.length === 0 ? undefined : files.join(':')
}
