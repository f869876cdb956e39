import { readlinkSync } from 'node:fs'

import { lazily } from './index.js'

const threads = lazily(() => require('node:worker_threads') as typeof import('node:worker_threads'))

/** As the kernel says it: a process's first thread has the process's number. Undefined where it can't be asked. */
function isFirstThread(): boolean | undefined {
  try {
    const [pid, , thread] = readlinkSync('/proc/thread-self').split('/')
    return pid === thread
  } catch {
    return undefined
  }
}

/** `isMainThread` of `node:worker_threads`, without that module, which brings node's streams: half a MiB in a program that has no use for them. */
export function isOnMainThread(): boolean {
  return isFirstThread() ?? threads().isMainThread
}
