import { isMainThread } from 'node:worker_threads'

import { lazily } from '../loading/index.js'

const program = lazily(() => require('../program/index.js') as typeof import('../program/index.js'))
const channel = lazily(() => require('./run-channel.js') as typeof import('./run-channel.js'))
const observer = lazily(() => require('./run-observer.js') as typeof import('./run-observer.js'))

// The preload of `allocscope run`: `node --require <this file> program`. Node loads it in each worker thread as well, where it must load nothing more: that
// would be in the figures. Whatever happens here, the program must run as if it weren't there.

if (isMainThread) {
  try {
    const { hidePreload, takeVariable } = program()
    const { connectRun, runVariable } = channel()
    hidePreload((name) => name === __filename)
    const address = takeVariable(runVariable)
    if (address !== undefined) observer().startObserving(connectRun(address))
  } catch {
    // A program that may not read files or load addons runs on, unobserved. The reader finds an empty file and says so.
  }
}
