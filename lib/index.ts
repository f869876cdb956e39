// The public list. Importing it loads no room and no addon: the import of a memory tool should not raise a program's memory.
import { lazily } from './loading/index.js'
import type { AllocatorStats, AllocatorStatsOptions } from './allocator/index.js'
import type { Capabilities } from './capabilities/index.js'
import type { HeapStats } from './heap/index.js'
import type { FlightOptions, FlightRecorder } from './flight/index.js'
import type { ExplainOptions, RssLedger } from './ledger/index.js'
import type { MemoryPressureEvent, MemoryPressureOptions, MemoryPressureWatch, NoMemoryPressureWatch } from './pressure/index.js'
import type { FullProcessMemory, ProcessMemory, ProcessMemoryOptions } from './process/index.js'
import type { MeasureMemoryOptions, MemoryMeasurement } from './profile/index.js'
import type { MethodDescriptor, ProfiledFunction } from './register/index.js'
import type { CheckOptions, PeriodicRelease, PeriodicReleaseOptions, ReleaseCheck, ReleaseOptions, ReleaseReport } from './release/index.js'
import type { Tracking, TrackingOptions } from './track/index.js'
import type { ArenaWatcher, WatchOptions } from './watch/index.js'

export type * from './public-types.js'
export { AllocscopeError, isAllocscopeError } from './errors/allocscope-error.js'
export { compareSizes, deepSizeOf, formatSizeTree, shallowSizeOf, sizeOf, sizeTree } from './public-sizes.js'
export { releaseVerdicts } from './release/verdicts.js'

const allocator = lazily(() => require('./allocator/index.js') as typeof import('./allocator/index.js'))
const capabilities = lazily(() => require('./capabilities/index.js') as typeof import('./capabilities/index.js'))
const flight = lazily(() => require('./flight/index.js') as typeof import('./flight/index.js'))
const heapStats = lazily(() => require('./heap/heap-stats.js') as typeof import('./heap/heap-stats.js'))
const ledger = lazily(() => require('./ledger/explain-rss.js') as typeof import('./ledger/explain-rss.js'))
const marks = lazily(() => require('./record/marks.js') as typeof import('./record/marks.js'))
const pressure = lazily(() => require('./pressure/index.js') as typeof import('./pressure/index.js'))
const processRoom = lazily(() => require('./process/index.js') as typeof import('./process/index.js'))
const measuring = lazily(() => require('./profile/measure/index.js') as typeof import('./profile/measure/index.js'))
const register = lazily(() => require('./register/index.js') as typeof import('./register/index.js'))
const release = lazily(() => require('./release/index.js') as typeof import('./release/index.js'))
const tracking = lazily(() => require('./track/start-tracking.js') as typeof import('./track/start-tracking.js'))
const watch = lazily(() => require('./watch/watch-arenas.js') as typeof import('./watch/watch-arenas.js'))

/**
 * What the live allocator of this process holds. Every thread of a process has the same allocator.
 *
 * Cost: the default, `'footprint'`, takes about 2 µs under glibc, with no walk and no lock, however large the heap. Under jemalloc it advances the
 * statistics' epoch (about 20 µs). Under tcmalloc it takes the page heap's lock a few times. On glibc `'usage'` and `'arenas'` walk every free list
 * with its arena locked. That takes microseconds on a fresh heap and hundreds of milliseconds with a million free chunks: `budgetMs` limits it. The
 * first call in a process also finds out which allocator it is, and proves it: about 0.3 ms.
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

/**
 * Whose every byte of this process's RSS is: V8's heaps by isolate and space, malloc in use and free, array buffers, wasm memories, stacks by thread,
 * files, embedded allocators, and an explicit remainder. The entries add up to RSS. Each says how it is known.
 *
 * Source: a scan of this process's page tables (`PAGEMAP_SCAN`, Linux 6.7 or later; otherwise `/proc/self/smaps` and `/proc/self/pagemap`), V8's records of
 * its pages, glibc's arenas. V8's records are used once their sizes, space by space, equal V8's public statistics; otherwise its pages are one entry. Cost:
 * the calling thread is blocked, some 20 ms a GB by a scan and 50 ms by smaps, about 3 µs a mapping, and for `budgetMs` at most for each of two walks.
 * {@link explainRssAsync} doesn't block it. What other threads map and unmap meanwhile may go to the wrong owner.
 *
 * @example
 * const earlier = explainRss()
 * await work()
 * for (const { owner, detail, grownBytes } of explainRss().diff(earlier).entries) console.log(owner, detail, grownBytes)
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when `/proc/self/smaps`
 * can't be read.
 */
