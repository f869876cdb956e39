/** Why a native call has no answer: data, from which TypeScript makes the error. */
export interface FailureRecord {
  readonly failure: {
    readonly code: string
    readonly call: string
    readonly errno: number
    readonly message: string
  }
}

/** What the addon says once about the live allocator. */
export interface NativeAllocatorDescription {
  readonly allocator: 'glibc' | 'jemalloc' | 'mimalloc' | 'tcmalloc' | 'unknown'
  readonly library: string
  readonly version: string
  readonly proof: string
  readonly limitation: string
  readonly footprintFields: readonly string[]
}

/** Rows of figures under named columns; `cells` holds the rows one after the other. */
export interface NativeTable {
  readonly columns: readonly string[]
  readonly cells: Float64Array
}

/** A dearer reading of the live allocator. */
export interface NativeAllocatorDocument {
  readonly figures: Readonly<Record<string, number>>
  readonly texts: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, boolean>>
  readonly tables: Readonly<Record<string, NativeTable>>
}

export interface NativeOtherAllocator {
  readonly allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc'
  readonly library: string
  readonly symbol: string
  readonly version: string
}

/** The calls of `native/convert/process.cc`. */
export interface NativeProcess {
  readRss(): number | FailureRecord
  readProcessMemory(figures: Float64Array): undefined | FailureRecord
}

/** The calls of `native/convert/allocator.cc`. */
export interface NativeAllocator {
  describeAllocator(): NativeAllocatorDescription
  readAllocatorFootprint(figures: Float64Array): undefined | FailureRecord
  readAllocatorDetail(arenas: boolean): NativeAllocatorDocument | FailureRecord
  findOtherAllocators(): readonly NativeOtherAllocator[]
}

/** The calls of `native/convert/heap.cc`. */
export interface NativeHeap {
  proveHeapLayout(examples: object): { readonly constants: number; readonly proofMicros: number } | FailureRecord
  /** The proof with one number made wrong; what is in use isn't touched. */
  proveHeapLayoutWith(examples: object, number: number, delta: number): undefined | FailureRecord
  listHeapNames(): {
    readonly constants: readonly string[]
    readonly kinds: readonly string[]
    readonly representations: readonly string[]
  }
  readShallowSize(value: unknown): number | FailureRecord
  measureValue(value: unknown, figures: Float64Array): undefined | FailureRecord
  walkValue(
    value: unknown,
    figures: Float64Array,
    maxObjects?: number,
    deadlineMs?: number,
    followClosures?: boolean,
    exclude?: readonly unknown[],
  ): undefined | FailureRecord
  walkTree(
    values: readonly unknown[],
    figures: Float64Array,
    maxObjects: number,
    deadlineMs: number,
    followClosures: boolean,
  ): number | FailureRecord
}

/** The calls of `native/convert/sampler.cc`. */
export interface NativeSampler {
  /** A `descriptor` of -1: the samples are drained here. Else that of a ring that another process opened. */
  startSampler(intervalMs: number, maxCpuShare: number, bufferBytes: number, descriptor: number, published: number): number | FailureRecord
  /** Writes a header, then whole records: see lib/watch/record-buffer.ts. */
  drainSampler(figures: Float64Array, id: number): undefined | FailureRecord
  /** Every record from now on carries these figures. */
  publishFigures(figures: Float64Array, id: number): undefined | FailureRecord
  stopSampler(id: number): void
  closeSampler(id: number): void
  /** Memory for the records of a sampler in another process, which gets the descriptor. */
  openRing(bytes: number): { readonly id: number; readonly descriptor: number } | FailureRecord
  /** As `drainSampler`. */
  drainRing(figures: Float64Array, id: number): undefined | FailureRecord
  closeRing(id: number): void
}

/** Resident bytes by the kind of mapping that they lie in. */
export interface NativeResidency {
  readonly residentBytes: number
  readonly anonymousBytes: number
  readonly fileBytes: number
  readonly stackBytes: number
  readonly sharedMemoryBytes: number
  readonly swappedBytes: number
}

export interface NativePurge {
  readonly calls: string
  readonly arenasSkipped: number
  readonly longestLockMillis: number
}

/** What a forked child saw of its own memory. A figure that its allocator doesn't tell is absent. */
export interface NativeTriedPurge {
  readonly anonymousBeforeBytes: number
  readonly anonymousAfterBytes: number
  readonly inUseBytes?: number
  readonly pinnedBytes?: number
  readonly forkMillis: number
  readonly purgeMillis: number
  readonly childMillis: number
}

/** The calls of `native/convert/release.cc`. */
export interface NativeRelease {
  collectAllAvailable(): boolean
  readResidency(): Promise<NativeResidency | FailureRecord>
  flushAllocatorThread(): void
  purgeAllocator(): Promise<NativePurge | FailureRecord>
  tryPurgeInChild(timeoutMillis: number): Promise<NativeTriedPurge | FailureRecord> | FailureRecord
}

export interface NativeBinding extends NativeProcess, NativeAllocator, NativeHeap, NativeSampler, NativeRelease {}
