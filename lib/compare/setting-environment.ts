import { findAllocatorLibrary, preloadWith } from '../program/index.js'
import type { RunSetting } from './run-setting.js'

/** Variables by which glibc's malloc is set besides `GLIBC_TUNABLES`. */
const aliases = [
  'MALLOC_ARENA_MAX',
  'MALLOC_ARENA_TEST',
  'MALLOC_CHECK_',
  'MALLOC_MMAP_MAX_',
  'MALLOC_MMAP_THRESHOLD_',
  'MALLOC_PERTURB_',
  'MALLOC_TOP_PAD_',
  'MALLOC_TRIM_THRESHOLD_',
] as const

type Environment = Readonly<Record<string, string | undefined>>

function otherTunables(inherited: string | undefined): readonly string[] {
  return (inherited ?? '').split(':').filter((tunable) => tunable !== '' && !tunable.startsWith('glibc.malloc.'))
}

/** The variables of malloc in `inherited` that settings of an allocator leave out: a row is under its own settings alone. */
export function overriddenVariables(inherited: Environment): readonly string[] {
  const tunables = inherited['GLIBC_TUNABLES'] ?? ''
  return [
    ...aliases.filter((name) => inherited[name] !== undefined),
    ...(tunables.includes('glibc.malloc.') ? ['the malloc settings of GLIBC_TUNABLES'] : []),
  ]
}

/** The library that a setting preloads. Throws `ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND`, which names the package that brings it. */
export function libraryOf({ allocator }: RunSetting): string | undefined {
  return allocator === undefined || allocator.allocator === 'glibc' ? undefined : findAllocatorLibrary(allocator.allocator)
}

function allocatorVariables({ allocator }: RunSetting, library: string | undefined, inherited: Environment): Environment {
  if (allocator === undefined) return {}
  const tunables = [...otherTunables(inherited['GLIBC_TUNABLES']), ...allocator.tunables]
  return {
    ...Object.fromEntries(aliases.map((name) => [name, undefined])),
    GLIBC_TUNABLES: tunables.length === 0 ? undefined : tunables.join(':'),
    LD_PRELOAD: preloadWith(library, inherited['LD_PRELOAD']),
  }
}

/** The environment of a program under `setting`. What a setting names itself comes last. */
export function environmentOf(setting: RunSetting, library: string | undefined, inherited: Environment): NodeJS.ProcessEnv {
  const chosen = Object.fromEntries(setting.variables.map(({ name, value }) => [name, value]))
  const all = { ...inherited, ...allocatorVariables(setting, library, inherited), ...chosen }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
