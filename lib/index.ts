// The public list. Importing it loads no room and no addon: whoever imports a memory tool should not see its own memory rise.
import { lazily } from './loading/index.js'
import type { AllocatorStats, AllocatorStatsOptions } from './allocator/index.js'
import type { Capabilities } from './capabilities/index.js'
import type { DeepSize, DeepSizeOptions, HeapStats, ObjectSize, SizeComparison, SizeTree, SizeTreeOptions } from './heap/index.js'
import type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from './process/index.js'
import type { MeasureMemoryOptions, MemoryMeasurement } from './profile/index.js'
import type { MethodDescriptor, ProfiledFunction } from './register/index.js'
import type { CheckOptions, PeriodicRelease, PeriodicReleaseOptions, ReleaseCheck, ReleaseOptions, ReleaseReport } from './release/index.js'
import type { ArenaWatcher, WatchOptions } from './watch/index.js'

export type {
  AllocatorDetail,
  AllocatorSnapshot,
  AllocatorStats,
  AllocatorStatsOptions,
  GlibcArena,
  GlibcBin,
  GlibcCounters,
  GlibcStats,
  GlibcTunables,
  GlibcWalk,
  JemallocArena,
  JemallocBin,
  JemallocCounters,
  JemallocExtentClass,
  JemallocSettings,
  JemallocStats,
  MimallocBlockClass,
  MimallocCounter,
  MimallocStats,
  MissingFigures,
  OtherAllocator,
  Provenance,
  TcmallocCounters,
  TcmallocPageheap,
  TcmallocSizeClass,
  TcmallocStats,
  UnknownAllocatorStats,
} from './allocator/index.js'
export type { Capabilities, ObjectSizesCapability } from './capabilities/index.js'
export type { AllocscopeErrorCode, AllocscopeErrorDetails } from './errors/index.js'
export type {
  DeepSize,
  DeepSizeOptions,
  HeapKind,
  HeapSpaceStats,
  HeapStats,
  KindSize,
  ObjectSize,
  OwnedBytes,
  PartKind,
  Representation,
  SharedBytes,
  SizeComparison,
  SizeComparisonEntry,
  SizeTree,
  SizeTreeNode,
  SizeTreeOptions,
  ValueKind,
} from './heap/index.js'
export type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from './process/index.js'
export type {
  FunctionProfile,
  LineFigures,
  LineProfile,
  MeasureMemoryOptions,
  MemoryMeasurement,
  ProfileDocument,
  ProfileEnd,
  ProfileMode,
  UninstrumentedCode,
} from './profile/index.js'
export type { MethodDescriptor, ProfiledFunction } from './register/index.js'
export type {
  CheckedBytes,
  CheckOptions,
  CheckProgress,
  CheckRound,
  FaultBack,
  HeldBytes,
  LiveMemory,
  LivePlace,
  PeriodicRelease,
  PeriodicReleaseEnd,
  PeriodicReleaseEvents,
  PeriodicReleaseOptions,
  ReleaseCheck,
  ReleaseOptions,
  ReleaseReport,
  ReleaseStep,
  ReleaseVerdict,
  ResidentMemory,
  SkippedRelease,
  WhatIfMade,
} from './release/index.js'
export type { ArenaSample, RssSample, WatchSummary } from './sampling/index.js'
export type {
  ArenaChange,
  ArenaTrend,
  ArenaWatcher,
  ArenaWatcherEvents,
  NewArena,
  SampleOverflow,
  ThresholdChange,
  WatchOptions,
} from './watch/index.js'
export { AllocscopeError, isAllocscopeError } from './errors/index.js'
export { releaseVerdicts } from './release/verdicts.js'

const allocator = lazily(() => require('./allocator/index.js') as typeof import('./allocator/index.js'))
const capabilities = lazily(() => require('./capabilities/index.js') as typeof import('./capabilities/index.js'))
const heapStats = lazily(() => require('./heap/heap-stats.js') as typeof import('./heap/heap-stats.js'))
const heap = lazily(() => require('./heap/index.js') as typeof import('./heap/index.js'))
const processRoom = lazily(() => require('./process/index.js') as typeof import('./process/index.js'))
const measuring = lazily(() => require('./profile/measure/index.js') as typeof import('./profile/measure/index.js'))
const register = lazily(() => require('./register/index.js') as typeof import('./register/index.js'))
const release = lazily(() => require('./release/index.js') as typeof import('./release/index.js'))
const report = lazily(() => require('./report/index.js') as typeof import('./report/index.js'))
/** A call of 20 ns: once its room is loaded, the room's own function takes this one's place. */
let shallowSize = (value: unknown): number => {
  shallowSize = heap().shallowSizeOf
  return shallowSize(value)
}
const watch = lazily(() => require('./watch/index.js') as typeof import('./watch/index.js'))

