import { parentPort, workerData } from 'node:worker_threads'

import { makeDocument, parseDocument } from './orders.js'
import type { Order } from './orders.js'
import { workerRounds } from './worker-rounds.js'
import { seededRandom } from './seeded-random.js'

const { seed } = workerData as { readonly seed: number }
const random = seededRandom(seed)
const ordersPerRound = 1500
const tilesPerRound = 48

interface Held {
  readonly orders: readonly Order[]
  readonly tiles: readonly Buffer[]
}

/** One round of a worker in an image or report service: a document in, tiles of pixels out. */
function work(): Held {
  const orders = parseDocument(makeDocument(ordersPerRound, random))
  const tiles = Array.from({ length: tilesPerRound }, () =>
    Buffer.allocUnsafeSlow(32 * 1024 + Math.floor(random() * 160 * 1024)).fill(seed),
  )
  parentPort?.postMessage('round done')
  return { orders, tiles }
}

const held = Array.from({ length: workerRounds }, work)

// The listener refers to the work, so it is held until the thread ends.
parentPort?.on('message', () => {
  parentPort?.postMessage(held.length)
})
