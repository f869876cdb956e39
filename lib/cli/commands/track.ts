import { gzipSync } from 'node:zlib'

import { Option } from 'commander'
import type { Command } from 'commander'

import { isAllocscopeError } from '../../errors/index.js'
import { allocatorChoices, endAs } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { plainStyle } from '../../report/index.js'
import type { TextStyle } from '../../report/index.js'
import {
  collapsedMeasures,
  renderCollapsed,
  renderPprof,
  renderSpeedscope,
  renderStaying,
  renderStayingProcesses,
  renderTracking,
  renderTrackingHtml,
  renderTrackingJson,
} from '../../report/tracking/index.js'
import type { CollapsedMeasure } from '../../report/tracking/index.js'
import { findNativeWays, liveOverTimeOfRecord, reportOfRecord, stayingOfRecord, trackProgram, trackTree } from '../../track/index.js'
import type {
  ExactPlaces,
  LiveOverTime,
  StayingPlaces,
  StayingProcess,
  TrackedTreeReport,
  TrackingReport,
  TrackRecord,
} from '../../track/index.js'
import { reportError } from '../command-errors.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput, standardError, standardOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { byteInterval, collect, duration, wholeNumberFrom } from '../option-values.js'
import { styleFor } from '../terminal.js'
import { registerTrackDiff } from '../track-diff.js'
import { followSession, followTree } from '../track-moments.js'
import type { SessionMoments } from '../track-moments.js'
import { trackProcess } from '../track-process.js'

const formats = ['text', 'json', 'html', 'collapsed', 'pprof', 'speedscope'] as const
type TrackFormat = (typeof formats)[number]

interface TrackOptions {
  readonly interval: number
  readonly pid?: number
  readonly for?: number
  readonly top: number
  readonly native?: true
  readonly measure: CollapsedMeasure
  readonly format: TrackFormat
  readonly json?: true
  readonly leaks?: true
  readonly live?: true
  readonly children?: true
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly exactFunctions?: true
  readonly exactLines?: true
  readonly nodeOption: readonly string[]
}

/** What is asked to be written of a session. */
interface Found {
  readonly report: TrackingReport
  readonly leaks?: StayingPlaces | undefined
  /** What stays of each of several processes. */
  readonly tree?: { readonly report: TrackedTreeReport; readonly staying: readonly StayingProcess[] } | undefined
  readonly times?: LiveOverTime | undefined
}

function formatOf({ json, format }: TrackOptions): TrackFormat {
  return json === true ? 'json' : format
}

function render({ report, leaks, tree, times }: Found, program: string, options: TrackOptions, style: TextStyle): string | Uint8Array {
  const format = formatOf(options)
  if (format === 'json') return renderTrackingJson(report, tree === undefined ? leaks : { processes: tree.staying })
  const { top, native = false } = options
  if (tree !== undefined) return renderStayingProcesses(tree.report, tree.staying, { top, native }, style)
  if (leaks !== undefined) return renderStaying(report, leaks, { top, native }, style)
  if (format === 'html') return renderTrackingHtml(report, program, times)
  if (format === 'collapsed') return renderCollapsed(report, options.measure)
  if (format === 'pprof') return gzipSync(renderPprof(report, Date.now()))
  if (format === 'speedscope') return renderSpeedscope(report, program)
  const ways = native ? findNativeWays(report) : undefined
  return renderTracking(report, { top, native: ways, mayBeInlined: exactPlaces(options) === undefined }, style)
}

function styleOf(output: Output): TextStyle {
  if (output === standardError) return styleFor(process.stderr)
  return output === standardOutput ? styleFor(process.stdout) : plainStyle
}

