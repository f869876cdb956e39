import type { AllocatorSnapshot } from '../allocator-snapshot.js'

/** The blocks of one size. `<alloc size count>` of `malloc_info`. */
export interface ScudoSize {
  /** As it was asked for, bytes. */
  readonly sizeBytes: number
  readonly blocks: number
}

/** A reading of scudo, LLVM's hardened allocator. */
export interface ScudoStats extends AllocatorSnapshot {
  readonly allocator: 'scudo'
  /** `mallinfo2().hblkhd` of scudo's: bytes mapped, those included that were given back and are still mapped. */
  readonly mappedBytes: number | undefined
  /** `mallinfo2().uordblks`, of all threads: bytes in use, with scudo's headers and the rounding to its size classes. */
  readonly allocatedBytes: number | undefined
  /** `mallinfo2().fordblks`: free bytes of blocks; what a purge gave back stays in it, so that not all need be resident. */
  readonly retainedBytes: number | undefined
  /**
   * Blocks in use by their size, smallest first, in an `'arenas'` reading. Blocks larger than scudo's largest size class (64 KiB and more) aren't in it.
   * It walks every block, and threads that allocate wait: `budgetMs` bounds its expected time. `malloc_info`.
   */
  readonly sizes: readonly ScudoSize[]
}
