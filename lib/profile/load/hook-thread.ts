import { openRegistry } from '../collect/registry.js'
import type { LoadSettings } from './load-settings.js'
import { instrumentLoaded } from './load-hook.js'
import type { LoadResult } from './load-hook.js'
import { createProgramSources } from './program-source.js'
import type { ProgramSources } from './program-source.js'

// The loader hooks for a node without `module.registerHooks`. `module.register` runs them in a thread of their own. That thread isn't profiled: it
// only has the registry of the process whose modules it loads.

/** Comes from the thread that registers the hooks. */
export interface HookThreadData {
  readonly settings: LoadSettings
  readonly folder: string
  readonly mapsAreUsed: boolean
}

let sources: ProgramSources | undefined

/** Node's `initialize` hook. */
export function initialize({ settings, folder, mapsAreUsed }: HookThreadData): void {
  sources = createProgramSources({ settings, folder, mapsAreUsed, registry: openRegistry(folder) })
}

/** Node's `load` hook. */
export async function load(
  url: string,
  context: unknown,
  nextLoad: (url: string, context: unknown) => Promise<LoadResult>,
): Promise<LoadResult> {
  const loaded = await nextLoad(url, context)
  return sources === undefined ? loaded : instrumentLoaded(url, loaded, sources)
}
