import { appendFileSync, closeSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'

import { explainRss } from '../ledger/explain-rss.js'
import { onMemoryPressure } from '../pressure/index.js'
import type { MemoryPressureEvent, MemoryPressureWatch } from '../pressure/index.js'
import { releaseMemory } from '../release/release-memory.js'
import { plainStyle, renderJson, renderLedger } from '../report/index.js'
import { evidenceFiles, takeWritingLock } from './evidence-folder.js'
import type { GuardOrders, SnapshotAnswer, StepOutcome } from './guard-messages.js'

// The guard's own thread. It acts while the main thread is blocked. All that it will need is loaded, and was used once, before there is pressure.

const orders = workerData as GuardOrders

/** What making and writing a ledger may take: `docs/guard.md` says how it was measured. With less room it isn't tried. */
const ledgerBytes = 8 * 2 ** 20

const lockLookMs = 250

/** Each step is a line of the log as soon as it is done, so that the log says how far the guard came. */
function log(step: string, outcome: object): void {
  appendFileSync(path.join(orders.folder, evidenceFiles.log), `${JSON.stringify({ step, ...outcome })}\n`, { mode: 0o600 })
}

function write(name: string, text: string): void {
  writeFileSync(path.join(orders.folder, name), text, { flag: 'wx', mode: 0o600 })
}

/** Does a step and logs it. What fails is logged, and the next step is done all the same. */
async function perform(step: string, act: () => StepOutcome | Promise<StepOutcome>): Promise<void> {
  try {
    log(step, await act())
  } catch (error) {
    log(step, { done: false, reason: (error as Error).message })
  }
}

function writeLedger({ headroomBytes }: Partial<MemoryPressureEvent>): StepOutcome {
  if (headroomBytes !== undefined && headroomBytes < ledgerBytes) {
    return { done: false, reason: 'there is less room than a ledger may need', headroomBytes, neededBytes: ledgerBytes }
  }
  const ledger = explainRss()
  write(evidenceFiles.ledger, renderJson(ledger))
  write(evidenceFiles.ledgerText, renderLedger(ledger, `process ${process.pid}`, plainStyle))
  return { done: true, rssBytes: ledger.rssBytes, costMicros: ledger.costMicros }
}

/** This thread can't collect the main thread's heap: it gives back what the allocator keeps. */
async function release(): Promise<StepOutcome> {
  const report = await releaseMemory({ gc: false, settleMs: 0 })
  write(evidenceFiles.release, renderJson(report))
  return { done: true, returnedBytes: report.returnedBytes, durationMs: report.durationMs }
}

/** Others must not write while this pressure lasts. */
function holdLock(lock: number, watch: MemoryPressureWatch): void {
  const timer = setInterval(() => {
    if (watch.isPressed) return
    clearInterval(timer)
    closeSync(lock)
  }, lockLookMs)
}

/** Leaves the evidence. False where another process is doing so. */
async function leaveEvidence(event: MemoryPressureEvent, watch: MemoryPressureWatch): Promise<boolean> {
  const lock = takeWritingLock(orders.root)
  if (lock === undefined) {
    log('yield', { done: true, reason: 'another process writes its evidence', headroomBytes: event.headroomBytes })
    return false
  }
  Atomics.store(orders.hasWritten, 0, 1)
  log('pressure', { pid: process.pid, nodeVersion: process.version, ...event })
  await perform('ledger', () => writeLedger(watch.figures ?? event))
  if (orders.release) await perform('release', release)
  if (orders.snapshot) parentPort?.postMessage('snapshot')
  holdLock(lock, watch)
  return true
}

/** Once in a process's life. */
function guard(): void {
  let isDone = false
  const watch = onMemoryPressure(orders.thresholds, (event) => {
    if (isDone || !watch.supported) return
    isDone = true
    void leaveEvidence(event, watch).then((hasWritten) => {
      isDone = hasWritten
    })
  })
}

// Loads and proves what a ledger needs.
renderLedger(explainRss(), '', plainStyle)
// The listener keeps this thread, which the main thread doesn't wait for.
parentPort?.on('message', (answer: SnapshotAnswer) => {
  log('snapshot', answer)
})
guard()
