import { Worker } from 'node:worker_threads'

import { collectFully, getHeapStats } from '../../heap/index.js'
import { getRss } from '../../process/index.js'

/** The figures of {@link startWorkers}: how each has risen when the workers run. */
export interface StartedWorkers {
  readonly workers: number
  readonly rssBytes: number
  /** The main thread's heap, as V8 counts it. */
  readonly mainHeapBytes: number
  /** The heaps of all workers, as each counts its own. */
  readonly workerHeapBytes: number
}

const source = `
const { parentPort } = require('node:worker_threads')
parentPort.on('message', () => {})
parentPort.postMessage(require('node:v8').getHeapStatistics().total_heap_size)`

function start(): Promise<{ readonly worker: Worker; readonly heapBytes: number }> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(source, { eval: true })
    worker.once('error', reject)
    worker.once('message', (heapBytes: number) => {
      resolve({ worker, heapBytes })
    })
  })
}

/** Starts workers that have nothing to do. */
export async function startWorkers({ workers }: { readonly workers: number }): Promise<StartedWorkers> {
  await collectFully()
  const before = { heapBytes: getHeapStats().committedBytes, rssBytes: getRss() }
  const started = await Promise.all(Array.from({ length: workers }, start))
  const figures = {
    workers,
    rssBytes: getRss() - before.rssBytes,
    mainHeapBytes: getHeapStats().committedBytes - before.heapBytes,
    workerHeapBytes: started.reduce((sum, { heapBytes }) => sum + heapBytes, 0),
  }
  await Promise.all(started.map(({ worker }) => worker.terminate()))
  return figures
}
