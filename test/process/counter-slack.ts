import { availableParallelism, release } from 'node:os'

const pageBytes = 4096
/** Of files, of anonymous memory and of shared memory: RSS is their sum. */
const counters = 3
/** A program that starts no threads of its own has no more. */
const threads = 12

const [major, minor] = release().split('.').map(Number) as [number, number]

/**
 * By how much the kernel's counters, which statm, stat and status print, may differ from the page tables, which smaps walks. Of each counter a CPU
 * keeps to itself less than a batch of 32 pages, or of twice the number of CPUs (percpu_counter_batch). Before Linux 6.2 each thread kept up to 64.
 */
export const counterSlackBytes =
  counters *
  pageBytes *
  (major > 6 || (major === 6 && minor >= 2) ? availableParallelism() * Math.max(32, 2 * availableParallelism()) : threads * 64)