export function explainRss(options?: ExplainOptions): RssLedger {
  return ledger().explainRss(options)
}

/**
 * The same as {@link explainRss}, while the event loop runs on: a thread of libuv's pool walks the memory. This thread tells of its isolate before, and
 * names what was found after: some milliseconds, and `budgetMs` at most where glibc's free lists are walked. `costMicros` are those of this thread.
 *
 * The entries add up to RSS at the moment of the walk. What the program allocates and frees meanwhile may go to the wrong owner, or to none. Where more
 * than 0.5 % of RSS has no owner, the walk is made again, four times at most, and the one that left the least is the answer. So it is as long as no ledger
 * of this thread has proved V8's records, for which the heap must stand still for a moment; unproved, V8's pages are one entry.
 *
 * @example
 * setInterval(async () => console.log((await explainRssAsync()).entries[0]), 60_000).unref()
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when `/proc/self/smaps`
 * can't be read. Both as rejections.
 */
export async function explainRssAsync(options?: ExplainOptions): Promise<RssLedger> {
  return ledger().explainRssAsync(options)
}

/** What allocscope can do in this process. Never throws. A thread's first call proves V8's object layout in some 3 ms. Later calls cost nothing. */
export function getCapabilities(): Capabilities {
  return capabilities().getCapabilities()
}

/**
 * The state of V8's heap in the calling thread; each worker has its own. Takes about 15 µs. Never walks the heap and never collects.
 *
 * Source: `v8.getHeapStatistics()`, `v8.getHeapSpaceStatistics()` and, for array buffers, `process.memoryUsage()`.
 */
export function getHeapStats(): HeapStats {
  return heapStats().getHeapStats()
}

/**
 * The kernel's figures of this process's memory.
 *
 * @param options - `{ detail: 'full' }` adds PSS, USS, swap and the split by kind. For that the kernel walks every mapping.
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted; `ERR_ALLOCSCOPE_UNSUPPORTED` for `'full'` off Linux.
 */
export function getProcessMemory(options: ProcessMemoryOptions & { readonly detail: 'full' }): FullProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory
export function getProcessMemory(options?: ProcessMemoryOptions): ProcessMemory {
  return processRoom().getProcessMemory(options)
}

/**
 * The resident set size of this process, bytes: the cheapest exact reading, about 1.4 µs. One `pread` of `/proc/self/statm`, which is kept open.
 * Without the addon, `process.memoryUsage.rss()`.
 *
 * Caveat: kernels before 6.2 count per thread in batches and can lag by some pages a thread.
 *
 * @throws AllocscopeError `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't mounted.
 */
export function getRss(): number {
  return processRoom().getRss()
}

