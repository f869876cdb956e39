import { isMainThread } from 'node:worker_threads'

import { readGuardVariables } from './guard-options.js'
import { startGuard } from './start-guard.js'

// `allocscope/guard`: loaded before a program, it leaves evidence before the container is full. Node loads it in each worker as well, where nothing is done:
// the main thread's guard has the whole process. Children that node gives the same preload have guards of their own.

if (isMainThread) {
  try {
    startGuard(readGuardVariables(process.env))
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    process.stderr.write(`allocscope: the program runs without a guard: ${message}${code === undefined ? '' : ` [${code}]`}\n`)
  }
}
