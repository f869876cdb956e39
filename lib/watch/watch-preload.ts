import { isMainThread } from 'node:worker_threads'

import { lazily } from '../loading/index.js'

const program = lazily(() => require('../program/index.js') as typeof import('../program/index.js'))
const channel = lazily(() => require('./watch-channel.js') as typeof import('./watch-channel.js'))
const observer = lazily(() => require('./watch-observer.js') as typeof import('./watch-observer.js'))

// The preload of `allocscope watch`: `node --require <this file> program`. Node loads it in each worker thread as well, where it must load nothing more: that
// would be in the figures. Whatever happens here, the program must run as if it weren't there.

if (isMainThread) {
  try {
    const { hidePreload, takeVariable } = program()
    const { connectWatch, watchVariable } = channel()
    hidePreload((name) => name === __filename)
    const address = takeVariable(watchVariable)
    if (address !== undefined) observer().startWatching(connectWatch(address))
  } catch {
    // A program that may not read files or load addons runs on, unwatched. The reader finds no rows and says so.
  }
}
