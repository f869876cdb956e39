import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

import type * as loadSettings from './load-settings.js'
import type * as profiledRun from './profiled-run.js'

// The preload of `allocscope profile`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

/** Takes this file out of `process.execArgv`, from which `child_process.fork` and `cluster` would pass it on. */
function hideFromChildren(): void {
  const { execArgv } = process
  const position = execArgv.findIndex((flag, index) => /^--(?:require|import)$/.test(flag) && execArgv[index + 1] === __filename)
  if (position !== -1) execArgv.splice(position, 2)
}

function takePart(): void {
  const load = createRequire(__filename)
  const { joinRun, leaveWord, runOfWorker } = load('./profiled-run.js') as typeof profiledRun
  const { settingsVariable } = load('./load-settings.js') as typeof loadSettings
  let run = runOfWorker()
  if (isMainThread) {
    const text = process.env[settingsVariable]
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
    delete process.env[settingsVariable]
    run = text === undefined ? undefined : (JSON.parse(text) as profiledRun.ProfiledRun)
  }
  if (run === undefined) return
  try {
    joinRun(run)
  } catch (error) {
    leaveWord(run.folder, error)
  }
}

try {
  hideFromChildren()
  takePart()
} catch {
  // A program that may not read files runs on, unprofiled; the reader of the record finds it empty and says so.
}
