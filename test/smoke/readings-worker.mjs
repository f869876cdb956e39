import { parentPort, workerData } from 'node:worker_threads'

import * as allocscope from 'allocscope'

import { checkReadings } from './expectations.mjs'

if (workerData === 'once') {
  checkReadings(allocscope)
  parentPort.postMessage('checked')
} else {
  parentPort.postMessage('reading')
  for (;;) {
    allocscope.getRss()
    allocscope.getProcessMemory()
    allocscope.getHeapStats()
    allocscope.getAllocatorStats()
    allocscope.getAllocatorStats({ detail: 'arenas' })
  }
}
