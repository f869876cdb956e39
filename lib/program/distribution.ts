import { readFileSync } from 'node:fs'

/** The allocators that `LD_PRELOAD` can put in glibc's place. */
export type PreloadableAllocator = 'jemalloc' | 'mimalloc' | 'tcmalloc'

interface Packages {
  readonly install: string
  readonly names: Readonly<Record<PreloadableAllocator, string>>
}

const debian: Packages = {
  install: 'apt-get install',
  names: {
    jemalloc: 'libjemalloc2',
    mimalloc: 'libmimalloc2.0 (libmimalloc3 in newer releases)',
    tcmalloc: 'libtcmalloc-minimal4 (libtcmalloc-minimal4t64 in newer releases)',
  },
}
const fedora: Packages = { install: 'dnf install', names: { jemalloc: 'jemalloc', mimalloc: 'mimalloc', tcmalloc: 'gperftools-libs' } }
const arch: Packages = { install: 'pacman -S', names: { jemalloc: 'jemalloc', mimalloc: 'mimalloc', tcmalloc: 'gperftools' } }

const packagesByDistribution: Readonly<Record<string, Packages>> = { debian, ubuntu: debian, fedora, rhel: fedora, centos: fedora, arch }

/** `ID` and then `ID_LIKE` of an `os-release` file: the distribution and its ancestors. */
export function parseOsRelease(text: string): readonly string[] {
  const value = (name: string): string => new RegExp(`^${name}=["']?([^"'\\n]*)["']?$`, 'm').exec(text)?.[1] ?? ''
  return `${value('ID')} ${value('ID_LIKE')}`.split(/\s+/).filter((id) => id !== '')
}

/** The end of a sentence: how to install `allocator` on the distribution that `osRelease` describes. */
export function describePackage(allocator: PreloadableAllocator, osRelease: string): string {
  const id = parseOsRelease(osRelease).find((name) => Object.hasOwn(packagesByDistribution, name))
  const packages = id === undefined ? undefined : packagesByDistribution[id]
  if (packages !== undefined) return `install it with: ${packages.install} ${packages.names[allocator]}`
  return `install your distribution's package of it (Debian ${debian.names[allocator]}, Fedora ${fedora.names[allocator]}, Arch ${arch.names[allocator]})`
}

/** This machine's `os-release`, empty where there is none. */
export function readOsRelease(): string {
  for (const file of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      continue
    }
  }
  return ''
}
