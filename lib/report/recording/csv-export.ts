import type { ColumnName, Recording } from '../../record/index.js'
import { inChunks, samplesInOrder } from './sample-order.js'

function figureText(figure: number | undefined): string {
  return figure === undefined || Number.isNaN(figure) ? '' : String(figure)
}

function* linesOf({ tracks, processes }: Recording): Generator<string> {
  const names = [...new Set(tracks.flatMap(({ columns }) => Object.keys(columns) as ColumnName[]))]
  yield `time_s,pid,source,${names.join(',')}`.replace(/,$/, '') + '\r\n'
  for (const { track, index } of samplesInOrder(tracks)) {
    const time = ((track.timeMs[index] as number) / 1000).toFixed(5)
    const figures = names.map((name) => figureText(track.columns[name]?.[index]))
    yield `${[time, processes[track.process]?.pid ?? '', track.source, ...figures].join(',')}\r\n`
  }
}

/** A recording's samples as CSV (RFC 4180), in parts: a row each, by time. What isn't known is empty. */
export function recordingCsv(recording: Recording): Generator<string> {
  return inChunks(linesOf(recording))
}
