import { isMainThread, threadId } from 'node:worker_threads'

import { hidePreload, takeVariable } from '../program/index.js'
import { connectRecordChannel, joinRecordChannel, recordVariable } from './record-channel.js'
import { startRecordingInside, tellMarks } from './record-observer.js'

// The preload of `allocscope record`: `node --require <this file> program`. Node loads it in each worker as well, which tells its marks and spans alone.
// Whatever happens here, the program must run as if it weren't there.

function recordMainThread(): void {
  hidePreload((name) => name === __filename)
  const address = takeVariable(recordVariable)
  // No line of the program has run: it has no workers.
  if (address !== undefined) startRecordingInside(connectRecordChannel(address), 0)
}

function recordWorker(): void {
  const source = joinRecordChannel()
  if (source !== undefined) tellMarks(source, threadId)
}

try {
  if (isMainThread) recordMainThread()
  else recordWorker()
} catch {
  // A program that may not read files or load addons runs on, recorded from outside alone.
}
