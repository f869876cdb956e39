import type { MessagePort } from 'node:worker_threads'

import { openRegistry } from '../collect/registry.js'
import type { LoadSettings } from './load-settings.js'
import { instrumentLoaded } from './load-hook.js'
import type { LoadResult } from './load-hook.js'
import { Pause } from './pause.js'
import { createProgramSources } from './program-source.js'
import type { ProgramSources } from './program-source.js'

// The loader hooks for a node without `module.registerHooks`. `module.register` runs them in a thread of their own. That thread isn't profiled: it
// only has the registry of the process whose modules it loads.

/** Comes from the thread that registers the hooks. */
export interface HookThreadData {
  readonly settings: LoadSettings
  readonly folder: string
  readonly mapsAreUsed: boolean
  readonly pause: SharedArrayBuffer
  /** Takes what is inserted, to the thread that runs the modules. */
  readonly port: MessagePort
}

let sources: ProgramSources | undefined

/** Node's `initialize` hook. */
export function initialize({ settings, folder, mapsAreUsed, pause, port }: HookThreadData): void {
  const shared = new Pause(pause)
  sources = createProgramSources({
    settings,
    folder,
    mapsAreUsed,
    registry: openRegistry(folder),
    isPaused: () => shared.isSet,
    whenInstrumented: ({ insertions }) => {
      if (insertions !== undefined) port.postMessage(insertions)
    },
  })
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
