import { Option } from 'commander'
import type { Command } from 'commander'

import { diffLedgers, explainProcess, explainProgram } from '../../ledger/index.js'
import type { FollowingLedger, LedgerFigures } from '../../ledger/index.js'
import { allocatorChoices, endAs } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { plainStyle, renderJson, renderLedger, renderLedgerDiff, renderLimitForecast } from '../../report/index.js'
import type { TextStyle } from '../../report/index.js'
import { exitCodes } from '../exit-codes.js'
import { describeNone, momentTitle, writeProcessPage, writeProgramPage } from '../ledger-page.js'
import { openOutput, standardError } from '../open-output.js'
import type { Output } from '../open-output.js'
import { collect, numberBetween, wholeNumberFrom } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface ExplainCommandOptions {
  readonly at: 'exit' | 'peak'
  readonly every?: number
  readonly pid?: number
  readonly json?: true
  readonly html?: string
  readonly output?: string
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
}

/** Shows each ledger in full, and from the second one on what changed since the one before. */
function showLedgers(program: string, output: Output, style: TextStyle): (taken: FollowingLedger) => void {
  let earlier: LedgerFigures | undefined
  return (taken) => {
    const { ledger, limitForecast } = taken
    output.write(`\n${renderLedger(ledger, `${program} ${momentTitle(taken)}`, style)}`)
    if (earlier !== undefined) output.write(`\n${renderLedgerDiff(diffLedgers(ledger, earlier), style)}`)
    if (limitForecast !== undefined) output.write(`\n${renderLimitForecast(limitForecast, style)}`)
    earlier = ledger
  }
}

/** The files that a command writes. */
interface ExplainFiles {
  readonly file: Output | undefined
  readonly page: Output | undefined
}

function isLost({ file, page }: ExplainFiles): boolean {
  return file?.isLost === true || page?.isLost === true
}

async function explainRun(
  program: string,
  programArguments: readonly string[],
  options: ExplainCommandOptions,
  files: ExplainFiles,
): Promise<void> {
  const { at, every = 0, allocator, nodeOption: nodeOptions, json } = options
  const { file, page } = files
  const output = file ?? standardError
  const show = json === true ? () => undefined : showLedgers(program, output, file === undefined ? styleFor(process.stderr) : plainStyle)
  const explained = await explainProgram(program, programArguments, { at, everyMs: every * 1000, allocator, nodeOptions }, show)
  if (json === true) output.write(renderJson({ version: 1, program, programArguments, ...explained }))
  else if (explained.ledgers.length === 0) output.write(`allocscope: ${describeNone(explained)}\n`)
  output.close()
  if (page !== undefined) writeProgramPage(page, [program, ...programArguments].join(' '), explained)
  await endAs(explained, isLost(files) ? exitCodes.failure : exitCodes.success)
}

function explainPid(pid: number, { json }: ExplainCommandOptions, files: ExplainFiles): void {
  const { file, page } = files
  const ledger = explainProcess(pid)
  const style = file === undefined ? styleFor(process.stdout) : plainStyle
  const text = json === true ? renderJson({ version: 1, ledger }) : renderLedger(ledger, `process ${pid}`, style)
  if (file === undefined) process.stdout.write(text)
  file?.write(text)
  file?.close()
  if (page !== undefined) writeProcessPage(page, ledger)
  if (isLost(files)) process.exitCode = exitCodes.failure
}

async function explain(
  program: string | undefined,
  programArguments: readonly string[],
  options: ExplainCommandOptions,
  command: Command,
): Promise<void> {
  const { pid, output, html } = options
  if ((program === undefined) === (pid === undefined)) {
    command.error('give either a program or --pid', { exitCode: exitCodes.usage, code: 'ERR_MISSING_ARGS' })
  }
  const file = output === undefined ? undefined : openOutput(command, output)
  const page = html === undefined ? undefined : openOutput(command, html)
  if (pid !== undefined) explainPid(pid, options, { file, page })
  else await explainRun(program as string, programArguments, options, { file, page })
}

const examples = `
Examples:
  $ allocscope explain app.js
  $ allocscope explain --at peak app.js --port 8080
  $ allocscope explain --every 10 server.js 2> ledgers.txt
  $ allocscope explain --json -o ledger.json app.js
  $ allocscope explain --html memory.html app.js
  $ allocscope explain --pid 4711

Whose every byte of RSS is: V8's heaps by isolate and space, malloc in use and free, array buffers, wasm memories, stacks, files, embedded allocators,
and what has no owner. The lines add up to RSS. A ledger blocks the program's event loop while the kernel walks its page tables, some 100 ms a GB,
and while glibc's free lists are walked, where that is expected to take less than 250 ms. The program keeps its exit code, its streams and its signals,
but for SIGUSR2, which asks for a ledger. A program that is killed leaves those that were taken before. From outside, with --pid, files and shared
memory are told; V8 and malloc are one remainder.`

/** `allocscope explain`: whose every byte of RSS is. */
export function registerExplain(program: Command): void {
  program
    .command('explain')
    .summary('say whose every byte of RSS is')
    .description(
      'Run a program with this node and print the ledger of its RSS to standard error, or that of a process that runs to standard output.',
    )
    .usage('[options] [program] [args...]')
    .argument('[program]', 'the file that node would run; - for standard input')
    .argument('[args...]', "the program's own arguments and options")
    .addOption(new Option('--at <moment>', 'which moment to explain').choices(['exit', 'peak']).default('exit'))
    .option('--every <seconds>', 'another ledger every so many seconds, with what changed', numberBetween(0.1, 86_400))
    .option('--pid <pid>', 'a process that runs, from outside', wholeNumberFrom(1))
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--json', 'all ledgers as JSON, when the program has ended')
    .option('--html <file>', 'write a page with pictures as well')
    .option('-o, --output <file>', 'write to a file')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action(explain)
}
