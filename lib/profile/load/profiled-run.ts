import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { getEnvironmentData, isMainThread, parentPort, setEnvironmentData } from 'node:worker_threads'

import type { Collector } from '../collect/index.js'
import { settingsVariable } from './load-settings.js'
import type { LoadSettings } from './load-settings.js'
import type * as startProfilingModule from './start-profiling.js'

/** A run of a program. All threads and processes that take part write their figures into one folder. */
export interface ProfiledRun {
  readonly settings: LoadSettings
  readonly folder: string
}

const threadData = 'allocscope.profile'

/** The preload for a process or thread that joins a run. Another one has begun it. */
const preload = path.join(__dirname, 'profile-preload.js')

/** The run that the main thread wants this worker to take part in. */
export function runOfWorker(): ProfiledRun | undefined {
  // Preloads also run in node's thread of loader hooks, which isn't to be profiled. It has no port.
  return isMainThread || parentPort === null ? undefined : (getEnvironmentData(threadData) as ProfiledRun | undefined)
}

/** The environment variables that make a node process take part in `run`, added to `environment`. */
export function variablesFor(run: ProfiledRun, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const flag = `--require "${preload.replace(/["\\]/g, '\\$&')}"`
  const options = environment['NODE_OPTIONS'] ?? ''
  return {
    [settingsVariable]: JSON.stringify(run),
    NODE_OPTIONS: options.includes(flag) ? options : `${options} ${flag}`.trimStart(),
  }
}

/** Profiles the calling thread as part of `run`. The settings say whether its workers and children are profiled too. */
export function joinRun(run: ProfiledRun): Collector {
  const { settings, folder } = run
  // Loaded here, as only a profiled program needs the parser and the like, not every program that imports allocscope.
  const { startProfiling } = createRequire(__filename)('./start-profiling.js') as typeof startProfilingModule
  const collector = startProfiling(settings, folder)
  process.on('exit', () => {
    collector.stop()
  })
  if (settings.workers) setEnvironmentData(threadData, { settings, folder } satisfies ProfiledRun)
  if (settings.children && isMainThread) Object.assign(process.env, variablesFor(run, process.env))
  return collector
}

/** Writes into the record why this process couldn't take part. */
export function leaveWord(folder: string, problem: unknown): void {
  try {
    writeFileSync(path.join(folder, `problem-${process.pid}.txt`), problem instanceof Error ? problem.message : String(problem))
  } catch {
    // A program that may not write there runs on. The reader finds an empty record and says so.
  }
}