/**
 * Calls `fn` and measures the memory that it takes, like memory_profiler's `memory_usage` and `memit` for Python. The program needs no
 * instrumentation. Promises are awaited, and what else runs in that time is measured too. A thread of its own samples RSS, even while the function
 * blocks the event loop.
 *
 * Cost: a thread that reads `/proc/self/statm` at every interval, and about 50 µs at the beginning and the end. A thread's first call takes some
 * 10 ms more, to find out how V8 counts. Measuring allocates a few kilobytes that are counted as the function's. From the first call on, V8 frees
 * array buffers within collections, on the thread that collects.
 *
 * Caveat: when the kernel's mark of the highest RSS is far above the present RSS, it is reset. Then `process.resourceUsage().maxRSS` and `VmHWM` are
 * the peak since the reset. `getProcessMemory().peakRssBytes` of the calling thread still includes the time before.
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
 * In a program that was loaded through allocscope (`allocscope profile app.js`, `node --import allocscope/register app.js`) this is the function
 * itself. Its lines were instrumented when its file was loaded, at a cost of 50 to 400 ns for each line that is executed. Otherwise it is a proxy
 * with the same name, length and `this`, which measures each call, at a few microseconds. At exit the totals of all wrapped functions (calls, bytes
 * allocated, net change, peak RSS) are printed to standard error, with a hint on how to get the lines. An async function is measured until its
 * promise is settled, with what others do in that time. Of a generator each step is measured.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` when it is given something other than a function.
 */
export function profile<Callable extends ProfiledFunction>(callable: Callable): Callable
/** The same as a decorator of a method, `@profile`, in the language's own form. */
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
 * Puts a named mark at this moment into the recordings of this process: those of `allocscope record` and of a flight recorder. Without one it does nothing.
 * About 10 µs while recorded, below 1 µs otherwise. That of a worker has its `threadId`. It is heard where the recorder is a preload of the worker, too:
 * not where it was attached, or began by `startFlightRecorder`.
 *
 * @example
 * mark('loaded')
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` when the name is no string, `ERR_INVALID_ARG_VALUE` when it is empty, longer than 500 characters, or has a
 *   line break.
 */
export function mark(name: string): void {
  marks().mark(name)
}

/**
 * Runs `work`, and puts the time that it took under `name` into the recordings of this process, with RSS at its beginning and end. A promise that it
 * returns is followed until it is settled, with what others do in that time, and a promise with the same outcome is returned. Some 30 µs while
 * recorded, below 1 µs otherwise. In a worker as {@link mark}.
 *
 * @example
 * const rows = span('parse', () => parse(text))
 *
 * @throws What `work` throws; TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` for a name as {@link mark} refuses it, or when `work` is no function.
 */
export function span<Result>(name: string, work: () => Result): Result {
  return marks().span(name, work)
}

/**
 * Runs `action` and tells whether the memory that it used went back to the operating system. If not, it tells who holds it: V8, the allocator, pages
 * that also hold something in use, or the program itself, which never freed it.
 *
 * It takes a baseline, calls `action` to warm up and then in rounds that grow, collects everything and waits until RSS stands still. Then it tries a
 * purge in a forked child, which leaves this process unchanged. What the purge gives back there was held by the allocator. What grows evenly with
 * every call is still live, however little it is. The document `release.md` explains the verdicts, and when they can be wrong.
 *
 * Cost: a few collections and forks (some 10 ms of this thread for each GB resident), and the calls of `action`: at least two, and as many more as
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
 * Gives unused memory back to the operating system, in three steps. V8 collects everything and shrinks its young generation. RSS comes to rest. Then
 * the live allocator returns its free memory by its own call:
 *
 * - glibc: `malloc_trim(0)`, and the tops of the arenas other than the main one, which `malloc_trim` never returns.
 * - jemalloc: `arena.<all>.purge`.
 * - tcmalloc: `MallocExtension_ReleaseFreeMemory`.
 * - mimalloc: `mi_collect(true)`, for the heaps of the calling thread and of ended threads.
 * - tbbmalloc: `scalable_allocation_command(TBBMALLOC_CLEAN_ALL_BUFFERS)`.
 * - rpmalloc: `rpmalloc_thread_collect`, for the calling thread.
 * - scudo: `mallopt(M_PURGE_ALL)`, or `M_PURGE` in versions before it.
 *
 * Then each allocator within a loaded library is asked, where it exports a call for that: a jemalloc by its `mallctl`. See
 * {@link AllocatorSnapshot.others}.
 *
 * Cost: the two collections block this thread, each for some 10 ms for each 10 MB of live objects. The purge runs on another thread. It takes the
 * allocator's locks while it walks, so threads that allocate wait: a second or more with a million free chunks. Memory that was given back is faulted
 * in again when the program needs it. The report says what each step took and gave back. V8's other threads keep their garbage.
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE` when `/proc/self/smaps` can't be read, `ERR_ALLOCSCOPE_ALLOCATOR_CALL` when the allocator refused.
 */
