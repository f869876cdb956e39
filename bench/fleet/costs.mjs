// What processes cost, as the kernel counts it.
import { readFileSync, readdirSync } from 'node:fs'

/** Memory of one process in bytes: RSS counts a shared page in each process, PSS its share of it, private bytes nothing of it. */
function memoryOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)[1]) * 1024
  return { rss: bytes('Rss'), pss: bytes('Pss'), private: bytes('Private_Clean') + bytes('Private_Dirty') }
}

/** Processor time of one process's threads so far, milliseconds. The scheduler counts nanoseconds; /proc/N/stat has ticks of 10 ms. */
function cpuMsOf(pid) {
  const tasks = readdirSync(`/proc/${pid}/task`)
  return tasks.reduce((sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]) / 1e6, 0)
}

/** Both of all of `pids` together. */
export function memoryOfAll(pids) {
  const sum = { rss: 0, pss: 0, private: 0 }
  for (const pid of pids) for (const [kind, bytes] of Object.entries(memoryOf(pid))) sum[kind] += bytes
  return sum
}

export function cpuMsOfAll(pids) {
  return pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0)
}

/** What the kernel says can still be had without swapping, bytes. */
export function availableBytes() {
  return Number(/^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'latin1'))[1]) * 1024
}

/** Series in a text of Prometheus' format. */
export function seriesIn(text) {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
}
