import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** A reading of oneTBB's allocator in malloc's place. It has no call that tells a figure: it is named, and RSS is read. */
export interface TbbmallocStats extends AllocatorSnapshot {
  readonly allocator: 'tbbmalloc'
  readonly mappedBytes: undefined
  readonly allocatedBytes: undefined
  readonly retainedBytes: undefined
  readonly complete: false
}
