import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'

import type { Advance } from './demo-progress.js'
import type { ServiceState } from './service-state.js'

const workerCount = 8
/** How often the progress is told while threads work. */
const watchMs = 100

/** Threads that work side by side, each allocating from an arena of its own, and hold what they made. */
export async function runWorkers(state: ServiceState, advance: Advance): Promise<void> {
  let ready = 0
  const starts = Array.from({ length: workerCount }, async (_unused, index) => {
    const worker = new Worker(path.join(__dirname, 'worker.js'), { workerData: { seed: index + 1 } })
    state.workers.push(worker)
    await once(worker, 'message')
    ready += 1
  })
  const watch = setInterval(() => void advance(ready / workerCount), watchMs)
  try {
    await Promise.all(starts)
  } finally {
    clearInterval(watch)
  }
}
