import { isMainThread } from 'node:worker_threads'

import { hidePreload, takeVariable } from '../program/index.js'
import { connectRun, runVariable } from './run-channel.js'
import { startObserving } from './run-observer.js'

// The preload of `allocscope run`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

if (isMainThread) {
  try {
    hidePreload((name) => name === __filename)
    const address = takeVariable(runVariable)
    if (address !== undefined) startObserving(connectRun(address))
  } catch {
    // A program that may not read files or load addons runs on, unobserved. The reader finds an empty file and says so.
  }
}
