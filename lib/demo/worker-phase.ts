import path from 'node:path'
import { Worker } from 'node:worker_threads'

import type { Advance } from './demo-progress.js'
import type { ServiceState } from './service-state.js'
import { workerRounds } from './worker-rounds.js'

const workerCount = 8

function startWorker(seed: number, onRound: () => void): { readonly worker: Worker; readonly done: Promise<void> } {
  const worker = new Worker(path.join(__dirname, 'worker.js'), { workerData: { seed } })
  const done = new Promise<void>((resolve, reject) => {
    let rounds = 0
    worker.on('message', () => {
      rounds += 1
      onRound()
      if (rounds === workerRounds) resolve()
    })
    worker.once('error', reject)
  })
  return { worker, done }
}

/** Starts threads that work at the same time, each with an arena of its own, and hold what they made. */
export async function runWorkers(state: ServiceState, advance: Advance): Promise<void> {
  let rounds = 0
  const started = Array.from({ length: workerCount }, (_unused, index) =>
    startWorker(index + 1, () => {
      rounds += 1
      void advance(rounds / (workerCount * workerRounds))
    }),
  )
  state.workers.push(...started.map(({ worker }) => worker))
  await Promise.all(started.map(({ done }) => done))
}
