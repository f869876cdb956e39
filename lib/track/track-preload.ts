import { setFlagsFromString } from 'node:v8'
import { isMainThread } from 'node:worker_threads'

import { requireTracker } from '../binding/load-tracker.js'
import { isAllocscopeError } from '../errors/index.js'
import { hidePreload, quietly, takeVariable } from '../program/index.js'
import { TrackingSession } from './tracking-session.js'
import { TrackWriter, trackVariable } from './track-channel.js'
import type { TrackRequest } from './track-channel.js'
import { encodeRecord } from './track-record.js'

// The preload of `allocscope track`: `node --require <this file> program`. Whatever happens here, the program must run as if it weren't there.

function begin(request: TrackRequest): void {
  const writer = new TrackWriter(request)
  try {
    // Otherwise V8 keeps no line of a function before something asks for it, and then compiles the function again.
    setFlagsFromString('--no-enable-lazy-source-positions')
    const session = new TrackingSession(requireTracker(), request.intervalBytes)
    process.on(
      'exit',
      quietly(() => {
        writer.write(encodeRecord(session.end()))
      }),
    )
  } catch (error) {
    if (isAllocscopeError(error)) writer.refuse(error)
  }
}

if (isMainThread) {
  try {
    hidePreload((name) => name === __filename)
    const text = takeVariable(trackVariable)
    if (text !== undefined) begin(JSON.parse(text) as TrackRequest)
  } catch {
    // A program that may not read files or load addons runs on, unobserved. The reader finds an empty file and says so.
  }
}
