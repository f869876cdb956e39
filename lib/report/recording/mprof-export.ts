import type { RecordedProcess, RecordedSpan, Recording } from '../../record/index.js'
import type { RssSeries } from '../../record/analysis/index.js'
import { printable } from '../display-width.js'
import { inChunks } from './sample-order.js'

/** What {@link recordingMprof} writes. */
export interface MprofFigures {
  readonly recording: Pick<Recording, 'start' | 'processes'>
  /** Each process's, in their order. */
  readonly series: readonly RssSeries[]
  /** With the RSS at both ends, where it is known. */
  readonly spans: readonly RecordedSpan[]
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(6)
}

/** matplotlib takes what stands between two dollars for a formula, and fails where it isn't one. */
function withoutFormulas(text: string): string {
  return text.split('$').length > 2 ? text.replaceAll('$', '\\$') : text
}

/** As `mprof run` writes it: arguments with blanks in quotes. */
function commandLine(command: readonly string[]): string {
  const quoted = command.map((argument) => printable(/[ \t]/.test(argument) ? `'${argument}'` : argument))
  return withoutFormulas(quoted.join(' '))
}

/** A name that stands in a line whose fields are divided by blanks. */
function functionName(name: string): string {
  return withoutFormulas(printable(name).replaceAll(' ', '_')) || '(unnamed)'
}

/** Children are told by their pids, as by `mprof run --multiprocess`. A pid that the kernel gave again gets a number behind it. */
function childNames(processes: readonly RecordedProcess[]): readonly string[] {
  const seen = new Map<number, number>()
  return processes.map(({ pid }) => {
    const before = seen.get(pid) ?? 0
    seen.set(pid, before + 1)
    return before === 0 ? String(pid) : `${pid}-${before + 1}`
  })
}

function* linesOf({ recording: { start, processes }, series, spans }: MprofFigures): Generator<string> {
  const seconds = (timeMs: number): string => ((start.timeMs + timeMs) / 1000).toFixed(4)
  const names = childNames(processes)
  yield `CMDLINE ${commandLine(start.command)}\n`
  for (const { process, timeMs, rssBytes } of series) {
    const field = process === 0 ? 'MEM' : `CHLD ${names[process] ?? process}`
    for (let index = 0; index < timeMs.length; index++) {
      yield `${field} ${mebibytes(rssBytes[index] as number)} ${seconds(timeMs[index] as number)}\n`
    }
  }
  for (const { process, name, startMs, endMs, startRssBytes, endRssBytes, depth } of spans) {
    // The reader knows functions of one process, and adds their figures to its line.
    if (process !== 0 || startRssBytes === undefined || endRssBytes === undefined) continue
    const [begin, end] = [`${mebibytes(startRssBytes)} ${seconds(startMs)}`, `${mebibytes(endRssBytes)} ${seconds(endMs)}`]
    yield `FUNC ${functionName(name)} ${begin} ${end} ${Math.max(0, Math.floor(depth))}\n`
  }
}

/**
 * A recording as the `.dat` of memory_profiler 0.61, in parts: `MEM` are the program's samples, `CHLD` those of the processes that it started, `FUNC` its
 * spans. It knows neither marks nor collections nor owners.
 */
export function recordingMprof(figures: MprofFigures): Generator<string> {
  return inChunks(linesOf(figures))
}
