import { Option } from 'commander'
import type { Command } from 'commander'

import { allocatorChoices, endAs } from '../../program/index.js'
import { watchProgram } from '../../watch/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import type { WatchReport } from '../../watch/index.js'
import { plainStyle, renderWatchSummary } from '../../report/index.js'
import { isLiveTerminal } from '../live-screen.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput, standardError } from '../open-output.js'
import type { Output } from '../open-output.js'
import { byteSize, collect, numberBetween, share, wholeNumberFrom } from '../option-values.js'
import { styleFor } from '../terminal.js'
import { showAll, showJson, showLines, showLive } from '../watch-displays.js'
import type { WatchDisplay } from '../watch-displays.js'

interface WatchCommandOptions {
  readonly interval: number
  readonly duration?: number
  readonly minBytes: number
  readonly minGrowth: number
  readonly consecutive: number
  readonly json?: true
  readonly plain?: true
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

/** Whether to show a view: on a terminal, unless lines or JSON are to go to standard error. */
function isLive({ json, plain, output }: WatchCommandOptions): boolean {
  if (plain === true || !isLiveTerminal(process.stderr)) return false
  return json !== true || output !== undefined
}

function chooseDisplay(options: WatchCommandOptions, file: Output | undefined): WatchDisplay {
  const written = file ?? standardError
  const live = isLive(options)
  const lines = file === undefined && live ? [] : [options.json === true ? showJson(written) : showLines(written)]
  return showAll([...lines, ...(live && isLiveTerminal(process.stderr) ? [showLive(process.stderr)] : [])])
}

function printSummary(report: WatchReport, options: WatchCommandOptions, file: Output | undefined): void {
  if (options.json !== true) file?.write(renderWatchSummary(report, plainStyle))
  file?.close()
  if (isLive(options) || (file === undefined && options.json !== true)) {
    process.stderr.write(renderWatchSummary(report, styleFor(process.stderr)))
  }
}

async function watch(program: string, programArguments: readonly string[], options: WatchCommandOptions, command: Command): Promise<void> {
  const { interval: intervalMs, duration, minBytes, minGrowth, consecutive: consecutiveSamples, allocator, nodeOption } = options
  const file = options.output === undefined ? undefined : openOutput(command, options.output)
  const display = chooseDisplay(options, file)
  const filter = { minBytes, minGrowth, consecutiveSamples }
  const durationMs = duration === undefined ? undefined : duration * 1000
  const asked = { intervalMs, durationMs, allocator, nodeOptions: nodeOption, ...filter }
  const report = await watchProgram(program, programArguments, asked, display).finally(() => {
    display.close()
  })
  printSummary(report, options, file)
  await endAs(report, file?.isLost === true ? exitCodes.failure : exitCodes.success)
}

const examples = `
Examples:
  $ allocscope watch app.js
  $ allocscope watch --allocator jemalloc --interval 10 app.js --port 8080
  $ allocscope watch --json -o memory.ndjson app.js
  $ allocscope watch --min-bytes "16 MiB" --consecutive 5 --plain app.js 2> memory.txt; grep growth memory.txt
  $ allocscope watch --duration 60 server.js

What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to allocscope; Ctrl-C ends it,
and the summary comes all the same. On a terminal the view takes the lowest rows, and what the program writes scrolls above it; elsewhere, and with
--plain, there is a line a second and one for each event, each beginning with "allocscope". --json is one object a line, of the kinds start, sample,
growth, shrink, arena, threshold, overflow, blocked and end; times are milliseconds since the start.

The samples come from a thread of their own, and reach this command past the program's event loop, which may be blocked for seconds. V8's figures are the
main thread's, as of when its event loop last turned. A program that starts others: they are not watched.`

/** `allocscope watch`: a program's memory while it runs. */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .summary("watch a program's memory while it runs")
    .description(
      "Run a program with this node and show RSS, the allocator's arenas and V8's heap as they change, also while its event loop is blocked; then say " +
        'what grew and whether it ever shrank. To standard error.',
    )
    .usage('[options] <program> [args...]')
    .argument('<program>', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .option('--interval <ms>', 'milliseconds between samples', numberBetween(1, 3_600_000), 100)
    .option('--duration <seconds>', 'send the program SIGTERM after so many seconds', numberBetween(0.001, 2_000_000))
    .addOption(
      new Option('--min-bytes <size>', 'what a figure must move by to be an event').argParser(byteSize).default(4 * 2 ** 20, '4 MiB'),
    )
    .addOption(new Option('--min-growth <share>', '... and the share of itself').argParser(share).default(0.1, '10%'))
    .option('--consecutive <n>', '... in so many samples in a row', wholeNumberFrom(1), 1)
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--json', 'every sample and event as a JSON object on a line of its own')
    .option('--plain', 'lines rather than a view, on a terminal as well')
    .option('-o, --output <file>', 'write the lines, JSON or not, to a file rather than to standard error')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(watch)
}
