import { gzipSync } from 'node:zlib'

import { Option } from 'commander'
import type { Command } from 'commander'

import { allocatorChoices, endAs } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { plainStyle } from '../../report/index.js'
import type { TextStyle } from '../../report/index.js'
import {
  renderCollapsed,
  renderPprof,
  renderSpeedscope,
  renderTracking,
  renderTrackingHtml,
  renderTrackingJson,
} from '../../report/tracking/index.js'
import { trackProgram } from '../../track/index.js'
import type { ExactPlaces, TrackingReport } from '../../track/index.js'
import { reportError } from '../command-errors.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput, standardError, standardOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { byteInterval, collect, duration, wholeNumberFrom } from '../option-values.js'
import { styleFor } from '../terminal.js'
import { registerTrackDiff } from '../track-diff.js'
import { trackProcess } from '../track-process.js'

const formats = ['text', 'json', 'html', 'collapsed', 'pprof', 'speedscope'] as const
type TrackFormat = (typeof formats)[number]

interface TrackOptions {
  readonly interval: number
  readonly pid?: number
  readonly for?: number
  readonly top: number
  readonly format: TrackFormat
  readonly json?: true
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly exactFunctions?: true
  readonly exactLines?: true
  readonly nodeOption: readonly string[]
}

function render(report: TrackingReport, program: string, options: TrackOptions, style: TextStyle): string | Uint8Array {
  const format = options.json === true ? 'json' : options.format
  if (format === 'json') return renderTrackingJson(report)
  if (format === 'html') return renderTrackingHtml(report, program)
  if (format === 'collapsed') return renderCollapsed(report)
  if (format === 'pprof') return gzipSync(renderPprof(report))
  return format === 'speedscope'
    ? renderSpeedscope(report, program)
    : renderTracking(report, { top: options.top, mayBeInlined: exactPlaces(options) === undefined }, style)
}

function styleOf(output: Output): TextStyle {
  if (output === standardError) return styleFor(process.stderr)
  return output === standardOutput ? styleFor(process.stdout) : plainStyle
}

/** Writes the report, or says why there is none. Answers with the exit code where the program ended well. */
function writeReport(reportOf: () => TrackingReport, program: string, options: TrackOptions, output: Output): number {
  const style = styleOf(output)
  try {
    output.write(render(reportOf(), program, options, style))
    output.close()
    return output.isLost ? exitCodes.failure : exitCodes.success
  } catch (error) {
    return reportError(error)
  }
}

/** Of a program that is started. */
const startingOptions = ['allocator', 'nodeOption', 'exactLines'] as const

function exactPlaces({ exactFunctions, exactLines }: TrackOptions): ExactPlaces | undefined {
  if (exactLines === true) return 'lines'
  return exactFunctions === true ? 'functions' : undefined
}

/** Refuses options that don't go together, before anything runs. */
function checkOptions(program: string | undefined, options: TrackOptions, command: Command): void {
  const refuse = (why: string, code: string): void => command.error(why, { exitCode: exitCodes.usage, code })
  const { pid, format, output } = options
  if ((pid === undefined) === (program === undefined)) refuse('give either a program or --pid', 'ERR_MISSING_ARGS')
  const isGiven = (name: keyof TrackOptions): boolean => command.getOptionValueSource(name) === 'cli'
  if (pid === undefined && isGiven('for')) refuse('--for is for --pid: a program is tracked to its end', 'ERR_INVALID_ARG_VALUE')
  if (pid !== undefined && startingOptions.some(isGiven)) {
    const why = '--allocator, --node-option and --exact-lines are for a program that is started here'
    refuse(why, 'ERR_INVALID_ARG_VALUE')
  }
  if (format === 'pprof' && output === undefined) refuse('--format pprof is no text: say where it goes with -o', 'ERR_INVALID_ARG_VALUE')
}

