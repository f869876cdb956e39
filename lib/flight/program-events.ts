import { errorMonitor } from 'node:events'
import type { Worker } from 'node:worker_threads'

import { quietly } from '../program/quietly.js'

/** What the program does that a flight recording tells. */
export interface ProgramEvents {
  mark(name: string): void
  /** How many workers run. */
  workers(count: number): void
  exit(code: number): void
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as NodeJS.ErrnoException
  return typeof code === 'string' ? code : error.name
}

/**
 * Listens to what doesn't change the program: an event that node emits whether or not somebody listens, and those of errors through monitors, which
 * leave them unhandled. Answers with a function that ends it.
 */
export function followProgram(events: ProgramEvents): () => void {
  let running = 0
  const onWorker = (worker: Worker): void => {
    const name = `worker ${worker.threadId}`
    events.workers(++running)
    events.mark(`${name} started`)
    worker.on(errorMonitor, (error: unknown) => {
      events.mark(`${name} failed: ${nameOf(error)}`)
    })
    worker.once('exit', (code) => {
      events.workers(--running)
      events.mark(`${name} ended with code ${code}`)
    })
  }
  const onUncaught = (error: unknown): void => {
    events.mark(`uncaught: ${nameOf(error)}`)
  }
  const onExit = (code: number): void => {
    quietly(() => {
      events.exit(code)
    })()
  }
  process.on('worker', onWorker)
  process.on('uncaughtExceptionMonitor', onUncaught)
  process.on('exit', onExit)
  return () => {
    process.off('worker', onWorker)
    process.off('uncaughtExceptionMonitor', onUncaught)
    process.off('exit', onExit)
  }
}