export function releaseMemory(options?: ReleaseOptions): Promise<ReleaseReport> {
  return release().releaseMemory(options)
}

/**
 * Keeps the last minutes of this process's memory in a file of fixed size: RSS, what is charged to its container, the allocator's footprint and arenas, V8's
 * heap as of its last collection, marks, workers. The file survives SIGKILL, the OOM killer and a crash of V8, as no handler has to run. `allocscope
 * report <file>` tells what grew before the end, and which limit was near. `node --import allocscope/flight app.js` starts the same before a program.
 *
 * A thread of its own takes the samples, even while this one is blocked. A row is in the kernel's page cache when it is written; a crash of the whole
 * machine may lose what wasn't written back to the disk. An existing flight recording of that name is renamed to `<file>.previous`. The file is readable by
 * this user alone. How the process ended is written when it ends by itself.
 *
 * Cost: 0.25 to 0.29 % of a core at the default 100 ms, of which 0.07 to 0.08 % are what a bare thread takes that wakes as often (`bench/flight.mjs`, Node 20
 * and 26). 7 to 10 MiB of RSS, nearly all of it node's own code and V8's heap for the modules that it loads. The file has 512 bytes a sample, 3.3 MB for the
 * default ten minutes, which are taken when it is made; hardly any of it is resident.
 *
 * @example
 * const recorder = startFlightRecorder({ file: '/var/log/app-%p.rec', minutes: 30 })
 * process.once('SIGTERM', () => recorder.stop())
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_RECORDING` when the file can't be made, as on a full
 * disk, or another process records into it; `ERR_ALLOCSCOPE_FLIGHT_RUNNING` when this process has a recorder already; `ERR_ALLOCSCOPE_UNSUPPORTED` in a
 * worker; `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads.
 */
export function startFlightRecorder(options?: FlightOptions): FlightRecorder {
  return flight().startFlightRecorder(options)
}

/**
 * Releases memory from time to time, while the event loop is idle. By default it makes no collection, as that stalls. After each release it looks how
 * much RSS has grown back within `faultBackMs`. It stops itself, with an event, when released memory keeps growing back or a release stalls for longer
 * than allowed. Every timer is unref'd.
 *
 * @example
 * const periodic = startPeriodicRelease({ intervalMs: 60_000 })
 * periodic.on('faultBack', ({ returnedBytes, share }) => console.log(returnedBytes, share))
 * periodic.on('stop', ({ cause, reason }) => console.log(cause, reason))
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads.
 * A later failure ends it: `'stop'` with `cause: 'failed'`.
 */
export function startPeriodicRelease(options?: PeriodicReleaseOptions): PeriodicRelease {
  return release().startPeriodicRelease(options)
}

