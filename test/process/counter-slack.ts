import { availableParallelism } from 'node:os'

const pageBytes = 4096
/** Of files, of anonymous memory and of shared memory: RSS is their sum. */
const counters = 3
/** A fresh process of test/allocator has no more. */
const threads = 8

/**
 * By how much the kernel's counters, which statm, stat and status print, may differ from the page tables, which smaps walks. Of each counter a CPU
 * keeps to itself less than a batch of 32 pages, or twice the number of CPUs (percpu_counter_batch); before Linux 6.2 each thread kept up to 64.
 */
export const counterSlackBytes =
  counters * pageBytes * Math.max(availableParallelism() * Math.max(32, 2 * availableParallelism()), threads * 64)
