import fs from 'node:fs'
import module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'

import { startCollecting } from '../collect/start-collecting.js'
import type { Collector } from '../collect/index.js'
import { showOriginalAssertions } from './assertion-messages.js'
import { compileHookFile, hookCompile } from './compile-hook.js'
import { coverageNote, isCoverageMeasured } from './coverage.js'
import type { HookThreadData } from './hook-thread.js'
import { inspectorCoverageFile, inspectorCoverageNote, showOriginalCoverage } from './inspector-coverage.js'
import { instrumentLoaded } from './load-hook.js'
import type { LoadResult } from './load-hook.js'
import type { LoadSettings } from './load-settings.js'
import { showOriginalTexts } from './original-texts.js'
import { requiredFormat } from './package-format.js'
import { Pause } from './pause.js'
import { createProgramSources, prepareParser } from './program-source.js'
import type { ProgramSources } from './program-source.js'
import { showOriginalColumns } from './stack-traces.js'
import { ToldInsertions } from './told-insertions.js'

type LoadHook = (url: string, context: unknown, nextLoad: (url: string, context: unknown) => LoadResult) => LoadResult

/** Missing in some of the supported versions of node, and in the types of the oldest. */
const { registerHooks } = module as unknown as { readonly registerHooks?: (hooks: { readonly load: LoadHook }) => unknown }

function hookLoading(sources: ProgramSources, collector: Collector): void {
  registerHooks?.({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      return collector.outside(() => instrumentLoaded(url, loaded, sources))
    },
  })
}

function hookLoadingInThread(data: Omit<HookThreadData, 'port'>, inserted: ToldInsertions): void {
  const port = inserted.openPort()
  showOriginalAssertions(inserted)
  module.register(pathToFileURL(path.join(__dirname, 'hook-thread.js')), { data: { ...data, port }, transferList: [port] })
}

/** A file without these words imports no ES module. It is none itself, unless its name or its package says so. */
const moduleWords = /\b(?:import|export)\b/

/** The text of the program's first file; undefined when it can't be read. */
function readFirstFile(): string | undefined {
  try {
    return fs.readFileSync(process.argv[1] ?? '', 'utf8')
  } catch {
    return undefined
  }
}

function mayLoadModules(first: string | undefined): boolean {
  return first === undefined || requiredFormat(process.argv[1] as string) === 'module' || moduleWords.test(first)
}

/**
 * Starts the thread of the loader hooks when it is needed, as it takes 50 ms and 15 MiB. A program that begins without ES modules gets it before the
 * first file that may load one: the returned function must be called with each file's text. Undefined when the thread is already started.
 */
function hookLoadingOnDemand(
  data: Omit<HookThreadData, 'port'>,
  first: string | undefined,
  inserted: ToldInsertions,
): ((text: string) => void) | undefined {
  // Other preloads may import modules, and so may code that isn't from a file.
  if (!isMainThread || mayHaveOtherLoaders() || mayLoadModules(first)) {
    hookLoadingInThread(data, inserted)
    return undefined
  }
  let isHooked = false
  return (text) => {
    if (isHooked || !moduleWords.test(text)) return
    isHooked = true
    hookLoadingInThread(data, inserted)
  }
}

/** Whether node maps stack traces, because of a flag or an earlier loader. */
function mapsAreUsed(): boolean {
  return (process as { readonly sourceMapsEnabled?: boolean }).sourceMapsEnabled === true
}

/** Whether another preload may compile what `require` loads, as tsx does. Node's hooks don't see that. */
function mayHaveOtherLoaders(): boolean {
  const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)]
  return flags.some((flag) => /^(?:--import|--require|-r|--loader|--experimental-loader)\b/.test(flag))
}

function startWithoutInstrumenting({ mode }: LoadSettings, folder: string): Collector {
  const collector = startCollecting({ mode, folder })
  collector.register({ functions: [], notes: [coverageNote] })
  return collector
}

/**
 * Begins to profile the calling thread. Code that it loads from now on is instrumented as `settings` say. Its figures go into the record `folder`. The
 * record is closed when the thread ends by itself.
 */
export function startProfiling(settings: LoadSettings, folder: string): Collector {
  if (isCoverageMeasured()) return startWithoutInstrumenting(settings, folder)
  const first = readFirstFile()
  prepareParser(settings, first)
  const collector = startCollecting({ mode: settings.mode, folder })
  const inserted = new ToldInsertions()
  const pause = new Pause()
  showOriginalTexts()
  showOriginalCoverage({
    inserted: () => inserted.get(),
    measuring: (isMeasured) => {
      if (pause.set(isMeasured)) collector.register({ functions: [], notes: [inspectorCoverageNote] })
    },
  })
  const sources = createProgramSources({
    settings,
    folder,
    mapsAreUsed: mapsAreUsed(),
    registry: collector,
    isPaused: () => pause.isSet,
    whenInstrumented: ({ code, insertions }) => {
      inserted.add(insertions)
      if (code.includes('assert')) showOriginalAssertions(inserted)
    },
  })
  const hasHooks = registerHooks !== undefined
  const hooksCompiling = !hasHooks || mayHaveOtherLoaders()
  const hiddenFiles = hooksCompiling ? [compileHookFile, inspectorCoverageFile] : [inspectorCoverageFile]
  showOriginalColumns({ inserted: () => inserted.get(), hiddenFiles, outside: (work) => collector.outside(work) })
  const beforeCompiling = hasHooks
    ? undefined
    : hookLoadingOnDemand({ settings, folder, mapsAreUsed: mapsAreUsed(), pause: pause.shared }, first, inserted)
  if (hooksCompiling) {
    hookCompile({ sources, othersOnly: hasHooks, beforeCompiling, outside: (work) => collector.outside(work) })
  }
  if (hasHooks) hookLoading(sources, collector)
  return collector
}
