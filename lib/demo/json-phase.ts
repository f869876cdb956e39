import type { Advance } from './demo-progress.js'
import { makeDocument, parseDocument } from './orders.js'
import { seededRandom } from './seeded-random.js'
import type { ServiceState } from './service-state.js'

const documentCount = 36
const ordersPerDocument = 3000
/** Every third document stays parsed in a cache. */
const cacheEvery = 3

/** Makes large JSON documents, parses and searches them, and joins them into one export. */
export async function exchangeJson(state: ServiceState, advance: Advance): Promise<void> {
  const random = seededRandom(7)
  for (let index = 0; index < documentCount; index += 1) {
    const document = makeDocument(ordersPerDocument, random)
    const orders = parseDocument(document)
    state.documents.push(document)
    if (index % cacheEvery === 0) state.orders.push(orders)
    await advance((index + 1) / documentCount)
  }
  // The export is one block of many MiB that is freed soon after. Under glibc that raises the mmap threshold: so later Buffers come from the arenas
  // instead of an mmap each.
  Buffer.concat(state.documents.slice(0, documentCount / 2)).fill(0)
}
