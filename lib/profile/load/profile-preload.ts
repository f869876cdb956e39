import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

import { hidePreload, takeVariable } from '../../program/preload.js'
import type * as loadSettings from './load-settings.js'
import type * as profiledRun from './profiled-run.js'

// The preload of `allocscope profile`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

function takePart(): void {
  const load = createRequire(__filename)
  const { joinRun, leaveWord, runOfWorker } = load('./profiled-run.js') as typeof profiledRun
  const { settingsVariable } = load('./load-settings.js') as typeof loadSettings
  let run = runOfWorker()
  if (isMainThread) {
    const text = takeVariable(settingsVariable)
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
  hidePreload((name) => name === __filename)
  takePart()
} catch {
  // A program that may not read files runs on, unprofiled. The reader of the record finds it empty and says so.
}
