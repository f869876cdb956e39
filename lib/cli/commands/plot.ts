import type { Command } from 'commander'

import { countSamples } from '../../record/analysis/index.js'
import { courseOf } from '../../record/index.js'
import type { Recording } from '../../record/index.js'
import { makePlot, renderPlotHtml, renderPlotSvg, renderPlotText } from '../../report/recording-plot/index.js'
import type { PlotChoice, PlottedRecording } from '../../report/recording-plot/index.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import { numberBetween, wholeNumberFrom } from '../option-values.js'
import { openRecordings, recordingHelp, reportDamage } from '../recording-arguments.js'
import { styleFor } from '../terminal.js'

interface PlotCommandOptions {
  readonly html?: string
  readonly svg?: string
  readonly process?: number
  readonly children?: true
  readonly from?: number
  readonly to?: number
}

/** A longer recording than any. */
const mostSeconds = 1e9

function withCourses(recording: Recording): PlottedRecording {
  return { recording, samples: countSamples(recording), courses: recording.processes.map((_, number) => courseOf(recording, number)) }
}

/** The number of the process with this id. */
function numberOf(pid: number, recordings: readonly PlottedRecording[], command: Command): number {
  const [only] = recordings
  const refuse = (message: string): never => command.error(message, { exitCode: exitCodes.usage, code: 'ERR_INVALID_ARG_VALUE' })
  if (only === undefined || recordings.length > 1) return refuse('--process is for one recording')
  const { processes } = only.recording
  const number = processes.findIndex((process, index) => process.pid === pid && only.courses[index] !== undefined)
  if (number >= 0) return number
  const known = processes.filter((_, index) => only.courses[index] !== undefined).map((process) => process.pid)
  return refuse(`no samples of a process ${pid}; there are some of ${known.length === 0 ? 'none' : known.join(', ')}`)
}

function choose(recordings: readonly PlottedRecording[], options: PlotCommandOptions, command: Command): PlotChoice {
  const { process: pid, children, from, to } = options
  if (from !== undefined && to !== undefined && from >= to) {
    command.error('--from must be before --to', { exitCode: exitCodes.usage, code: 'ERR_OUT_OF_RANGE' })
  }
  if (pid !== undefined && children === true) {
    command.error('--process shows one process, --children adds all of them up', {
      exitCode: exitCodes.usage,
      code: 'ERR_INVALID_ARG_VALUE',
    })
  }
  return {
    process: pid === undefined ? undefined : numberOf(pid, recordings, command),
    children: children === true,
    fromMs: from === undefined ? undefined : from * 1000,
    toMs: to === undefined ? undefined : to * 1000,
  }
}

/** Without a sample there is no picture, and a file of that name stays as it was. */
function requireSome<T>(drawn: T | undefined, command: Command): T {
  return drawn ?? command.error('no samples in that time', { exitCode: exitCodes.failure, code: 'ERR_ALLOCSCOPE_RECORDING' })
}

function write(file: string, text: string, command: Command): void {
  const output = openOutput(command, file)
  output.write(text)
  output.close()
  if (output.isLost) process.exitCode = exitCodes.failure
}

function plot(files: readonly string[], options: PlotCommandOptions, command: Command): void {
  const { html, svg } = options
  const opened = openRecordings(files)
  const recordings = opened.map(withCourses)
  const choice = choose(recordings, options, command)
  if (html !== undefined) write(html, requireSome(renderPlotHtml(recordings, choice), command), command)
  if (svg !== undefined) write(svg, renderPlotSvg(requireSome(makePlot(recordings, choice), command)), command)
  if (html === undefined && svg === undefined) {
    process.stdout.write(renderPlotText(requireSome(makePlot(recordings, choice), command), styleFor(process.stdout)))
  }
  reportDamage(opened)
}

const examples = `
Examples:
  $ allocscope plot
  $ allocscope plot --html memory.html run.rec
  $ allocscope plot --svg memory.svg --from 10 --to 60 run.rec
  $ allocscope plot before.rec after.rec

RSS over time, stacked by owner: each column shows the moment of its time at which RSS was highest, so no peak is left out. Collections of V8's
are a line of blocks as high as they took; marks are ticks with their names below. Several recordings are lines from the first sample of each.
The page has the same interactively: drag to zoom, or use the keys. It keeps up to 40,000 samples of a recording, every extreme among them;
--from and --to show a part in full.
${recordingHelp}`

/** `allocscope plot`: what was recorded, as a picture. */
export function registerPlot(program: Command): void {
  program
    .command('plot')
    .summary('draw what was recorded')
    .description('Draw the memory of recordings over time, by owner: in the terminal, as a picture, or as an interactive page.')
    .usage('[options] [file...]')
    .argument('[file...]', 'recordings, by file or by number in the list; the newest of this folder by default')
    .option('--html <file>', 'write an interactive page instead')
    .option('--svg <file>', 'write a picture instead')
    .option('--process <pid>', 'this process alone', wholeNumberFrom(1))
    .option('--children', 'all recorded processes of a recording added up')
    .option('--from <seconds>', 'leave out what is before, in seconds since the beginning', numberBetween(-mostSeconds, mostSeconds))
    .option('--to <seconds>', 'leave out what is after', numberBetween(-mostSeconds, mostSeconds))
    .addHelpText('after', examples)
    .action(plot)
}
