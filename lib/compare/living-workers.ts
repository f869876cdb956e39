import type { Worker } from 'node:worker_threads'

/** What a worker's `threadId` is once it has ended. */
const endedThreadId = -1

/** Counts the main thread's workers. Neither keeps one alive nor listens to it: the program owns them. */
export class LivingWorkers {
  private readonly started = new Set<WeakRef<Worker>>()

  constructor() {
    process.on('worker', (worker) => {
      for (const reference of this.started) if (!isAlive(reference)) this.started.delete(reference)
      this.started.add(new WeakRef(worker))
    })
  }

  get count(): number {
    return [...this.started].filter(isAlive).length
  }
}

function isAlive(reference: WeakRef<Worker>): boolean {
  const threadId = reference.deref()?.threadId
  return threadId !== undefined && threadId !== endedThreadId
}
