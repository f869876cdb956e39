/** A function in which memory was asked for, or which called it. */
export interface TrackedFrame {
  readonly kind: 'javascript' | 'native'
  /** Empty for a function without a name, and for native code whose file has no symbol for it. */
  readonly functionName: string
  /** The script, or the native object's file. Empty for code that was made by `eval` or `new Function`. */
  readonly file: string
  /** Of JavaScript: the line that was running where {@link TrackedFrame.isExactLine}, otherwise the one on which the function begins. */
  readonly line: number | undefined
  readonly isExactLine: boolean
}

/** What was allocated at one place, or by one stack. All are estimates, but for an `intervalBytes` of 1. */
export interface TrackedFigures {
  /** Bytes that were asked for and not freed when tracking ended. */
  readonly liveBytes: number
  /** The standard error of `liveBytes`: two of three times the truth is nearer than that. 0 where every block was sampled. */
  readonly liveBytesError: number
  readonly liveBlocks: number
  /** How many samples `liveBytes` is made of. */
  readonly liveSamples: number
  /** Bytes that were asked for while tracking, freed or not. */
  readonly allocatedBytes: number
  readonly allocations: number
}

/** A stack that memory was allocated from, the innermost frame first. */
export interface TrackedStack extends TrackedFigures {
  readonly frames: readonly TrackedFrame[]
}

/** A line, a function or a module, and what was allocated there. */
export interface TrackedPlace extends TrackedFigures {
  readonly name: string
}

/** A thread, and what it asked for and is live, whichever thread may free it. */
export interface TrackedThread extends Pick<TrackedFigures, 'liveBytes' | 'liveBytesError' | 'liveBlocks' | 'liveSamples'> {
  /** The kernel's number of it. The main thread's is that of the process. */
  readonly tid: number
  /** The kernel's name of it, which libraries and node itself give: `libuv-worker`. Undefined of a thread that had ended. */
  readonly name: string | undefined
}

/** Address space that was mapped while tracking and not unmapped when it ended. */
export interface MappedFigures {
  /** Bytes of address space, most of which may never have been touched. */
  readonly mappedBytes: number
  /** Bytes of it that were resident when tracking ended. */
  readonly residentBytes: number
  /** Bytes of it of which that isn't known: a file's, or shared ones, whose pages may be resident for others. They aren't in `residentBytes`. */
  readonly unknownBytes: number
  /** Ranges of addresses. */
  readonly ranges: number
}

/** A line, a function or a module, and what was mapped there. */
export interface MappedPlace extends MappedFigures {
  readonly name: string
}

/** A stack that address space was mapped from, the innermost frame first. */
export interface MappedStack extends MappedFigures {
  readonly frames: readonly TrackedFrame[]
}

/**
 * What was mapped apart from malloc, by calls of mmap, mremap, sbrk and brk: V8's pages, wasm memories, what an addon's own allocator takes from the kernel. Each
 * call is seen, so the figures are exact. Not seen is what the C library maps itself: its heaps, large blocks of malloc, stacks of threads. Memory that is mapped
 * anew within such a range stays with whoever mapped the range. The most resident bytes first.
 */
export interface TrackedMappings {
  readonly total: MappedFigures
  /** As {@link TrackingReport.lines}. */
  readonly lines: readonly MappedPlace[]
  readonly functions: readonly MappedPlace[]
  readonly modules: readonly MappedPlace[]
  readonly stacks: readonly MappedStack[]
}

/** What a process allocated natively while it was tracked, and what of it is live: see {@link startTracking}. */
export interface TrackingReport {
  /** The mean distance between two sampled bytes. */
  readonly intervalBytes: number
  readonly durationMs: number
  /** Blocks that were sampled, freed or not. */
  readonly samples: number
  readonly total: TrackedFigures
  /**
   * By JavaScript line: of each stack that of the innermost function outside of node's own. Where that is a package's, the program's own innermost line,
   * with the package that it called: `load /app/images.js:12 → sharp`. Where there is none, node's own, then the native function. The most live bytes first,
   * as in the others.
   */
  readonly lines: readonly TrackedPlace[]
  /** By native function: the innermost outside of the libraries of C and C++. */
  readonly functions: readonly TrackedPlace[]
  /** By the object of that function: node itself, an addon (with its package), a shared library. */
  readonly modules: readonly TrackedPlace[]
  /**
   * By the package in `node_modules` whose code ran innermost, of JavaScript or else of native code. What the program asked for by itself or through node is
   * `(the program)`, what node asked for by itself `(node)`.
   */
  readonly packages: readonly TrackedPlace[]
  /** By thread. Undefined of several processes, and of a program that told nothing at its end. */
  readonly threads: readonly TrackedThread[] | undefined
  readonly stacks: readonly TrackedStack[]
  /** Undefined of a program that told nothing at its end. */
  readonly mappings: TrackedMappings | undefined
  /** What makes figures uncertain beyond their errors, in words. Empty as a rule. */
  readonly limitations: readonly string[]
}

/** The same of several processes, of which the other figures are the sums. */
export interface TrackedTreeReport extends TrackingReport {
  /** The most live bytes first. */
  readonly processes: readonly TrackedProcess[]
}

/** A process of a program that was tracked with those that it started. */
export interface TrackedProcess {
  readonly pid: number
  readonly parentPid: number
  /** The script that it ran, with its arguments, or what node was told to do instead. */
  readonly command: string
  /** Between the beginning of its tracking and its end. Undefined where it told nothing, as are its figures. */
  readonly durationMs: number | undefined
  readonly figures: TrackedFigures | undefined
  /** Why there are none. */
  readonly reason: string | undefined
}

/** Who holds native memory that grows with each call. */
export interface LeakingPlace {
  /** The innermost JavaScript outside of node's own, and its line. Undefined for memory that was taken where no JavaScript ran. */
  readonly script: Pick<TrackedFrame, 'functionName' | 'file' | 'line' | 'isExactLine'> | undefined
  /** The native function that asked for the memory. Empty when its object has no symbol for it. */
  readonly nativeFunction: string
  /** The object of that function: an addon with its package, a shared library, or node itself. */
  readonly module: string
  /** Bytes that were asked for and not freed, a call, on average. */
  readonly bytesPerCall: number
  /** The standard error of that average: each session's figure is exact, but calls may differ. */
  readonly bytesPerCallError: number
  readonly blocksPerCall: number
}
