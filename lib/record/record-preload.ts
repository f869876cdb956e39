import { isMainThread } from 'node:worker_threads'

import { hidePreload, takeVariable } from '../program/index.js'
import { connectRecordChannel, recordVariable } from './record-channel.js'
import { startRecordingInside } from './record-observer.js'

// The preload of `allocscope record`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

if (isMainThread) {
  try {
    hidePreload((name) => name === __filename)
    const address = takeVariable(recordVariable)
    if (address !== undefined) startRecordingInside(connectRecordChannel(address))
  } catch {
    // A program that may not read files or load addons runs on, recorded from outside alone.
  }
}
