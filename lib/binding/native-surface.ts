/** Why a native call failed. It is plain data: TypeScript makes the error of it. */
export interface FailureRecord {
  readonly failure: {
    readonly code: string
    readonly call: string
    readonly errno: number
    readonly message: string
  }
}

/** What doesn't change about the live allocator. */
export interface NativeAllocatorDescription {
  readonly allocator: 'glibc' | 'jemalloc' | 'mimalloc' | 'tcmalloc' | 'tbbmalloc' | 'rpmalloc' | 'scudo' | 'unknown'
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

/** A slower, more detailed reading of the live allocator. */
export interface NativeAllocatorDocument {
  readonly figures: Readonly<Record<string, number>>
  readonly texts: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, boolean>>
  readonly tables: Readonly<Record<string, NativeTable>>
}

/** A copy of an allocator in a loaded library. A text that isn't known is empty. */
export interface NativeEmbeddedCopy {
  readonly allocator: 'jemalloc' | 'mimalloc' | 'tcmalloc'
  readonly library: string
  readonly symbol: string
  readonly version: string
  readonly setting: string
  /** Absent when the copy exports no control. A figure that it doesn't count is absent. */
  readonly statistics?: {
    readonly allocatedBytes?: number
    readonly activeBytes?: number
    readonly residentBytes?: number
    readonly retainedBytes?: number
    readonly muzzyBytes?: number
  }
}

/** The copies, and the mappings of those of mimalloc. */
export interface NativeEmbeddedAllocators {
  readonly copies: readonly NativeEmbeddedCopy[]
  readonly regions: readonly {
    /** Places in `copies`. */
    readonly owners: readonly number[]
    readonly residentBytes: number
    readonly isNamed: boolean
    readonly hasPointers: boolean
  }[]
  readonly lazyFreeBytes: number
}

/** The calls of `native/convert/process.cc`. */
export interface NativeProcess {
  readRss(): number | FailureRecord
  readProcessMemory(figures: Float64Array): undefined | FailureRecord
  /** `ru_maxrss` of `RUSAGE_CHILDREN`, bytes. */
  readChildrenPeak(): number
  /** CLOCK_MONOTONIC, milliseconds. */
  monotonicMs(): number
  /**
   * Starts a program whose standard input ends when this process is gone. It has a session of its own, this process's environment and standard
   * error, and no standard output. About 1 ms.
   */
  startPipeReader(command: readonly string[]): undefined | FailureRecord
  /** Makes or opens a file and takes its lock, which the kernel gives up when the descriptor is closed; -1 while another process holds it. */
  takeFileLock(path: string): number | FailureRecord
}

/** The calls of `native/convert/allocator.cc`. */
export interface NativeAllocator {
  describeAllocator(): NativeAllocatorDescription
  readAllocatorFootprint(figures: Float64Array): undefined | FailureRecord
  readAllocatorDetail(arenas: boolean): NativeAllocatorDocument | FailureRecord
}

/** A call of `native/convert/allocator.cc` that is asked of this process alone. */
export interface NativeArenas {
  /** Fills `figures` with what each arena has from the system, in glibc's order; how many arenas there are. 0 where they aren't told apart. */
  readArenaFootprints(figures: Float64Array): number
}

/** The calls of `native/convert/embedded.cc`. */
export interface NativeEmbedded {
  readEmbeddedAllocators(): NativeEmbeddedAllocators | FailureRecord
  /** Bytes of those that an embedded allocator knows as its own, and of those in its mappings, as of the last `readEmbeddedAllocators`. */
  sumEmbeddedBuffers(buffers: readonly ArrayBuffer[]): { readonly countedBytes: number; readonly mappedBytes: number }
  /** `place` is that of a copy in the last `readEmbeddedAllocators`. */
  purgeEmbeddedAllocator(place: number): Promise<string | FailureRecord> | FailureRecord
}

/** The calls of `native/convert/heap.cc`. */
export interface NativeHeap {
  proveHeapLayout(examples: object): { readonly constants: number; readonly proofMicros: number } | FailureRecord
  /** For tests: the proof with one number made wrong. The proved layout in use stays as it is. */
  proveHeapLayoutWith(examples: object, number: number, delta: number): undefined | FailureRecord
  listHeapNames(): {
    readonly constants: readonly string[]
    readonly kinds: readonly string[]
    readonly representations: readonly string[]
  }
  readShallowSize(value: unknown): number | FailureRecord
  measureValue(value: unknown, figures: Float64Array, viewBytes: number): undefined | FailureRecord
  /** Where `walkValue` writes from now on. */
  setWalkFigures(figures: Float64Array): undefined | FailureRecord
  walkValue(
    value: unknown,
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
  /** `descriptor` is that of a ring which another process opened, or -1: then this process drains the samples. */
  startSampler(intervalMs: number, maxCpuShare: number, bufferBytes: number, descriptor: number, published: number): number | FailureRecord
  /** Writes a header, then whole rows: see lib/sampling/row-buffer.ts. A buffer for the header alone gets no rows. */
  drainSampler(figures: Float64Array, id: number): undefined | FailureRecord
  /** Every row from now on carries these figures. */
  publishFigures(figures: Float64Array, id: number): undefined | FailureRecord
  stopSampler(id: number): void
  closeSampler(id: number): void
  /** Memory for the rows of a sampler in another process. That process gets the descriptor. */
  openRing(bytes: number): { readonly id: number; readonly descriptor: number } | FailureRecord
  /** The reading end of a ring that another process has opened; its number. */
  joinRing(descriptor: number, bytes: number): number | FailureRecord
  /** Like `drainSampler`. */
  drainRing(figures: Float64Array, id: number): undefined | FailureRecord
  closeRing(id: number): void
  /** A thread that samples other processes. */
  startOutsideSampler(intervalMs: number, maxCpuShare: number): number | FailureRecord
  /** Its rows of that process carry `number`. False when there is no such process. */
  followOutside(pid: number, number: number, id: number): boolean | FailureRecord
  /** Like `drainSampler`: see lib/sampling/outside-source.ts. */
  drainOutside(figures: Float64Array, id: number): undefined | FailureRecord
  stopOutsideSampler(id: number): void
  closeOutsideSampler(id: number): void
  /** A thread that reads numbers of the kernel's files: in the file of each path the number that its key names. */
  startFileSampler(intervalMs: number, maxCpuShare: number, paths: readonly string[], keys: readonly string[]): number | FailureRecord
  /** Like `drainSampler`: see lib/sampling/file-source.ts. */
  drainFileSampler(figures: Float64Array, id: number): undefined | FailureRecord
  closeFileSampler(id: number): void
}

/** The calls of `native/convert/flight.cc`. */
export interface NativeFlight {
  /**
   * Makes the file, which mustn't be there, and starts a sampler that writes its rows into it. `settings` are SettingField of native code, `head` is what the
   * file begins with, `usageFile` that of a control group, or empty. The number is a sampler's.
   */
  startFlight(settings: Float64Array, file: string, head: Uint8Array, usageFile: string): number | FailureRecord
  /** Every row from now on carries these figures. */
  publishFlight(figures: Float64Array): undefined | FailureRecord
  /** V8's figures as of now, to be compared: see `lib/flight/native-heap.ts`. */
  readFlightHeap(proof: Float64Array): undefined | FailureRecord
  /** Publishes V8's at the end of each collection as well. Writes the same figures. */
  watchFlightGc(proof: Float64Array): undefined | FailureRecord
  unwatchFlightGc(): void
  /** When this process's flight began, milliseconds of CLOCK_MONOTONIC. From any thread; undefined while none is recorded. */
  flightStart(): number | undefined
  /** From any thread. False when none is recorded, it is longer than a slot, or the file can't be written. */
  writeFlightEvent(event: Uint8Array): boolean | FailureRecord
  /** Nothing is published any more. The sampler is left, to be closed. */
  endFlight(): void
}

/** Resident bytes by kind of mapping. */
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

/** A forked child's figures of its own memory. Those that the allocator doesn't tell are absent. */
export interface NativeTriedPurge {
  readonly anonymousBeforeBytes: number
  readonly anonymousAfterBytes: number
  /** What the embedded allocators gave back after that. Absent when none could be purged. */
  readonly embeddedReleasedBytes?: number
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

/** Memory into which native code measures a thread. The views of V8's own words are absent when those words couldn't be found. */
export interface NativeProfile {
  readonly record: ArrayBuffer
  /** Beginning, top and end of the allocation area of new space, and of old space. */
  readonly young?: ArrayBuffer
  readonly old?: ArrayBuffer
  /** V8's count of bytes outside of its heap. */
  readonly external?: ArrayBuffer
  readonly newLargeObjects?: ArrayBuffer
  readonly largeObjects?: ArrayBuffer
  readonly tellsPageEnds: boolean
}

/** The calls of `native/convert/profile.cc`. */
export interface NativeProfiling {
  startProfile(path: string, bytes: number): NativeProfile | FailureRecord
  readonly synchroniseProfile: () => void
  /** Like synchroniseProfile, but no line is charged for what was allocated since the last probe. */
  readonly disownProfile: () => void
  /** Until V8's background compilers sleep, 50 ms at most. Before a collection by which lines are charged: what they hold then would count as the lines'. */
  waitForV8Workers(): void
  stopProfile(): void
  /** Four figures, bytes: V8's heap allocated and in use, then outside of the heap allocated and in use. Counting begins with the first call. */
  readHeapCounts(figures: Float64Array): undefined | FailureRecord
  /** The peak of RSS since the last call. Resets the kernel's mark. */
  takePeak(): number | FailureRecord
  mapProfileFile(path: string, bytes: number): ArrayBuffer | FailureRecord
}

/** Whose each page is, as `native/ledger` found it. */
export interface NativeLedger {
  /** `cells` holds ledgerColumns' figures of each row. */
  readonly rows: { readonly cells: Float64Array; readonly names: readonly string[] }
  /** The largest stretches without an owner, by hexadecimal addresses. */
  readonly unclaimed: readonly { readonly begin: string; readonly end: string; readonly residentBytes: number }[]
  /**
   * Every isolate, the caller's first: its thread, 0 when it isn't known, and what V8 counts as external there, as `process.memoryUsage().external` does.
   * That isn't read while there is only one, and not by `readLedgerAsync` before a `readLedger` of this thread has proved where it stands.
   */
  readonly isolates: readonly { readonly tid: number; readonly externalBytes?: number }[]
  /** Embedded allocators, and what they count as resident themselves. */
  readonly copies: readonly { readonly name: string; readonly residentBytes?: number }[]
  /** Whether the form of V8's records is proved, by this look or an earlier one of this thread. */
  readonly isHeapProved: boolean
  /** Whether V8's pages have the sizes that were given. */
  readonly isHeapExact: boolean
  readonly isPagemapReadable: boolean
  /** Whether one scan of the page tables told what is resident; otherwise smaps did. */
  readonly isScanned: boolean
  /** Whether memory that was given up with MADV_FREE was looked for. */
  readonly isLazyFreeKnown: boolean
  readonly territory: 'complete' | 'partial' | 'unknown'
  readonly figures: {
    readonly residentBytes: number
    readonly mappings: number
    readonly hugePageBytes: number
    readonly hugetlbBytes: number
    readonly chunkBytes: number
    readonly chunks: number
    readonly mappedBytes: number
    readonly mappedCount: number
    readonly costMicros: number
  }
}

/** The calls of `native/convert/ledger.cc`. */
export interface NativeLedgers {
  /**
   * Of this process. `spaceSizes` are V8's sizes of the calling thread's spaces, in V8's order. `budgetMs` is for the look for memory that was given up
   * with MADV_FREE.
   */
  readLedger(spaceSizes: Float64Array, budgetMs: number): NativeLedger | FailureRecord
  /** … by another thread. */
  readLedgerAsync(spaceSizes: Float64Array, budgetMs: number): Promise<NativeLedger | FailureRecord> | FailureRecord
  /** Of another process, by its smaps. */
  readLedgerOf(pid: number): NativeLedger | FailureRecord
  /** Empty when the thread is gone. */
  readThreadName(pid: number, tid: number): string
}

/** The calls of `native/convert/attach.cc`. */
export interface NativeAttach {
  /**
   * Asks another process about itself, through a thread of it that waits for work: `library` is this addon's file by the path under which that process sees
   * it. `request` and the answer, JSON, are those of native/agent/answer.cc. Blocks this thread for `timeoutMs` at the most.
   */
  askProcess(pid: number, library: string, request: string, timeoutMs: number): string | FailureRecord
}

/** The calls of `native/convert/names.cc`. */
export interface NativeNames {
  /** Whether the room that V8 keeps for names is where it is looked for, by objects of so many names and numbers. */
  proveNameRoom(few: object, proxy: object, kinds: readonly object[], names: number, numbers: number): boolean
  /** Words for an object's names in a table, or for its numbers, whichever are more; -1 where it isn't known. */
  readNameRoom(value: object): number
}

export interface NativeBinding
  extends
    NativeProcess,
    NativeAllocator,
    NativeArenas,
    NativeEmbedded,
    NativeHeap,
    NativeNames,
    NativeSampler,
    NativeFlight,
    NativeRelease,
    NativeProfiling,
    NativeLedgers,
    NativeAttach {}
