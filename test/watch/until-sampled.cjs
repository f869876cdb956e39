/**
 * Blocks this thread, without one turn of the event loop, until `count` samples more were begun and made: the sampling thread gets its time when the
 * machine has some, which no wait of so many milliseconds can know of.
 */
exports.untilSampled = function untilSampled(watcher, count) {
  // The first that comes may have been begun before.
  const enough = watcher.summary.samples + 1 + count
  while (watcher.summary.samples < enough) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
}
