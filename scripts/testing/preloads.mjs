import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** The allocators under which the back ends are tested, with the name by which allocscope must call them. */
const preloads = [
  { allocator: 'jemalloc', library: 'libjemalloc.so.2' },
  { allocator: 'mimalloc', library: 'libmimalloc.so.2' },
  { allocator: 'tcmalloc', library: 'libtcmalloc_minimal.so.4' },
  // An allocator that allocscope has no back end for.
  { allocator: 'unknown', library: 'libtbbmalloc_proxy.so.2' },
]

function fileOf(library) {
  for (const command of ['ldconfig', '/sbin/ldconfig']) {
    const { stdout } = spawnSync(command, ['-p'], { encoding: 'utf8' })
    const line = (stdout ?? '').split('\n').find((one) => one.trim().startsWith(`${library} `))
    const file = line?.split('=> ')[1]
    if (file !== undefined && existsSync(file)) return file
  }
  return undefined
}

/** Each of them with its file; undefined when it isn't installed. */
export function findPreloads() {
  return preloads.map((preload) => ({ ...preload, file: fileOf(preload.library) }))
}
