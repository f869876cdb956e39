import { isMainThread } from 'node:worker_threads'

import { hidePreload, takeVariable } from '../program/index.js'
import { connectWatch, watchVariable } from './watch-channel.js'
import { startWatching } from './watch-observer.js'

// The preload of `allocscope watch`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

if (isMainThread) {
  try {
    hidePreload((name) => name === __filename)
    const address = takeVariable(watchVariable)
    if (address !== undefined) startWatching(connectWatch(address))
  } catch {
    // A program that may not read files or load addons runs on, unwatched. The reader finds no rows and says so.
  }
}
