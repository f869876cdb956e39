import { performance } from 'node:perf_hooks'

import { getProcessMemory } from '../../process/index.js'
import type { ProcessMemory } from '../../process/index.js'
import type { AllocatorDetail, OtherAllocator, Provenance, UnknownAllocatorStats } from '../allocator-snapshot.js'

/** For a process whose allocator no back end could prove, and for a platform without the addon. */
export class UnknownReader {
  readonly #provenance: Provenance
  readonly #reason: string
  readonly #findOthers: () => readonly OtherAllocator[]
  readonly #readProcess: () => ProcessMemory

  constructor(
    provenance: Provenance,
    reason: string,
    findOthers: () => readonly OtherAllocator[],
    readProcess: () => ProcessMemory = getProcessMemory,
  ) {
    this.#provenance = provenance
    this.#reason = reason
    this.#findOthers = findOthers
    this.#readProcess = readProcess
  }

  read(detail: AllocatorDetail): UnknownAllocatorStats {
    const start = performance.now()
    const process = this.#readProcess()
    return {
      allocator: 'unknown',
      detail,
      provenance: this.#provenance,
      rssBytes: process.rssBytes,
      mappedBytes: undefined,
      allocatedBytes: undefined,
      retainedBytes: undefined,
      reason: this.#reason,
      process,
      complete: false,
      missing: [{ fields: ['mappedBytes', 'allocatedBytes', 'retainedBytes'], cause: 'unsupported', reason: this.#reason }],
      others: detail === 'footprint' ? undefined : this.#findOthers(),
      costMicros: (performance.now() - start) * 1000,
    }
  }
}
