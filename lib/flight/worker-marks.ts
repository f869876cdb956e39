import { requireBinding } from '../binding/index.js'
import { lazily } from '../loading/index.js'
import { quietly } from '../program/quietly.js'
import type { FileEvent } from '../record/format/file-events.js'
import { receiveMarks } from '../record/marks.js'
import { encodeForSlot } from './flight-file.js'

const threads = lazily(() => require('node:worker_threads') as typeof import('node:worker_threads'))

/** Writes an event into the process's recording, if there is one. Nothing is loaded before the first. */
function write(eventAt: (startMs: number, thread: number) => FileEvent): void {
  quietly(() => {
    const binding = requireBinding()
    const startMs = binding.flightStart()
    if (startMs !== undefined) binding.writeFlightEvent(encodeForSlot(eventAt(startMs, threads().threadId)))
  })()
}

/** Gives the marks and spans of this worker to the recorder of the main thread, by the file itself: that thread's event loop may not turn any more. */
export function receiveWorkerMarks(): void {
  receiveMarks({
    mark: (name, timeMs) => {
      write((startMs, thread) => ({ kind: 'mark', process: 0, timeMs: timeMs - startMs, name, by: 'program', thread }))
    },
    span: ({ startMs: begin, endMs, ...span }) => {
      write((startMs, thread) => ({ kind: 'span', process: 0, startMs: begin - startMs, endMs: endMs - startMs, ...span, thread }))
    },
  })
}
