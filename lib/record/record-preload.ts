import { isMainThread, threadId } from 'node:worker_threads'

import { lazily } from '../loading/index.js'
import { quietly } from '../program/quietly.js'
import { receiveMarks } from './marks.js'
import type { RecordLine } from './record-lines.js'

const program = lazily(() => require('../program/index.js') as typeof import('../program/index.js'))
const channel = lazily(() => require('./record-channel.js') as typeof import('./record-channel.js'))
const observer = lazily(() => require('./record-observer.js') as typeof import('./record-observer.js'))

// The preload of `allocscope record`: `node --require <this file> program`. Node loads it in each worker as well, which tells its marks and spans alone.
// Whatever happens here, the program must run as if it weren't there.

function recordMainThread(): void {
  const { hidePreload, takeVariable } = program()
  const { connectRecordChannel, recordVariable } = channel()
  hidePreload((name) => name === __filename)
  const address = takeVariable(recordVariable)
  // No line of the program has run: it has no workers.
  if (address !== undefined) observer().startRecordingInside(connectRecordChannel(address), 0)
}

/** The channel takes a MiB of the worker's memory, so it is loaded at the first mark. */
function recordWorker(): void {
  const source = lazily(() => channel().joinRecordChannel() ?? { write: () => false })
  const write = (line: RecordLine): void => {
    quietly(() => source().write(line))()
  }
  receiveMarks({
    mark: (name, timeMs) => {
      write({ kind: 'mark', name, timeMs, thread: threadId })
    },
    span: (span) => {
      write({ kind: 'span', ...span, thread: threadId })
    },
  })
}

try {
  if (isMainThread) recordMainThread()
  else recordWorker()
} catch {
  // A program that may not read files or load addons runs on, recorded from outside alone.
}