/** What a session came to. Where its program told nothing at its end, what it told while it ran, if it did. */
function findingsOf(recordOf: () => TrackRecord, { log, live }: SessionMoments, { leaks }: TrackOptions): Found {
  try {
    const record = recordOf()
    const report = reportOfRecord(record)
    if (log === undefined) return { report }
    return leaks === true ? { report, leaks: stayingOfRecord(record, log) } : { report, times: liveOverTimeOfRecord(record, log) }
  } catch (error) {
    const last = isAllocscopeError(error) && error.code === 'ERR_ALLOCSCOPE_TRACK_RECORD' ? live?.lastReport() : undefined
    if (last === undefined) throw error
    return { report: last }
  }
}

/** Writes the report, or says why there is none. Answers with the exit code where the program ended well. */
function writeReport(find: () => Found, program: string, options: TrackOptions, output: Output): number {
  const style = styleOf(output)
  try {
    output.write(render(find(), program, options, style))
    output.close()
    return output.isLost ? exitCodes.failure : exitCodes.success
  } catch (error) {
    return reportError(error)
  }
}

/** Of a program that is started. */
const startingOptions = ['allocator', 'nodeOption', 'exactLines', 'children'] as const

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
    const why = '--allocator, --node-option, --exact-lines and --children are for a program that is started here'
    refuse(why, 'ERR_INVALID_ARG_VALUE')
  }
  if (options.leaks === true && !['text', 'json'].includes(formatOf(options))) {
    refuse('--leaks is a report of its own, as text or JSON', 'ERR_INVALID_ARG_VALUE')
  }
  if (isGiven('measure') && formatOf(options) !== 'collapsed') {
    refuse('--measure is for --format collapsed: the other formats have all of them', 'ERR_INVALID_ARG_VALUE')
  }
  if (options.native === true && formatOf(options) !== 'text') {
    refuse('--native is of the text: the other formats have the whole stacks', 'ERR_INVALID_ARG_VALUE')
  }
  if (options.live === true && pid === undefined && formatOf(options) !== 'text' && output === undefined) {
    refuse('--live is shown on standard error, too: say where the report goes with -o', 'ERR_INVALID_ARG_VALUE')
  }
  if (format === 'pprof' && output === undefined) refuse('--format pprof is no text: say where it goes with -o', 'ERR_INVALID_ARG_VALUE')
}

function followFor(subject: string, options: TrackOptions): SessionMoments {
  const isLogged = options.leaks === true || formatOf(options) === 'html'
  return followSession({ log: isLogged, liveOf: options.live === true ? subject : undefined })
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
    const session = followFor(`process ${pid}`, options)
    const asked = { intervalBytes, forMs, exactFunctions: options.exactFunctions === true, isShown: options.live === true }
    const record = await trackProcess(pid as number, { ...asked, moments: session.moments }).finally(session.close)
    process.exitCode = writeReport(() => findingsOf(() => record, session, options), `process ${pid}`, options, file)
    return
  }
  const file = output === undefined ? standardError : openOutput(command, output)
  const asked = { allocator, nodeOptions, intervalBytes, exact: exactPlaces(options) }
  if (options.children === true) {
    const subject = [program, ...programArguments].join(' ')
    const followed = followTree({ log: options.leaks === true, liveOf: options.live === true ? subject : undefined })
    const tree = await trackTree(program, programArguments, { ...asked, moments: followed.moments }).finally(followed.close)
    const find = (): Found => {
      const report = tree.report()
      return { report, tree: options.leaks === true ? { report, staying: tree.staying } : undefined }
    }
    await endAs(tree, writeReport(find, program, options, file))
    return
  }
  const session = followFor([program, ...programArguments].join(' '), options)
  const tracked = await trackProgram(program, programArguments, { ...asked, moments: session.moments }).finally(session.close)
  const find = (): Found => findingsOf(() => tracked.record(), session, options)
  await endAs(tracked, writeReport(find, program, options, file))
}

