import { Option } from 'commander'
import type { Command } from 'commander'

import { allocatorChoices, endAs } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { recordProcess, recordProgram } from '../../record/index.js'
import { exitCodes } from '../exit-codes.js'
import { collect, numberBetween, wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { fileFor, recordRunning, tellRecorded, warnOfFailure } from '../record-running.js'

interface RecordCommandOptions {
  readonly interval: number
  readonly children?: true
  readonly timeout?: number
  readonly pid?: number
  readonly inside?: true
  readonly output?: string
  readonly force?: true
  readonly json?: true
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

/** Whether `--` stands right before the program: then it is a command, which needn't be a file that node runs. */
function followsDashes(command: Command): boolean {
  const given = (command.parent as Command & { readonly rawArgs: readonly string[] }).rawArgs
  const after = given.length - command.args.length
  return given[after - 1] === '--'
}

async function record(
  program: string | undefined,
  programArguments: readonly string[],
  options: RecordCommandOptions,
  command: Command,
): Promise<void> {
  const { interval: intervalMs, children = false, timeout, pid, force: replace = false, allocator, nodeOption: nodeOptions } = options
  const file = fileFor(options.output)
  const timeoutMs = timeout === undefined ? undefined : timeout * 1000
  const asked = { file, replace, intervalMs, children, timeoutMs, allocscopeVersion: packageVersion, onFailure: warnOfFailure }
  const isCommand = followsDashes(command)
  if ((pid === undefined) === (program === undefined)) {
    command.error('give either a program or --pid', { exitCode: exitCodes.usage, code: 'ERR_MISSING_ARGS' })
  }
  if (options.inside === true && pid === undefined) {
    command.error('--inside is for --pid: of a program that node runs it is told anyway', {
      exitCode: exitCodes.usage,
      code: 'ERR_INVALID_ARG_VALUE',
    })
  }
  const ofProcess = options.inside === true ? recordRunning : recordProcess
  const recording =
    program === undefined
      ? ofProcess(pid as number, asked)
      : recordProgram(program, programArguments, { ...asked, allocator, nodeOptions, isCommand })
  const report = await recording
  tellRecorded(report, options.json === true)
  await endAs(report, report.failure === undefined ? exitCodes.success : exitCodes.failure)
}

const examples = `
Examples:
  $ allocscope record app.js
  $ allocscope record --children --interval 20 server.js --port 8080
  $ allocscope record -o memory.rec -- python3 job.py
  $ allocscope record --pid 1234 --timeout 60
  $ allocscope record --pid 1234 --inside -o server.rec
  $ allocscope plot

What stands after the program belongs to the program. It keeps its exit code, its standard streams and the signals sent to allocscope. After -- any
command may stand; it is recorded from outside: RSS, the part of it that is files or shared memory, and the kernel's own peak. A program that node runs
also tells of V8's heap, the allocator, collections, workers, and the marks and spans that it sets with mark() and span(). With --inside a Node process
that runs tells the same, by the means of allocscope attach, but for how many workers it has and for their marks.

Ctrl-C goes to the program; what was recorded is kept. If this command is killed, the file lacks the last tenth of a second at most.`

/** `allocscope record`: a program's memory over time, into a file. */
export function registerRecord(program: Command): void {
  program
    .command('record')
    .summary("record a program's memory over time, into a file")
    .description(
      "Run a program, or follow one that runs, and record its memory over time into a file for 'plot', 'peak', 'slope', 'diff' and 'report'.",
    )
    .usage('[options] <program> [args...] | -- <command> [args...] | --pid <pid>')
    .argument('[program]', 'the file that node would run; after -- any command')
    .argument('[args...]', "the program's own arguments and options")
    .option('--interval <ms>', 'milliseconds between samples', numberBetween(1, 3_600_000), 10)
    .option('-C, --children', 'record the processes that it starts as well')
    .option('--timeout <seconds>', 'end the recording, and the program by SIGTERM, after so many seconds', numberBetween(0.001, 2_000_000))
    .option('--pid <pid>', 'record this process, which goes on when the recording ends', wholeNumberFrom(1))
    .option('--inside', 'of a Node process, also what it tells itself, as allocscope attach does')
    .option('-o, --output <file>', 'the file to write; allocscope-<date and time>.rec in this folder by default')
    .option('-f, --force', 'write the file even where there is one')
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--json', 'say at the end, as JSON, what was recorded')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(record)
}