async function track(
  program: string | undefined,
  programArguments: readonly string[],
  options: TrackOptions,
  command: Command,
): Promise<void> {
  checkOptions(program, options, command)
  const { interval: intervalBytes, nodeOption: nodeOptions, allocator, output, pid, for: forMs } = options
  if (program === undefined) {
    const file = output === undefined ? standardOutput : openOutput(command, output)
    const report = await trackProcess(pid as number, { intervalBytes, forMs, exactFunctions: options.exactFunctions === true })
    process.exitCode = writeReport(() => report, `process ${pid}`, options, file)
    return
  }
  const file = output === undefined ? standardError : openOutput(command, output)
  const tracked = await trackProgram(program, programArguments, { allocator, nodeOptions, intervalBytes, exact: exactPlaces(options) })
  await endAs(
    tracked,
    writeReport(() => tracked.report(), program, options, file),
  )
}

const examples = `
Examples:
  $ allocscope track app.js
  $ allocscope track --interval 64KiB app.js --port 8080
  $ allocscope track --pid 4711 --for 30s --exact-functions
  $ allocscope track --exact-lines app.js
  $ allocscope track --json -o allocations.json app.js
  $ allocscope track diff before.json after.json
  $ allocscope track --format html -o allocations.html app.js
  $ allocscope track --format collapsed -o stacks.txt app.js
  $ allocscope track --format pprof -o profile.pb.gz app.js && pprof -http : profile.pb.gz
  $ allocscope track --format speedscope -o profile.speedscope.json app.js

What native code asks malloc and its kin for is sampled: one byte of --interval on average, with its stack. Figures are estimates, each with its standard
error; with --interval 1 every block is sampled and they are exact. What is live is so at the program's exit event, or when SIGINT, SIGTERM or SIGHUP ends it.
V8's own heap, its code and WebAssembly's memories aren't malloc's and aren't seen; array buffers are.

A line is the one that ran where V8 hadn't compiled its function yet, otherwise the one on which the function begins; a function that was inlined counts
as the one that it was inlined into, which may be one of node's own. --exact-functions has V8 inline nothing; --exact-lines has it interpret all
JavaScript, so that each line is the one that ran. What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to
allocscope; processes that it starts aren't tracked. A program that SIGKILL ends, or that aborts, tells nothing.
A program that is called diff is tracked as ./diff.

With --pid, a process that runs is tracked from now on, for the time of --for or until Ctrl-C, by the means of allocscope attach, and goes on. The report goes to
standard output. JavaScript is known of the process's main thread; lines are those on which functions begin, unless V8 already had exact ones.`

/** `allocscope track`: which lines, native functions and modules allocate natively, and what of it is live. */
export function registerTrack(program: Command): void {
  const command = program
    .command('track')
    .summary('run a program and say which lines hold native memory')
    .description(
      'Run a program with this node, or attach to one that runs, sample its native allocations with their JavaScript and native stacks, and print what is live at the end.',
    )
    .usage('[options] <program> [args...] | --pid <pid>')
    .argument('[program]', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .option('--interval <size>', 'the mean distance between two sampled bytes; 1 samples every block', byteInterval, 512 * 1024)
    .option('--pid <pid>', 'track this process, which goes on when the tracking ends', wholeNumberFrom(1))
    .option('--for <time>', 'how long to track a process: 500ms, 30s, 5m; until Ctrl-C by default', duration)
    .option('--exact-functions', 'inline no function into another, so that each counts as itself')
    .option('--exact-lines', 'interpret all JavaScript, so that each line is exact; what computes much in JavaScript is many times slower')
    .option('--top <rows>', 'rows of each table', wholeNumberFrom(1), 15)
    .addOption(new Option('--format <format>', 'what to write').choices(formats).default('text'))
    .option('--json', 'the same as --format json')
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('-o, --output <file>', 'write to a file rather than to standard error, or to standard output with --pid')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(track)
  registerTrackDiff(command)
}
