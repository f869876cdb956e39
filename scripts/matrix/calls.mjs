// The calls, and for each what must hold of its answer: a statement that can fail. Bounds are said beside them.

const MiB = 2 ** 20

/** Between two readings of RSS a runtime may take or give back memory, and an emulator translates code; the kernel counts per thread and in steps. */
const sameRss = ({ ours, theirs }, { isEmulated } = {}) =>
  theirs === undefined ? ours !== 0 : Math.abs(ours - theirs) < (isEmulated ? 64 : 16) * MiB

/**
 * 16 MiB of Buffers in blocks of 64 KiB, below glibc's threshold for mappings: they are malloc's in Node, which
 * may free what it loaded meanwhile; Bun has them from an allocator of its own.
 */
const statsHold = ({ allocator, complete, allocatedBytes, grewBy }, { buffersByMalloc }) =>
  allocator === 'glibc' && complete && allocatedBytes > 0 && (!buffersByMalloc || (grewBy > 14 * MiB && grewBy < 18 * MiB))

export const calls = [
  { key: 'rss', name: '`getRss()`', holds: sameRss },
  {
    key: 'process',
    name: '`getProcessMemory()`',
    // By definition, within what a runtime's threads change between two readings.
    holds: ({ rssBytes, pssBytes, ussBytes }) => ussBytes > 0 && ussBytes <= pssBytes && pssBytes < rssBytes + 16 * MiB,
  },
  { key: 'stats', name: '`getAllocatorStats()`', holds: statsHold },
  {
    key: 'heap',
    name: '`getHeapStats()`',
    // The two readings come one after the other; a heap of this program's size can't grow by more.
    holds: ({ usedBytes, theirs }) => Math.abs(usedBytes - theirs) < 8 * MiB,
  },
  {
    key: 'explain',
    name: '`explainRss()`',
    holds: ({ ours, theirs, namedFraction, sum }, place) =>
      sameRss({ ours, theirs }, place) && namedFraction > 0 && namedFraction <= 1 && Math.abs(sum - ours) < 16 * MiB,
  },
  // A million bytes and two small objects.
  { key: 'sizes', name: '`deepSizeOf()`', holds: ({ totalBytes }) => totalBytes > 1e6 && totalBytes < 1e6 + 1000 },
  {
    key: 'watch',
    name: '`watchArenas()`',
    // Both clocks are read one after the other: a millisecond.
    holds: ({ beganMs, timeMs, endedMs, ...rss }, place) => timeMs > beganMs - 1 && timeMs < endedMs + 1 && sameRss(rss, place),
  },
  { key: 'check', name: '`checkRelease()`', holds: ({ clean, leak }) => clean !== 'still-live' && leak === 'still-live' },
  {
    key: 'release',
    name: '`releaseMemory()`',
    holds: ({ after, theirs, steps }, place) =>
      sameRss({ ours: after, theirs }, place) && steps.length > 0 && steps.every(({ supported, reason }) => supported || reason),
    says: ({ steps }) => steps.find(({ supported }) => !supported)?.reason,
  },
  {
    key: 'track',
    name: '`startTracking()`',
    // Every block is sampled: the held ones, and what the runtime itself allocates meanwhile.
    holds: ({ liveBytes, held }) => liveBytes >= held && liveBytes < held + 8 * MiB,
  },
  { key: 'measure', name: '`measureMemory()`', holds: ({ allocatedBytes }) => allocatedBytes >= 1e6 && allocatedBytes < 1.1e6 },
  { key: 'flight', name: '`startFlightRecorder()`', holds: ({ bytes }) => bytes > 4096 },
  { key: 'pressure', name: '`onMemoryPressure()`', holds: ({ supported }) => supported },
  {
    key: 'matcher',
    name: '`toReturnMemoryToOS()`',
    // The failure names what the second of the two functions keeps.
    holds: ({ failure }) => /still-live|still live/.test(failure ?? ''),
  },
].map((call) => ({ kind: 'call', ...call }))
