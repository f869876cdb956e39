import type { Advance } from './demo-progress.js'
import { seededRandom } from './seeded-random.js'
import type { ServiceState } from './service-state.js'

const uploadCount = 3200
const smallest = 16 * 1024
const largest = 512 * 1024
const inFlightBytes = 220 * 1024 ** 2
const uploadsPerTurn = 40

/** Fills Buffers of many sizes and drops some in random order, so that those that stay lie scattered among free memory. */
export async function streamUploads(state: ServiceState, advance: Advance): Promise<void> {
  const random = seededRandom(11)
  let held = 0
  for (let index = 0; index < uploadCount; index += 1) {
    const size = Math.round(smallest + random() ** 2 * (largest - smallest))
    state.uploads.push(Buffer.allocUnsafeSlow(size).fill(index & 0xff))
    held += size
    while (held > inFlightBytes) {
      const position = Math.floor(random() * state.uploads.length)
      const last = state.uploads.pop() as Buffer
      const dropped = position < state.uploads.length ? (state.uploads[position] as Buffer) : last
      if (dropped !== last) state.uploads[position] = last
      held -= dropped.length
    }
    if (index % uploadsPerTurn === 0) await advance(index / uploadCount)
  }
}
