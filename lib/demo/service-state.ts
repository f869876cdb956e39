import type { Worker } from 'node:worker_threads'

import type { Order } from './orders.js'

/** What the made-up service holds. All of it is dropped at the end. */
export interface ServiceState {
  /** Documents as they came in. */
  documents: Buffer[]
  /** Orders parsed and cached. */
  orders: (readonly Order[])[]
  /** Uploads in flight. */
  uploads: Buffer[]
  /** Documents compressed for an archive. */
  archive: Buffer[]
  /** Threads that have done their work and hold its result. */
  workers: Worker[]
}

/** A service that has just started. */
export function emptyState(): ServiceState {
  return { documents: [], orders: [], uploads: [], archive: [], workers: [] }
}
