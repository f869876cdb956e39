import { createRequire } from 'node:module'
import { isMainThread } from 'node:worker_threads'

import type * as recordChannel from './record-channel.js'
import type * as recorder from './recorder.js'

// The preload of `allocscope run`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

/** Takes this file out of `process.execArgv`, from which `child_process.fork` and `cluster` would pass it on. */
function hideFromChildren(): void {
  const position = process.execArgv.findIndex((flag, index) => flag === '--require' && process.execArgv[index + 1] === __filename)
  if (position !== -1) process.execArgv.splice(position, 2)
}

function record(): void {
  const load = createRequire(__filename)
  const { connectRecord, recordVariable } = load('./record-channel.js') as typeof recordChannel
  const address = process.env[recordVariable]
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- an environment variable is taken out by its name
  delete process.env[recordVariable]
  if (address === undefined) return
  const { startRecording } = load('./recorder.js') as typeof recorder
  startRecording(connectRecord(address))
}

if (isMainThread) {
  try {
    hideFromChildren()
    record()
  } catch {
    // A program that may not read files or load addons runs on, unrecorded; the reader of the record finds it empty and says so.
  }
}
