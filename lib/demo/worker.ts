import { parentPort, workerData } from 'node:worker_threads'

import { makeDocument, parseDocument } from './orders.js'
import type { Order } from './orders.js'
import { seededRandom } from './seeded-random.js'

const { seed } = workerData as { readonly seed: number }
const random = seededRandom(seed)
const rounds = 6
const ordersPerRound = 1500
const tilesPerRound = 48

interface Held {
  readonly orders: readonly Order[]
  readonly tiles: readonly Buffer[]
}

/** One round of what a worker of an image or report service does: a document in, tiles of pixels out. */
function work(): Held {
  const orders = parseDocument(makeDocument(ordersPerRound, random))
  const tiles = Array.from({ length: tilesPerRound }, () => Buffer.allocUnsafeSlow(32 * 1024 + Math.floor(random() * 160 * 1024)).fill(seed))
  return { orders, tiles }
}

const held = Array.from({ length: rounds }, work)

// Referenced by the listener, the work stays held until the thread is ended.
parentPort?.on('message', () => {
  parentPort?.postMessage(held.length)
})
parentPort?.postMessage('ready')
