import type { FiguresInTotal, FunctionTotals, ProfileTotals } from '../../profile/index.js'
import { formatByteChange, formatBytes, formatCount } from '../../figures/index.js'
import type { TotalsTable } from './page/page-state.js'
import { orderFunctions } from './profile-selection.js'
import type { ProfileView } from './profile-selection.js'

const sharedFigures = ['Allocated', 'Net', 'Peak RSS'] as const

function columnsOf(words: readonly string[], figures: readonly string[]): TotalsTable['columns'] {
  return [...words.map((title) => ({ title, isWord: true })), ...figures.map((title) => ({ title, isWord: false }))]
}

function figureCells(totals: FiguresInTotal): string[] {
  const { functions, calls, occurrences, allocatedBytes, externalBytes, incrementBytes, peakRssBytes } = totals
  const counts = [functions, calls, occurrences].map(formatCount)
  return [...counts, formatBytes(externalBytes), formatBytes(allocatedBytes), formatByteChange(incrementBytes), formatBytes(peakRssBytes)]
}

/** A row for each thread, and their sum. */
function threadRows({ threads, sum }: ProfileTotals): string[][] {
  const rows = threads.map((one) => [String(one.pid), one.threadId === 0 ? 'main' : `worker ${one.threadId}`, ...figureCells(one)])
  return [...rows, ['all', '', ...figureCells(sum)]]
}

function functionRow({ name, file, line, threads, calls, allocatedBytes, incrementBytes, peakRssBytes }: FunctionTotals): string[] {
  const figures = [formatBytes(allocatedBytes), formatByteChange(incrementBytes), formatBytes(peakRssBytes)]
  return [name, `${file}:${line}`, formatCount(threads), formatCount(calls), ...figures]
}

function headingOf({ threads }: ProfileTotals): string {
  const processes = new Set(threads.map(({ pid }) => pid)).size
  return `Totals of ${formatCount(threads.length)} threads in ${formatCount(processes)} ${processes === 1 ? 'process' : 'processes'}`
}

/** Without it sums would be taken for what a program allocated. */
export const nestingCaveat =
  'Functions count with what they call: bytes of a profiled function that another one calls are in both, and in sums more than once.'

function remarksOf({ threads, sum }: ProfileTotals): string[] {
  return [
    ...(threads.some(({ functions }) => functions > 1) ? [nestingCaveat] : []),
    ...(sum.peakRssBytes === undefined ? [] : ["The peak of all is the highest of them: what they held at the same time isn't known."]),
    ...(sum.externalBytes === undefined ? ['External bytes of recursive functions are known by line only.'] : []),
  ]
}

/** What several threads add up to: by function where one ran in several, and by thread. None for a run of one thread. */
export function totalsTables(totals: ProfileTotals, { sort, minBytes }: ProfileView): TotalsTable[] {
  if (totals.threads.length < 2) return []
  const large = totals.functions.filter((one) => one.allocatedBytes >= minBytes || Math.abs(one.incrementBytes) >= minBytes)
  const byFunction: TotalsTable = {
    heading: 'Functions of several threads, summed',
    columns: columnsOf(['Function', 'Place'], ['Threads', 'Calls', ...sharedFigures]),
    rows: orderFunctions(large, sort).map(functionRow),
    remarks: [],
  }
  const byThread: TotalsTable = {
    heading: headingOf(totals),
    columns: columnsOf(['Process', 'Thread'], ['Functions', 'Calls', 'Occurrences', 'External', ...sharedFigures]),
    rows: threadRows(totals),
    remarks: remarksOf(totals),
  }
  return large.length === 0 ? [byThread] : [byFunction, byThread]
}
