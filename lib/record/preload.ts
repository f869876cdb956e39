import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

import type * as recordChannel from './record-channel.js'
import type * as recorder from './recorder.js'
import type * as watchChannel from './watch-channel.js'
import type * as watchRecorder from './watch-recorder.js'

// The preload of `allocscope run` and `watch`: `node --require <this file> program`. Whatever happens here, the program must run as if it
// weren't there.

const load = createRequire(__filename)

/** Takes this file out of `process.execArgv`, from which `child_process.fork` and `cluster` would pass it on. */
function hideFromChildren(): void {
  const position = process.execArgv.findIndex((flag, index) => flag === '--require' && process.execArgv[index + 1] === __filename)
  if (position !== -1) process.execArgv.splice(position, 2)
}

function takeVariable(name: string): string | undefined {
  const value = process.env[name]
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[name]
  return value
}

function record(): void {
  const { connectRecord, recordVariable } = load('./record-channel.js') as typeof recordChannel
  const address = takeVariable(recordVariable)
  if (address === undefined) return
  const { startRecording } = load('./recorder.js') as typeof recorder
  startRecording(connectRecord(address))
}

function watch(): void {
  const { connectWatch, watchVariable } = load('./watch-channel.js') as typeof watchChannel
  const address = takeVariable(watchVariable)
  if (address === undefined) return
  const { startWatching } = load('./watch-recorder.js') as typeof watchRecorder
  startWatching(connectWatch(address))
}

if (isMainThread) {
  try {
    hideFromChildren()
    record()
    watch()
  } catch {
    // A program that may not read files or load addons runs on, unrecorded; the reader of the record finds it empty and says so.
  }
}
