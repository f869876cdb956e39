import type { NativeBinding } from '../binding/index.js'
import { lazily } from '../loading/index.js'
import { readProvedLimit } from './native-heap.js'

const v8 = lazily(() => require('node:v8') as typeof import('node:v8'))

/**
 * What V8 keeps of `heap_size_limit` for new objects, by major version of Node: three times the largest semi-space. Of no other version is it known:
 * then only the whole limit is recorded.
 */
export const youngGenerationBytes: Readonly<Record<string, number>> = {
  20: 48 * 2 ** 20,
  22: 48 * 2 ** 20,
  24: 192 * 2 ** 20,
  26: 96 * 2 ** 20,
}

const changesIt = /--(?:max|min)[-_](?:semi[-_]space|heap)[-_]size/

/** The limits of V8's heap of this thread. */
export function readHeapLimits(binding: NativeBinding): { readonly heapBytes: number; readonly oldGenerationBytes: number | undefined } {
  const heapBytes = readProvedLimit((heap) => binding.readFlightHeap(heap)) ?? v8().getHeapStatistics().heap_size_limit
  const young = youngGenerationBytes[process.versions.node.split('.')[0] as string]
  const flags = [...process.execArgv, process.env['NODE_OPTIONS'] ?? '']
  const isKnown = young !== undefined && young < heapBytes && !flags.some((flag) => changesIt.test(flag))
  return { heapBytes, oldGenerationBytes: isKnown ? heapBytes - young : undefined }
}