/**
 * What the live allocator of this process holds. Every thread of a process has the same allocator.
 *
 * Cost: the default, `'footprint'`, takes about 2 µs under glibc whatever the heap, walks nothing and takes no lock; under jemalloc it advances
 * the statistics' epoch (about 20 µs), under tcmalloc it takes the page heap's lock a few times. On glibc `'usage'` and `'arenas'` walk every free
 * list with its arena locked: microseconds on a fresh heap, hundreds of milliseconds with a million free chunks; hence `budgetMs`. The first
 * call in a process also finds out which allocator it is, by looking and by a proof: about 0.3 ms.
 *
 * @example
 * const stats = getAllocatorStats({ detail: 'arenas' })
 * if (stats.allocator === 'glibc') for (const arena of stats.arenas) console.log(arena.index, arena.retainedBytes)
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_ALLOCATOR_CALL` when the allocator's
 * own call failed, `ERR_ALLOCSCOPE_MALFORMED_REPORT` when its report has an unknown form, `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted.
 */
export function getAllocatorStats(options?: AllocatorStatsOptions): AllocatorStats {
  return allocator().getAllocatorStats(options)
}

/** What allocscope can do here, without throwing. The first call of a thread proves V8's object layout, some 3 ms; later ones cost nothing. */
export function getCapabilities(): Capabilities {
  return capabilities().getCapabilities()
}

/**
 * The {@link deepSizeOf} of several values, the smallest first: `compareSizes({ map: new Map(…), object: {…} })`. Each is walked for itself, so
 * that what two of them share counts in both.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` unless `values` is an object with at least one property; AllocscopeError as {@link deepSizeOf} does.
 */
export function compareSizes(values: Readonly<Record<string, unknown>>): SizeComparison {
  return heap().compareSizes(values)
}

/**
 * The sum of everything that can be reached from `value`, each object once: what Pympler's `asizeof` and JOL's `GraphLayout.totalSize` are. It
 * isn't what would be freed without `value`, since others may refer to the same objects. About 0.2 µs for a few objects, 30 to 50 ns an object
 * in a large graph, in which time this thread does nothing else; no getter is called, no trap fires, nothing is allocated on V8's heap meanwhile,
 * and neither cycles nor depth matter.
 *
 * Not followed: prototypes, classes and code; the variables of closures, unless asked for; what WeakMap, WeakSet, WeakRef and
 * FinalizationRegistry hold; the global object. V8's own constants (`undefined`, `''`, single characters) count 0, names of properties too. A
 * pooled Buffer brings in all of its pool, once.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function deepSizeOf(value: unknown, options?: DeepSizeOptions): DeepSize {
  return heap().deepSizeOf(value, options)
}

/**
 * The state of V8's heap in the calling thread: a worker sees its own. About 15 µs; never walks the heap, never collects.
 *
 * Source: `v8.getHeapStatistics()`, `v8.getHeapSpaceStatistics()` and, for array buffers, `process.memoryUsage()`.
 */
export function getHeapStats(): HeapStats {
  return heapStats().getHeapStats()
}

/**
 * The size of the object that `value` refers to, bytes on V8's heap, and nothing else: no elements, no properties outside it, nothing that it
 * refers to. A small integer is 0, since it lies in the slot that refers to it. About 40 ns; no getter is called and no trap fires.
 *
 * Source: the object's map, by a layout proved at the first call of a thread (see {@link getCapabilities}).
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function shallowSizeOf(value: unknown): number {
  return shallowSize(value)
}

/**
 * The size of `value` with the stores that it alone owns: what `sys.getsizeof` is to Python. What it refers to isn't counted; for that there
 * is {@link deepSizeOf}. About 0.2 µs; no getter is called and no trap fires.
 *
 * Caveats: a view that covers all of its ArrayBuffer is taken for its owner. A number in an object's property or an array of mixed values may
 * be an object of its own of 16 bytes: it counts as referred to, not as owned. The code of a function isn't counted.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_V8_LAYOUT_UNSUPPORTED` where the layout isn't proved, `ERR_ALLOCSCOPE_NO_ADDON` without the addon.
 */
export function sizeOf(value: unknown): ObjectSize {
  return heap().sizeOf(value)
}

