import { Option } from 'commander'
import type { Command } from 'commander'

import { allocatorChoices, endAs } from '../../program/index.js'
import { watchProgram } from '../../watch/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import { byteSize, collect, duration as timeSpan, numberBetween, share, wholeNumberFrom } from '../option-values.js'
import { chooseDisplay, printSummary } from '../watch-displays.js'
import { usualFilters, watchRunning } from '../watch-running.js'

interface WatchCommandOptions {
  readonly interval: number
  readonly duration?: number
  readonly pid?: number
  readonly for?: number
  readonly minBytes: number
  readonly minGrowth: number
  readonly consecutive: number
  readonly json?: true
  readonly plain?: true
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

/** Of a program that is started. */
const startingOptions = ['duration', 'allocator', 'nodeOption'] as const

/** Refuses options that don't go together, before anything runs. */
function checkOptions(program: string | undefined, { pid }: WatchCommandOptions, command: Command): void {
  const refuse = (why: string, code: string): void => command.error(why, { exitCode: exitCodes.usage, code })
  if ((pid === undefined) === (program === undefined)) refuse('give either a program or --pid', 'ERR_MISSING_ARGS')
  const isGiven = (name: keyof WatchCommandOptions): boolean => command.getOptionValueSource(name) === 'cli'
  if (pid === undefined && isGiven('for')) refuse('--for is for --pid: a program is watched to its end', 'ERR_INVALID_ARG_VALUE')
  if (pid !== undefined && startingOptions.some(isGiven)) {
    refuse('--duration, --allocator and --node-option are for a program that is started here', 'ERR_INVALID_ARG_VALUE')
  }
}

async function watch(
  program: string | undefined,
  programArguments: readonly string[],
  options: WatchCommandOptions,
  command: Command,
): Promise<void> {
  checkOptions(program, options, command)
  const {
    interval: intervalMs,
    duration: durationMs,
    minBytes,
    minGrowth,
    consecutive: consecutiveSamples,
    allocator,
    nodeOption,
    pid,
  } = options
  const file = options.output === undefined ? undefined : openOutput(command, options.output)
  const display = chooseDisplay(options, file)
  const filters = { intervalMs, minBytes, minGrowth, consecutiveSamples }
  if (program === undefined) {
    printSummary(await watchRunning(pid as number, { ...filters, forMs: options.for }, display), options, file)
    process.exitCode = file?.isLost === true ? exitCodes.failure : exitCodes.success
    return
  }
  const report = await watchProgram(
    program,
    programArguments,
    { durationMs, allocator, nodeOptions: nodeOption, ...filters },
    display,
  ).finally(() => {
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
  $ allocscope watch --pid 4711 --for 30s

What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to allocscope; Ctrl-C ends it,
and the summary comes all the same. On a terminal the view takes the lowest rows, and what the program writes scrolls above it; elsewhere, and with
--plain, there is a line a second and one for each event, each beginning with "allocscope". --json is one object a line, of the kinds start, sample,
growth, shrink, arena, threshold, overflow, blocked and end; times are milliseconds since the start.

The samples come from a thread of their own, and reach this command past the program's event loop, which may be blocked for seconds. V8's figures are the
main thread's, as of when its event loop last turned. A program that starts others: they are not watched.

With --pid a process that runs is watched, for the time of --for or until Ctrl-C, by the means of allocscope attach; it goes on, and the thread that samples it
ends with the watch.`

/** `allocscope watch`: a program's memory while it runs. */
export function registerWatch(program: Command): void {
  program
    .command('watch')
    .summary("watch a program's memory while it runs")
    .description(
      "Run a program with this node and show RSS, the allocator's arenas and V8's heap as they change, also while its event loop is blocked; then say " +
        'what grew and whether it ever shrank. To standard error.',
    )
    .usage('[options] <program> [args...] | --pid <pid>')
    .argument('[program]', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .option('--interval <ms>', 'milliseconds between samples', numberBetween(1, 3_600_000), usualFilters.intervalMs)
    .option('--duration <time>', 'send the program SIGTERM after this time: 500ms, 30s, 5m', timeSpan)
    .option('--pid <pid>', 'watch this process, which goes on when the watch ends', wholeNumberFrom(1))
    .option('--for <time>', 'how long to watch a process: 500ms, 30s, 5m; until it ends or Ctrl-C by default', timeSpan)
    .addOption(
      new Option('--min-bytes <size>', 'what a figure must move by to be an event')
        .argParser(byteSize)
        .default(usualFilters.minBytes, '4 MiB'),
    )
    .addOption(new Option('--min-growth <share>', '... and the share of itself').argParser(share).default(usualFilters.minGrowth, '10%'))
    .option('--consecutive <n>', '... in so many samples in a row', wholeNumberFrom(1), usualFilters.consecutiveSamples)
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
