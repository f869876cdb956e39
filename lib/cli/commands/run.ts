import { Option } from 'commander'
import type { Command } from 'commander'

import { allocatorChoices, endAs } from '../../program/index.js'
import { runProgram } from '../../run/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import type { RunReport } from '../../run/index.js'
import { plainStyle, renderRun, renderRunJson } from '../../report/index.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { collect, numberBetween } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface RunCommandOptions {
  readonly interval: number
  readonly collect?: true
  readonly json?: true
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

function printReport(report: RunReport, json: boolean, output: Output | undefined): void {
  if (output === undefined) {
    process.stderr.write(json ? renderRunJson(report) : renderRun(report, styleFor(process.stderr)))
    return
  }
  output.write(json ? renderRunJson(report) : renderRun(report, plainStyle))
  output.close()
}

async function run(program: string, programArguments: readonly string[], options: RunCommandOptions, command: Command): Promise<void> {
  const { interval: intervalMs, allocator, nodeOption: nodeOptions, output } = options
  const file = output === undefined ? undefined : openOutput(command, output)
  const report = await runProgram(program, programArguments, { intervalMs, allocator, nodeOptions, collect: options.collect === true })
  printReport(report, options.json === true, file)
  await endAs(report, file?.isLost === true ? exitCodes.failure : exitCodes.success)
}

const examples = `
Examples:
  $ allocscope run app.js
  $ allocscope run --allocator jemalloc app.js --port 8080
  $ allocscope run --node-option=--max-old-space-size=512 --json -o memory.json app.js
  $ allocscope run --collect server.js
  $ allocscope run --interval 10 dist/server.mjs 2> memory.txt

What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to allocscope. Peak RSS is
the kernel's own count; the other figures at the peak are those of the sample with the highest RSS. At a new peak glibc's free lists are walked when
that is expected to take less than a hundredth of the interval; other samples never walk. Processes that the
program starts are in none of these figures; how many were seen, and the peak of the largest one, stand above them.

A program that a signal ends has no reading at exit, and no collection with --collect: have it end by itself, or handle the signal.`

/** `allocscope run`: a program's memory at its start, at its peak and at its exit. */
export function registerRun(program: Command): void {
  program
    .command('run')
    .summary('run a program and say what its memory did')
    .description(
      'Run a program with this node, and print its allocator and memory at the start, at the peak and at exit to standard error.',
    )
    .usage('[options] <program> [args...]')
    .argument('<program>', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .option('--interval <ms>', 'milliseconds between samples', numberBetween(1, 3_600_000), 100)
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--collect', 'read once more at exit, after a full collection: what is garbage, and what is in use')
    .option('--json', 'report as JSON, with every sample that was kept')
    .option('-o, --output <file>', 'write the report to a file rather than to standard error')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(run)
}
