/** Where objects are allocated. */
export interface AllocationPlace {
  /** The source file: where the loaded file has a source map, the original one. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The function that allocates; empty for one without a name, and for a module's own code. */
  readonly functionName: string
  /** Whether it is the line of the very expression. Otherwise it is the one where the function begins: V8 tells no more, and several could be it. */
  readonly isExact: boolean
}

/** Who asked malloc, or its kin, for memory. */
export interface NativeRequest {
  /** The native function. Empty when its object has no symbol for it. */
  readonly functionName: string
  /** The object of that function: an addon with its package, a shared library, or node itself. */
  readonly module: string
}

/** What each call leaves behind: JavaScript objects and what keeps them, or native blocks and who asked for them. */
export interface Holder {
  /**
   * Their constructor: `SecureContext`, `(string)`, `function onData`; `(sliced string)` for strings that keep the text they were cut from. Wrappers of native objects are named, and the native memory that V8 or node
   * knows of is theirs. Undefined for native blocks, and where only the sampler was asked: it knows places, not objects.
   */
  readonly constructor: string | undefined
  /** By how many the number of these objects or native blocks rose, divided by the calls. Undefined where only the sampler was asked. */
  readonly perCall: number | undefined
  /**
   * What they keep and nothing else does, themselves included, divided by the calls. The sampler's is an estimate, of the JavaScript heap alone. Of native
   * blocks the bytes that were asked for.
   */
  readonly bytesPerCall: number
  /** What keeps one of them: "Map `cache` in server.js". Undefined where it isn't known. */
  readonly path: string | undefined
  /** Where most of them are allocated. Undefined where no JavaScript of the program did. */
  readonly allocatedAt: AllocationPlace | undefined
  /** Who asked for native blocks. Undefined for JavaScript objects. */
  readonly allocatedBy?: NativeRequest
}

/** The result of a search for what keeps memory. */
export interface HoldersFound {
  /** Those that keep most come first. Empty when no constructor's number rises, and when the search could not be made. */
  readonly holders: readonly Holder[]
  /** What they are known by: two heap snapshots, the sampling heap profiler alone, or nothing. */
  readonly source: 'snapshots' | 'sampler' | 'none'
  /** Why it wasn't snapshots; undefined when it was. */
  readonly reason: string | undefined
  /** The calls that were made between the beginning and the end. */
  readonly calls: number
  /** What the search itself took, without the calls. The event loop was blocked for nearly all of it. */
  readonly costMicros: number
}

/** Bounds of a search. */
export interface HolderSearchOptions {
  /** The search takes no longer than about this: a snapshot that is predicted to exceed it isn't taken. 20,000 ms unless told. */
  readonly budgetMs?: number | undefined
  /** Of a larger JavaScript heap no snapshot is taken. 500 MB unless told. */
  readonly maxHeapBytes?: number | undefined
}
