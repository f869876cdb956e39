import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { getEnvironmentData, isMainThread, parentPort, setEnvironmentData } from 'node:worker_threads'

import type { Collector } from '../collect/index.js'
import { settingsVariable } from './load-settings.js'
import type { LoadSettings } from './load-settings.js'
import type * as startProfilingModule from './start-profiling.js'

/** A run of a program, of which every thread and process that takes part writes its figures into one folder. */
export interface ProfiledRun {
  readonly settings: LoadSettings
  readonly folder: string
}

const threadData = 'allocscope.profile'

/** The preload of what takes part in a run that another process or thread has begun. */
const preload = path.join(__dirname, 'profile-preload.js')

/** The run that the main thread wants this worker to take part in. */
export function runOfWorker(): ProfiledRun | undefined {
  // The thread in which node runs loader hooks runs preloads as well; it has no port.
  return isMainThread || parentPort === null ? undefined : (getEnvironmentData(threadData) as ProfiledRun | undefined)
}

/** The variables that make a node process take part in `run`, beside those in `environment`. */
export function variablesFor(run: ProfiledRun, environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const flag = `--require "${preload.replace(/["\\]/g, '\\$&')}"`
  const options = environment['NODE_OPTIONS'] ?? ''
  return {
    [settingsVariable]: JSON.stringify(run),
    NODE_OPTIONS: options.includes(flag) ? options : `${options} ${flag}`.trimStart(),
  }
}

/** Profiles the calling thread as part of `run`, and the workers and children that it starts as far as the settings ask for it. */
export function joinRun(run: ProfiledRun): Collector {
  const { settings, folder } = run
  // Parsers and the like are for the program that is profiled, not for each that imports allocscope.
  const { startProfiling } = createRequire(__filename)('./start-profiling.js') as typeof startProfilingModule
  const collector = startProfiling(settings, folder)
  process.on('exit', () => {
    collector.stop()
  })
  if (settings.workers) setEnvironmentData(threadData, { settings, folder } satisfies ProfiledRun)
  if (settings.children && isMainThread) Object.assign(process.env, variablesFor(run, process.env))
  return collector
}

/** Leaves word in the record of why this process couldn't take part. */
export function leaveWord(folder: string, problem: unknown): void {
  try {
    writeFileSync(path.join(folder, `problem-${process.pid}.txt`), problem instanceof Error ? problem.message : String(problem))
  } catch {
    // A program that may not write there runs on; the reader finds an empty record, and says so.
  }
}
