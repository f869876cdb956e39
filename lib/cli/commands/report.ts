import { statSync } from 'node:fs'

import { Option } from 'commander'
import type { Command } from 'commander'

import { sampledRss, spansWithRss, summariseRecording } from '../../record/analysis/index.js'
import { describeFlight, isRecording } from '../../record/index.js'
import type { FlightVerdict, Recording } from '../../record/index.js'
import { plainStyle, renderJson } from '../../report/index.js'
import { recordingCsv, recordingJson, recordingMprof, renderRecording } from '../../report/recording/index.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { openRecording, recordingHelp, reportDamage } from '../recording-arguments.js'
import { styleFor } from '../terminal.js'
import { writeParts } from '../write-parts.js'

interface ReportOptions {
  readonly format: 'text' | 'json' | 'csv' | 'mprof'
  readonly output?: string
  readonly json?: true
}

/** What the end of a flight recording tells; undefined of any other. */
function verdictOf(recording: Recording): FlightVerdict | undefined {
  const { kind, start, file } = recording
  return kind === 'flight' ? describeFlight(recording, isRecording(start.pid, file)) : undefined
}

/** What `--json` prints. */
function modelOf(recording: Recording): object {
  const flight = verdictOf(recording)
  return { version: 1, ...summariseRecording(recording), ...(flight === undefined ? {} : { flight }) }
}

function textOf(recording: Recording, isShown: boolean): string {
  return renderRecording(summariseRecording(recording), isShown ? styleFor(process.stdout) : plainStyle, verdictOf(recording))
}

/** The report in parts, as it may be far longer than a text can be. */
function partsOf(recording: Recording, { format, json, output }: ReportOptions): Iterable<string> {
  if (json) return [renderJson(modelOf(recording))]
  switch (format) {
    case 'text':
      return [textOf(recording, output === undefined)]
    case 'csv':
      return recordingCsv(recording)
    case 'json':
      return recordingJson(recording)
    case 'mprof': {
      const series = recording.processes.map((_process, number) => sampledRss(recording, number))
      return recordingMprof({ recording, series, spans: spansWithRss(recording) })
    }
  }
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((file) => statSync(file, { throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
}

function openReport(command: Command, recording: Recording, file: string): Output {
  if (isSameFile(recording.file, file)) {
    command.error(`${file} is the recording itself`, { exitCode: exitCodes.usage, code: 'ERR_INVALID_ARG_VALUE' })
  }
  return openOutput(command, file)
}

async function report(file: string | undefined, options: ReportOptions, command: Command): Promise<void> {
  const recording = openRecording(file)
  const output = options.output === undefined ? undefined : openReport(command, recording, options.output)
  await writeParts(partsOf(recording, options), output)
  output?.close()
  if (output?.isLost === true) process.exitCode = exitCodes.failure
  reportDamage([recording])
}

const examples = `
Examples:
  $ allocscope report
  $ allocscope report --format csv -o samples.csv
  $ allocscope report --format mprof -o mprofile_20260101120000.dat && mprof plot
${recordingHelp}

--format: text; csv, a row for each sample (time_s, pid, source, and the figures; bytes and milliseconds, empty where unknown); json, the whole recording with
every sample; mprof, memory_profiler's .dat, which mprof plot and mprof peak read.
--json prints the figures of the text: { "version": 1, "processes": [{ "peak", "owners", "slope", … }], "spans", "gc", "marks", "end", "damage", … }. Of a flight recording
"flight" says what grew before the end and how much of each limit was used: { "growth", "container", "heap", "blockedMs", "isRunning", … }`

/** `allocscope report`: what a recording tells. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .summary('what a recording tells: what grew, the peak, owners, spans, collections; or its samples as CSV, JSON, mprof')
    .description(
      'What a recording tells: what grew, when the peak was, how it ended; owners, processes, spans, collections, marks. Or its samples.',
    )
    .argument('[file]', 'a recording; the newest of this folder by default')
    .addOption(new Option('--format <name>', 'what to write').choices(['text', 'json', 'csv', 'mprof']).default('text'))
    .addOption(new Option('--json', 'print the figures of the text as JSON').conflicts('format'))
    .option('-o, --output <file>', 'write to a file rather than to standard output')
    .addHelpText('after', examples)
    .action(report)
}