const examples = `
Examples:
  $ allocscope track app.js
  $ allocscope track --interval 64KiB app.js --port 8080
  $ allocscope track --pid 4711 --for 30s --exact-functions
  $ allocscope track --exact-lines app.js
  $ allocscope track --native app.js
  $ allocscope track --leaks --interval 64KiB server.js
  $ allocscope track --live server.js
  $ allocscope track --children cluster.js
  $ allocscope track --children --live cluster.js
  $ allocscope track --children --leaks --interval 64KiB cluster.js
  $ allocscope track --live --pid 4711
  $ allocscope track --json -o allocations.json app.js
  $ allocscope track diff before.json after.json
  $ allocscope track --format html -o allocations.html app.js
  $ allocscope track --format collapsed -o stacks.txt app.js
  $ allocscope track --format collapsed --measure resident -o mapped.txt app.js
  $ allocscope track --format pprof -o profile.pb.gz app.js && pprof -http : profile.pb.gz
  $ allocscope track --format speedscope -o profile.speedscope.json app.js

What native code asks malloc and its kin for is sampled: one byte of --interval on average, with its stack. Figures are estimates, each with its standard
error; with --interval 1 every block is sampled and they are exact. What is live is so at the program's exit event, or when SIGINT, SIGTERM or SIGHUP ends it.
V8's own heap, its code and WebAssembly's memories aren't malloc's and are counted apart, as mapped; array buffers are malloc's.

A line is the one that ran where V8 hadn't compiled its function yet, otherwise the one on which the function begins; a function that was inlined counts
as the one that it was inlined into, which may be one of node's own. --exact-functions has V8 inline nothing; --exact-lines has it interpret all
JavaScript, so that each line is the one that ran. What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to
allocscope; processes that it starts are tracked with --children only. A program that SIGKILL ends, or that aborts, tells nothing, but with --live what was live at its last moment.
A program that is called diff is tracked as ./diff.

--native has below each JavaScript line of the text the native functions through which it asked for what is live, three at the most and what the others come to: the
innermost, and of each further module the one that led there ("vips_malloc [libvips.so] ← Execute [sharp.node]"). They add up to the line. With --leaks they stand
there likewise, and with --live in the report at the end. JSON and the other formats have the whole stacks.

--live shows what is live while the program runs: on a terminal in its lowest rows, each second, while what the program writes scrolls above; elsewhere as lines that
begin with "allocscope", every five seconds. Ctrl-C ends the program, and the report comes all the same.

--children hands the tracker on in the environment, by NODE_OPTIONS. The report has a table of the processes, and the rest are sums over them; a process that ends without
its exit event is named. Each is as of its own end; what still runs two seconds after the program isn't waited for. --live shows the sum over those that run;
--leaks tells of each process by itself, by the quarters of its own time.

--leaks asks the program while it runs, through a thread of the tracker, how much is live where, and prints what stays by three rules, which stand in the report:
what grows from each quarter of the time to the next by more than chance, with its rate; what was allocated early and kept; and what is neither.

What is mapped apart from malloc (V8's pages, wasm memories, an addon's own allocator) has tables of its own in the text. In pprof it is mapped_space and
mapped_resident (pprof -sample_index=mapped_resident), in speedscope two more profiles of the file; --format collapsed has what --measure says.

--format html is one page of flame graphs. It follows the program as --leaks does, so that a slider shows what was live when; not with --children.

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
    .option('-C, --children', 'the Node programs that it starts as well, and those that they start')
    .option('--live', 'while it runs, show on standard error what is live, each second')
    .option('--leaks', 'only what stays: lines that grow, and how fast, apart from those that allocated once')
    .option('--native', 'below each line of the text, the native functions through which it asked')
    .option('--top <rows>', 'rows of each table', wholeNumberFrom(1), 15)
    .addOption(new Option('--format <format>', 'what to write').choices(formats).default('text'))
    .addOption(
      new Option('--measure <measure>', 'of --format collapsed: bytes of blocks, or of what is mapped apart from malloc')
        .choices(collapsedMeasures)
        .default('live'),
    )
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
