import path from 'node:path'

import { lazily } from '../loading/index.js'
import { readTotals } from './function-totals.js'
import { styleOfStandardError, writeToStandardError } from './standard-error.js'

const report = lazily(() => require('../report/index.js') as typeof import('../report/index.js'))

let isToPrint = false

function program(): string {
  const file = process.argv[1] ?? 'app.js'
  const relative = path.relative('', file)
  return relative.startsWith('..') ? file : relative
}

/** Prints the totals of wrapped functions when the thread ends. Further calls do nothing. */
export function printTotalsAtExit(): void {
  if (isToPrint) return
  isToPrint = true
  process.on('exit', () => {
    const totals = readTotals()
    if (totals.length > 0) writeToStandardError(report().renderTotals(totals, program(), styleOfStandardError()))
  })
}