/**
 * What is in `value`, level by level, with the size of each part: the recursive picture of {@link deepSizeOf}. Each object counts once, at the
 * place where the fewest steps lead to it, so that the sizes add up to the root's.
 *
 * Own properties, array elements and entries of Map and Set are shown, but for numbers; no getter is called and no trap of a Proxy fires. It allocates for what it
 * shows, before and after the walk but not in it. For values with more than 10,000 entries, those beyond count in `elsewhereBytes`.
 *
 * @throws TypeError or RangeError for bad options; AllocscopeError as {@link deepSizeOf} does.
 */
export function sizeTree(value: unknown, options?: SizeTreeOptions): SizeTree {
  return heap().sizeTree(value, options)
}

/**
 * A {@link sizeTree} as text: one line for each value, its bytes (with everything below it) to the left, the largest first, and lines for what
 * isn't shown, so that the lines below a value add up to it but for the value's own bytes.
 */
export function formatSizeTree(tree: SizeTree): string {
  return report().formatSizeTree(tree)
}

/**
 * What the kernel says of this process's memory.
 *
 * @param options - `{ detail: 'full' }` adds PSS, USS, swap and the split by kind, at the price of a walk of every mapping.
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted; `ERR_ALLOCSCOPE_UNSUPPORTED` for `'full'` off Linux.
 */
export function getProcessMemory(options: ProcessMemoryOptions & { readonly detail: 'full' }): FullProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory {
  return processRoom().getProcessMemory(options)
}

/**
 * The resident set size of this process, bytes: the cheapest true reading, about 1.4 µs. One `pread` of `/proc/self/statm`, kept open; where the
 * addon doesn't load, `process.memoryUsage.rss()`.
 *
 * Caveat: kernels before 6.2 count per thread in batches and can lag by some pages a thread.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted.
 */
export function getRss(): number {
  return processRoom().getRss()
}

/**
 * Calls `fn` and measures the memory that it takes; what memory_profiler's `memory_usage` and `memit` are to Python. The program needs no
 * instrumentation. Promises are awaited, and what runs meanwhile is measured with it; a function that blocks the event loop is sampled all
 * the same, from a thread of its own.
 *
 * Cost: a thread that reads `/proc/self/statm` at every interval, and about 50 µs at the beginning and the end; once in a thread some 10 ms, to
 * find out how V8 counts. Measuring allocates a few kilobytes that are counted as the function's. From the
 * first call on V8 frees array buffers within collections, on the thread that collects.
 *
 * Caveat: the kernel's mark of the highest RSS is set back where it stands far above what is resident. `process.resourceUsage().maxRSS` and
 * `VmHWM` then tell of the time since; `getProcessMemory().peakRssBytes` of the calling thread remembers.
 *
 * @example
 * const { peakRssBytes, incrementBytes, allocatedBytes } = await measureMemory(() => JSON.parse(text))
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong argument; what `fn` throws. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no
 * addon loads, `ERR_ALLOCSCOPE_UNSUPPORTED` where V8 can't be counted, `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the kernel refuses.
 */
export function measureMemory<Result>(
  fn: () => Result | PromiseLike<Result>,
  options?: MeasureMemoryOptions,
): Promise<MemoryMeasurement<Result>> {
  return measuring().measureMemory(fn, options)
}

/**
 * Marks a function to be profiled line by line, and answers with it: `const load = profile(async function load() { … })`.
 *
 * In a program that was loaded through allocscope (`allocscope profile app.js`, `node --import allocscope/register app.js`) the function itself is
 * given back; its lines were instrumented when its file was loaded, at 50 to 400 ns a line executed. Otherwise a proxy of it is given back, which
 * has the same name, length and `this`, and measures each call, at a few microseconds; at exit the totals of all wrapped functions (calls, bytes
 * allocated, net change, peak RSS) are printed to standard error, with a line that says how to get the lines. An async function is
 * measured until its promise is settled, with what others do meanwhile; of a generator each step is.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` when it is given something other than a function.
 */
export function profile<Callable extends ProfiledFunction>(callable: Callable): Callable
/** The same as a decorator of a method, `@profile`, as the language has it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the language's own ClassMethodDecoratorContext asks of a method
export function profile<This, Method extends (this: This, ...args: any) => any>(
  method: Method,
  context: ClassMethodDecoratorContext<This, Method>,
): Method
/** The same as a decorator of a method under TypeScript's `experimentalDecorators`. */
export function profile<Method extends ProfiledFunction>(
  target: object,
  key: string | symbol,
  descriptor: MethodDescriptor<Method>,
): MethodDescriptor<Method>
export function profile(...given: readonly [unknown, unknown?, unknown?]): unknown {
  return (register().profile as (...given: readonly unknown[]) => unknown)(...given)
}