/**
 * Tracks the native allocations of the whole process, every thread's, until `stop()`: which JavaScript lines, native functions and modules ask malloc and its kin
 * for memory, and what of it is live. Array buffers are malloc's; V8's heap, its code and WebAssembly's memories aren't, and aren't seen.
 *
 * Source: hooks in the slots through which loaded objects call malloc, free, operator new and so on, also of objects that are loaded meanwhile. One byte of `intervalBytes` on average is
 * sampled, with V8's frames and native ones by frame pointers. Figures are estimates, each with its standard error; at an interval of 1 they are exact. A
 * session is proved by an allocation of its own whose line is known. Blocks from before it are unknown to it: their frees aren't counted.
 *
 * Cost: some 30 ms to begin; an allocation and its free about 4 ns more, a sample about 1 µs; 2 to 5 MiB for V8's code map. `stop()` puts the slots back
 * and makes names in this thread, in some 0.2 s. The library stays loaded.
 *
 * Caveats: a line is the one that ran where V8 kept it, otherwise the one on which the function begins. A function that the optimising compiler inlined counts
 * as the one that it was inlined into. An isolate's lines are known from its second sample on. V8 has one handler for code events, which this takes.
 *
 * @example
 * const tracking = startTracking()
 * await work()
 * const { lines } = await tracking.stop()
 * for (const { name, liveBytes, liveBytesError } of lines.slice(0, 5)) console.log(name, liveBytes, '±', liveBytesError)
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option. AllocscopeError `ERR_ALLOCSCOPE_TRACKING` when the process is being tracked already,
 * `ERR_ALLOCSCOPE_UNSUPPORTED` with the reason where that can't be proved, as in a statically linked node, `ERR_ALLOCSCOPE_PROC_UNREADABLE` when /proc isn't
 * mounted, `ERR_ALLOCSCOPE_NO_ADDON` without the tracker.
 */
export function startTracking(options?: TrackingOptions): Tracking {
  return tracking().startTracking(options)
}

/**
 * Calls `listener` when this process's container comes near its memory limit: when at most `headroomBytes` are left, when it will be full within
 * `headroomSeconds`, when tasks wait for memory for `psi` per cent of the time. Once for each crossing: again only after the figure was clear of the threshold,
 * by a quarter, for five seconds.
 *
 * Source: the limit, usage and `memory.stat` of each control group that sets a limit, `memory.events`, and pressure stall information, in version 1 that of the
 * machine. A thread of its own reads them every `intervalMs`, even while this one is blocked; the listener is called when the event loop next runs, with the
 * figures of the moment that the thread saw. Samples wait for a minute and a half at 50 ms; of a longer block the later ones are lost. Room is counted as the
 * kubelet does: page cache that wasn't used lately is room. The groups with a limit are looked for once; a limit that is moved is followed.
 *
 * Cost: 1.3 % of a core at 50 ms, of which a bare timer takes 0.5 % and the thread 0.4 % (`docs/guard.md`). It doesn't keep the process alive.
 *
 * Works in workers, where the listener is that thread's. `supported` is false, with the `reason`, where none of the thresholds can be watched.
 *
 * @example
 * const watch = onMemoryPressure({ headroomBytes: 64 * 2 ** 20 }, ({ headroomBytes, secondsToLimit }) => shedLoad(headroomBytes, secondsToLimit))
 * if (!watch.supported) console.log(watch.reason)
 *
 * @throws TypeError or RangeError, with Node's codes, for a wrong option or listener. AllocscopeError `ERR_ALLOCSCOPE_NO_ADDON` when no addon loads,
 * `ERR_ALLOCSCOPE_PROC_UNREADABLE` when the kernel gives no thread or no memory, `ERR_ALLOCSCOPE_UNSUPPORTED` for the 65th watch of a thread.
 */
export function onMemoryPressure(
  options: MemoryPressureOptions,
  listener: (event: MemoryPressureEvent) => void,
): MemoryPressureWatch | NoMemoryPressureWatch {
  return pressure().onMemoryPressure(options, listener)
}

/**
 * Watches this process's RSS and its allocator's footprint, under glibc arena by arena. A thread of its own takes the samples, even while this one is
 * blocked. They wait in a buffer and are given out in order, with their own times, when the event loop next runs.
 *
 * Cost: a reading takes a few microseconds and walks nothing. Under glibc it takes no lock of the allocator's. Under jemalloc it advances the
 * statistics' epoch. Under tcmalloc it takes the page heap's lock. {@link ArenaWatcher.summary} says what the thread has used.
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
