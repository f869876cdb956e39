import { outOfRange } from '../../errors/index.js'
import type { Recording } from '../recording.js'
import { rssSeries } from './rss-series.js'
import { slopeOf } from './slope.js'
import type { Slope, SlopeWindow } from './slope.js'

/** The slope of a process's RSS over a window. */
export interface ProcessSlope {
  readonly file: string
  readonly process: number
  readonly pid: number
  readonly command: string
  readonly slope: Slope
  /** Of the second half of the window, as growth at the beginning may be over by then. */
  readonly secondHalf: Slope
}

/**
 * Whether the RSS of a process grows: of the one with this id, by default the program itself.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` when the recording has no such process.
 */
export function processSlope(recording: Recording, pid: number | undefined, window: SlopeWindow): ProcessSlope {
  const process = pid === undefined ? 0 : recording.processes.findIndex((one) => one.pid === pid)
  const described = recording.processes[process]
  if (described === undefined) {
    const known = recording.processes.map((one) => one.pid).join(', ')
    throw outOfRange('pid', known === '' ? 'that of a recorded process, and there is none' : `one of ${known}`, pid)
  }
  const { timeMs, rssBytes } = rssSeries(recording, process)
  const slope = slopeOf(timeMs, rssBytes, window)
  const half = { fromMs: (slope.fromMs + slope.toMs) / 2, toMs: slope.toMs }
  return {
    file: recording.file,
    process,
    pid: described.pid,
    command: described.command,
    slope,
    secondHalf: slopeOf(timeMs, rssBytes, half),
  }
}
