import path from 'node:path'
import { Worker } from 'node:worker_threads'

import { AllocscopeError } from '../errors/index.js'
import { startFlightRecorder } from '../flight/index.js'
import { onMemoryPressure } from '../pressure/index.js'
import { readContainerLimit } from '../process/container/container-limit.js'
import { quietly } from '../program/quietly.js'
import { evidenceFiles, makeEvidenceFolder } from './evidence-folder.js'
import type { GuardOrders, SnapshotAnswer } from './guard-messages.js'
import type { GuardSettings } from './guard-options.js'
import { writeSnapshot } from './write-snapshot.js'

/** Of V8's heap in the guard's thread: with more it is ended, and the program goes on. */
const resourceLimits = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 }

const leastHeadroomBytes = 32 * 2 ** 20

function say(text: string): void {
  process.stderr.write(`allocscope: ${text}\n`)
}

/** A tenth of the limit, but not so little that the guard can't act, nor so much that a small container is always near its limit. */
export function defaultHeadroom(limitBytes: number): number {
  return Math.min(Math.max(limitBytes / 10, leastHeadroomBytes), limitBytes / 2)
}

/** The thresholds to be watched. Throws `ERR_ALLOCSCOPE_UNSUPPORTED` where none of them can be. */
function thresholdsOf({ thresholds }: GuardSettings): GuardSettings['thresholds'] {
  const limitBytes = readContainerLimit()?.limitBytes
  const asked =
    Object.keys(thresholds).length > 0 ? thresholds : { headroomBytes: limitBytes === undefined ? 1 : defaultHeadroom(limitBytes) }
  const watch = onMemoryPressure(asked, () => undefined)
  watch.stop()
  if (!watch.supported) throw new AllocscopeError('ERR_ALLOCSCOPE_UNSUPPORTED', watch.reason)
  return asked
}

function startWorker(orders: GuardOrders, snapshotFactor: number | undefined): void {
  const worker = new Worker(path.join(__dirname, 'guard-worker.js'), {
    name: 'allocscope guard',
    workerData: orders,
    resourceLimits,
    // The program's preloads are none of this thread's.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  worker.on('error', (error: Error) => {
    say(`the program runs without a guard from now on: ${error.message}`)
  })
  worker.on('message', () => {
    let answer: SnapshotAnswer
    try {
      answer = writeSnapshot(orders.folder, snapshotFactor ?? Infinity)
    } catch (error) {
      answer = { done: false, reason: (error as Error).message }
    }
    worker.postMessage(answer)
  })
  worker.unref()
}

/** Guards this process. Throws a typed error where that can't be. */
export function startGuard(settings: GuardSettings): void {
  const thresholds = thresholdsOf(settings)
  const { folder, remove } = makeEvidenceFolder(settings.root)
  const hasWritten = new Int32Array(new SharedArrayBuffer(4))
  const { root, release, snapshotFactor } = settings
  try {
    startFlightRecorder({ file: path.join(folder, evidenceFiles.flight) })
  } catch (error) {
    say(`the guard has no flight recording of its own: ${(error as Error).message}`)
  }
  startWorker({ root, folder, thresholds, snapshot: snapshotFactor !== undefined, release, hasWritten }, snapshotFactor)
  // Of a program that ended by itself, and was never near its limit, nothing is kept.
  process.on(
    'exit',
    quietly(() => {
      if (Atomics.load(hasWritten, 0) === 0) remove()
    }),
  )
}
