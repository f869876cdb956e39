import { Option } from 'commander'
import type { Command } from 'commander'

import { checkLoadSettings, profileModes, runProfiled } from '../../profile/index.js'
import type { LoadSettings, ProfileMode } from '../../profile/index.js'
import { allocatorChoices, endAs } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { checkColumns, openReports, writeReport } from '../../register/index.js'
import type { ProgramProfile, ReportSettings } from '../../register/index.js'
import { profileColumns } from '../../report/profile-columns.js'
import { profileSorts } from '../../report/profile-sorts.js'
import type { ProfileColumn, ProfileSort } from '../../report/index.js'
import { exitCodes } from '../exit-codes.js'
import { byteSize, collect } from '../option-values.js'
import { explainFailure } from '../typescript-hint.js'

interface ProfileCommandOptions {
  readonly function: readonly string[]
  readonly file: readonly string[]
  readonly all?: true
  readonly mode: ProfileMode
  readonly workers?: true
  readonly children?: true
  readonly test?: true
  readonly json?: true
  readonly html?: string
  readonly output?: string
  readonly min: number
  readonly sort: ProfileSort
  readonly columns?: readonly ProfileColumn[]
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

function loadSettings({ function: functions, file, all, mode, workers, children, test }: ProfileCommandOptions): LoadSettings {
  const split = (values: readonly string[]): string[] => values.flatMap((value) => value.split(','))
  return checkLoadSettings({ mode, functions: split(functions), files: file, all, workers, children: children ?? test })
}

function reportSettings({ json, html, output, min, sort, columns }: ProfileCommandOptions): ReportSettings {
  return { json: json === true, html, output, minBytes: min, sort, columns }
}

function checkReports(command: Command, report: ReportSettings): void {
  try {
    openReports(report)
  } catch (error) {
    const { code = 'EIO', message } = error as NodeJS.ErrnoException
    command.error(`cannot write the report: ${message}`, { exitCode: exitCodes.usage, code })
  }
}

/** A report that can't be written doesn't change how the program ended. */
function tryToWrite(profiled: ProgramProfile, report: ReportSettings): boolean {
  try {
    writeReport(profiled, report)
    return true
  } catch (error) {
    process.stderr.write(`allocscope: cannot write the report: ${(error as Error).message}\n`)
    return false
  }
}

/** What node runs: a program with its arguments, or its test runner, to which all arguments belong. */
interface WhatRuns {
  readonly program: string | undefined
  readonly programArguments: readonly string[]
  readonly nodeOptions: readonly string[]
  readonly title: string
}

function whatRuns(given: string | undefined, others: readonly string[], { test, nodeOption }: ProfileCommandOptions): WhatRuns {
  const all = given === undefined ? others : [given, ...others]
  if (!test) return { program: given, programArguments: others, nodeOptions: nodeOption, title: all.join(' ') }
  return { program: undefined, programArguments: all, nodeOptions: [...nodeOption, '--test'], title: ['--test', ...all].join(' ') }
}

async function profile(
  given: string | undefined,
  others: readonly string[],
  options: ProfileCommandOptions,
  command: Command,
): Promise<void> {
  if (given === undefined && !options.test) {
    command.error("error: missing required argument 'program'", { exitCode: exitCodes.usage, code: 'commander.missingArgument' })
  }
  const report = reportSettings(options)
  const settings = loadSettings(options)
  checkReports(command, report)
  const { program, programArguments, nodeOptions, title } = whatRuns(given, others, options)
  const ending = await runProfiled(program, programArguments, {
    settings,
    nodeOptions,
    allocator: options.allocator,
    report: (profiled) => {
      const notes = [...profiled.notes, ...(program === undefined ? [] : explainFailure(program, profiled, nodeOptions))]
      return tryToWrite({ title, profiles: profiled.profiles, notes }, report)
    },
  })
  await endAs(ending, ending.reported ? exitCodes.success : exitCodes.failure)
}

const examples = `
Examples:
  $ allocscope profile app.js                              # functions marked // @profile, or wrapped by profile()
  $ allocscope profile --function loadUsers,Cache.get app.ts --port 8080
  $ allocscope profile --file 'src/**' --html profile.html dist/server.mjs
  $ allocscope profile --all --html report/ app.js         # report/index.html and a page for each file
  $ allocscope profile --all --sort peak --min 0.1MiB app.js
  $ allocscope profile --allocator jemalloc app.js
  $ allocscope profile --node-option=--import=tsx app.tsx
  $ allocscope profile --all --test test/cart.test.js      # as node --test does it

Allocated: bytes the line asked for, on V8's heap and outside, whatever was collected meanwhile. Increment: net change; in settle mode of live memory,
by a full garbage collection around a line's first executions. Peak RSS: the highest while the line ran. Others: what other code did while the
function was suspended at await or yield. What stands after the program belongs to the program: it keeps its exit code, its
standard streams and the signals sent to allocscope. The profile is printed however the program ends.`

/** What is reported, how, and where to. */
function addReportOptions(command: Command): Command {
  return command
    .option('--min <size>', 'leave out functions that stay below this in every line, such as 0.1MiB', byteSize, 0)
    .addOption(new Option('--sort <key>', 'the order of the functions').choices(profileSorts).default('allocated'))
    .option('--columns <names>', `the figures of lines, in this order, divided by commas: ${profileColumns.join(', ')}`, checkColumns)
    .option('--json', 'report as JSON')
    .option('--html <path>', 'write a page with the source, coloured by figures, as well; into a folder, a page for each source file')
    .option('-o, --output <file>', 'write the report to a file rather than to standard error')
}

/** `allocscope profile`: what each line of a program's functions allocates. */
export function registerProfile(program: Command): void {
  const command = program
    .command('profile')
    .summary('run a program and say line by line what it allocates')
    .description(
      'Run a program with this node, and print for each profiled function a table of its lines: bytes allocated, net change, peak RSS.',
    )
    .usage('[options] <program> [args...]')
    .argument('[program]', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .option(
      '--function <names>',
      'these functions, divided by commas; Class.method or method, * for anything; may be repeated',
      collect,
      [],
    )
    .option(
      '--file <glob>',
      'every function of the files that match; may be repeated; reaches node_modules only when it names it',
      collect,
      [],
    )
    .option('--all', 'every function outside of node_modules')
    .addOption(new Option('--mode <mode>', 'how the figures are taken').choices(profileModes).default('hybrid'))
    .option('--workers', 'worker threads as well, each with tables of its own')
    .option('--children', 'node processes that the program starts as well')
    .option('--test', "run node's test runner, whose files follow, as node --test does; with --children, as each file is a process")
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
  addReportOptions(command).passThroughOptions().addHelpText('after', examples).action(profile)
}
