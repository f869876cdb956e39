import type { Command } from 'commander'

import { comparePrograms, findNode, listSettings, parseAllocator, parseVariable, splitList } from '../../compare/index.js'
import type { Comparison, RunSetting } from '../../compare/index.js'
import { endAs } from '../../program/index.js'
import { renderComparison, renderComparisonHtml, renderComparisonJson } from '../../report/compare/index.js'
import { plainStyle } from '../../report/index.js'
import { showCompareProgress } from '../compare-progress.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { collect, numberBetween, wholeNumberBetween } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface CompareCommandOptions {
  readonly allocators?: string
  readonly node?: string
  readonly env: readonly string[]
  readonly runs: number
  readonly settle: number
  readonly drive?: string
  readonly ready?: string
  readonly json?: true
  readonly html?: string
  readonly output?: string
  readonly nodeOption: readonly string[]
}

function readSettings({ allocators, node, env }: CompareCommandOptions): readonly RunSetting[] {
  const list = (text: string | undefined): readonly string[] => (text === undefined ? [] : splitList(text))
  return listSettings({
    allocators: list(allocators).map((text) => parseAllocator('--allocators', text)),
    nodes: list(node).map((text) => findNode('--node', text)),
    variables: env.map((text) => parseVariable('--env', text)),
  })
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Interrupt = (typeof interrupts)[number]

/** Ends the comparison at a signal. The report of what ran by then comes all the same. */
function abortOnSignals(): { readonly signal: AbortSignal; readonly caught: () => Interrupt | undefined; readonly stop: () => void } {
  const controller = new AbortController()
  let caught: Interrupt | undefined
  const abort = (name: Interrupt): void => {
    caught ??= name
    controller.abort()
  }
  interrupts.forEach((name) => process.on(name, abort))
  const stop = (): void => {
    interrupts.forEach((name) => process.off(name, abort))
  }
  return { signal: controller.signal, caught: () => caught, stop }
}

function printReport(comparison: Comparison, json: boolean, file: Output | undefined): void {
  if (file === undefined) {
    process.stdout.write(json ? renderComparisonJson(comparison) : renderComparison(comparison, styleFor(process.stdout)))
    return
  }
  file.write(json ? renderComparisonJson(comparison) : renderComparison(comparison, plainStyle))
  file.close()
}

function exitCodeOf({ settings }: Comparison, isLost: boolean): number {
  const isWhole = settings.every(({ missing, failures }) => missing === undefined && failures.length === 0)
  return isWhole && !isLost ? exitCodes.success : exitCodes.failure
}

async function compare(
  program: string,
  programArguments: readonly string[],
  options: CompareCommandOptions,
  command: Command,
): Promise<void> {
  const { runs, settle, drive, ready, nodeOption: nodeOptions, output, html } = options
  const settings = readSettings(options)
  const file = output === undefined ? undefined : openOutput(command, output)
  const page = html === undefined ? undefined : openOutput(command, html)
  const display = showCompareProgress(process.stderr)
  const { signal, caught, stop } = abortOnSignals()
  const driven = drive === undefined ? undefined : { script: drive, ready }
  const asked = { settings, runs, drive: driven, settleMs: settle * 1000, nodeOptions, signal, onRun: display.show }
  const comparison = await comparePrograms(program, programArguments, asked).finally(() => {
    display.end()
    stop()
  })
  printReport(comparison, options.json === true, file)
  page?.write(renderComparisonHtml(comparison))
  page?.close()
  const isLost = file?.isLost === true || page?.isLost === true
  await endAs({ exitCode: exitCodeOf(comparison, isLost), signal: caught() })
}

const examples = `
Examples:
  $ allocscope compare app.js --allocators glibc,glibc:arena_max=2,glibc:mmap_threshold=131072,jemalloc,mimalloc,tcmalloc
  $ allocscope compare job.js big.json --allocators glibc,jemalloc --runs 8 -- --level 9
  $ allocscope compare --node 20,26 --env UV_THREADPOOL_SIZE=,2 app.js
  $ allocscope compare --allocators glibc,jemalloc --drive load.js server.js

The program's own options stand behind --. Each run is a fresh process; they are interleaved (ABCABC). What the program prints is left out; it reads
nothing from standard input.
glibc's settings are its tunables of malloc, several divided by colons: glibc:arena_max=2:trim_threshold=131072. They take the place of those in the
environment. --node names versions (this Node, node26 on the PATH, or those of nvm, fnm, volta and n) or files. --env gives a variable several
values; an empty one leaves it unset, and \\, is a comma within a value. Lists are combined with each other.
A driver runs once the server listens, with PORT and ALLOCSCOPE_PID in its environment: a script of Node (.js, .mjs, .cjs), or anything that can be
executed, such as a shell script that calls autocannon. When it has ended, the server gets SIGTERM.
An allocator that gives memory back in time needs the time: jemalloc 10 s, so --settle 12.
With n runs under each setting the smallest p is 2 / (2n over n): 0.1 for 3, 0.008 for 5. The report says where the runs are too few to tell.
Exit code 1 when a run failed or an allocator is missing: the other rows are there all the same. Ctrl-C ends it with what there is so far.`

/** `allocscope compare`: the same program under several allocators, settings, versions of Node. */
export function registerCompare(program: Command): void {
  program
    .command('compare')
    .summary('run a program under several allocators and settings, and say what differs beyond noise')
    .description(
      'Run a program again and again under each of several allocators, settings of glibc, versions of Node or values of a variable, and compare ' +
        'peak RSS, RSS after release, time, CPU and page faults by an exact test.',
    )
    .usage('<program> [args...] [options] [-- program options]')
    .argument('<program>', 'the file that node would run')
    .argument('[args...]', "the program's own arguments; its options behind --")
    .option(
      '--allocators <list>',
      'glibc, glibc:<tunable>=<value>, jemalloc, mimalloc, tcmalloc; the first is what others are compared with',
    )
    .option('--node <list>', 'versions or files of Node')
    .option('--env <NAME=list>', 'values of a variable; may be repeated', collect, [])
    .option('--runs <n>', 'runs under each setting', wholeNumberBetween(1, 50), 5)
    .option('--settle <seconds>', 'wait so long after the work before RSS after release is read', numberBetween(0, 3600), 0)
    .option('--drive <script>', 'what makes requests to a program that serves')
    .option('--ready <words>', 'start the driver when the program has printed a line with these words, rather than when it listens')
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--json', 'report as JSON, with every run')
    .option('--html <file>', 'write a page with charts as well')
    .option('-o, --output <file>', 'write the report to a file rather than to standard output')
    .addHelpText('after', examples)
    .action(compare)
}
