import type { GuardSettings } from './guard-options.js'

/** What the guard's thread is given. */
export interface GuardOrders {
  readonly root: string
  readonly folder: string
  readonly thresholds: GuardSettings['thresholds']
  readonly snapshot: boolean
  readonly release: boolean
  /** One word: 1 once evidence is being written. */
  readonly hasWritten: Int32Array
}

/** What came of one thing that the guard was to do. */
export interface StepOutcome {
  readonly done: boolean
  /** Why it wasn't done. */
  readonly reason?: string
  readonly [figure: string]: unknown
}

/** Asks the main thread for a heap snapshot, which no other can take; the answer to it. */
export type SnapshotRequest = 'snapshot'
export type SnapshotAnswer = StepOutcome