/**
 * Runs `action` and tells whether the memory that it used went back to the operating system, and if not, who holds it: V8, the allocator, pages
 * that something in use pins, or the program itself, which never freed it.
 *
 * A baseline is taken, `action` is called to warm up and then in rounds that grow, everything is collected and RSS comes to rest. Then a purge
 * is tried in a forked child, so that this process stays as it is: what the purge gives back there was held by the allocator. What grows by as much
 * with every call is still live, however little it is. The document `release.md` says how it decides, and where it can be fooled.
 *
 * Cost: a few collections and forks (some 10 ms of this thread for each GB resident), and the calls of `action`: at least two, as many more as
 * fit in `budgetMs` unless `runs` is given. The event loop turns in between.
 *
 * @example
 * const { verdict, summary, advice } = await checkRelease(async () => { await handle(bigInput) })
 * if (verdict !== 'returned') console.log(summary, advice)
 *
 * @throws What `action`, `setup` or `teardown` throws. TypeError or RangeError, with Node's codes, for a wrong argument. AllocscopeError
 * `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads, `ERR_ALLOCSCOPE_PROC_UNREADABLE` when `/proc/self/smaps` can't be read.
 */
export function checkRelease(action: () => unknown, options?: CheckOptions): Promise<ReleaseCheck> {
  return release().checkRelease(action, options)
}

/**
 * Gives back to the operating system what can be given back: V8 collects everything and shrinks its young generation, RSS comes to rest, and the
 * live allocator returns its free memory by its own means: glibc `malloc_trim(0)` and, as that never does, the tops of the arenas other than the
 * main one; jemalloc `arena.<all>.purge`; tcmalloc `MallocExtension_ReleaseFreeMemory`; mimalloc `mi_collect(true)`, which reaches the heap of the
 * calling thread and those of ended threads.
 *
 * Cost: the collections block this thread (some 10 ms for each 10 MB of live objects, twice); the purge runs on another thread, but takes
 * the allocator's locks while it walks, so that threads that allocate wait: a second or more with a million free chunks. What was given back is
 * faulted in again when the program needs it. Each step says what it took and what it gave back. V8's other threads keep their garbage.
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE` when `/proc/self/smaps` can't be read, `ERR_ALLOCSCOPE_ALLOCATOR_CALL` when the allocator refused.
 */
export function releaseMemory(options?: ReleaseOptions): Promise<ReleaseReport> {
  return release().releaseMemory(options)
}

/**
 * Releases memory now and then, while the event loop is idle: by default without a collection, which is what stalls. After each release it looks
 * how much RSS has grown back within `faultBackMs`, and stops itself, with an event that says so, once purging doesn't stick or a release
 * stalls for longer than allowed. Every timer is unref'd.
 *
 * @example
 * const periodic = startPeriodicRelease({ intervalMs: 60_000 })
 * periodic.on('faultBack', ({ returnedBytes, share }) => console.log(returnedBytes, share))
 * periodic.on('stop', ({ cause, reason }) => console.log(cause, reason))
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads.
 * What fails later ends it: `'stop'` with `cause: 'failed'`.
 */
export function startPeriodicRelease(options?: PeriodicReleaseOptions): PeriodicRelease {
  return release().startPeriodicRelease(options)
}

/**
 * Watches this process's RSS and its allocator's footprint, for glibc arena by arena, from a thread of its own: also while this one is
 * blocked. Samples wait in a buffer and are given out in order, with their own times, when the event loop next runs.
 *
 * Cost: a reading takes a few microseconds and walks nothing. Under glibc it takes no lock of the allocator's; under jemalloc it advances the
 * statistics' epoch, under tcmalloc it takes the page heap's lock. {@link ArenaWatcher.summary} says what the thread has used.
 *
 * Every watcher has a thread; one JavaScript thread may have 64 watchers.
 *
 * @example
 * const watcher = watchArenas({ intervalMs: 100, minBytes: 4 * 2 ** 20 })
 * watcher.on('growth', ({ subject, arena, toBytes, trend }) => console.log(subject, arena, toBytes, trend.bytesPerSecond))
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the kernel gives no thread or no memory, `ERR_ALLOCSCOPE_UNSUPPORTED` for the 65th watcher.
 */
export function watchArenas(options?: WatchOptions): ArenaWatcher {
  return watch().watchArenas(options)
}
