import { promisify } from 'node:util'
import zlib from 'node:zlib'

import type { Advance } from './demo-progress.js'
import type { ServiceState } from './service-state.js'

const gzip = promisify(zlib.gzip)
const atOnce = 4

/** Compresses the documents on the thread pool and keeps the results. */
export async function archiveDocuments(state: ServiceState, advance: Advance): Promise<void> {
  const { documents } = state
  for (let index = 0; index < documents.length; index += atOnce) {
    const batch = documents.slice(index, index + atOnce)
    state.archive.push(...(await Promise.all(batch.map((document) => gzip(document, { level: 4 })))))
    await advance(Math.min(1, (index + atOnce) / documents.length))
  }
}
