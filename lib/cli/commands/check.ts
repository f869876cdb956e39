import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { Option } from 'commander'
import type { Command } from 'commander'

import { AllocscopeError } from '../../errors/index.js'
import { allocatorChoices, prepareProgram } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { releaseVerdicts } from '../../release/verdicts.js'
import type { ReleaseVerdict } from '../../release/index.js'
import { plainStyle, renderReleaseCheck, renderReleaseCheckJson } from '../../report/index.js'
import { checkVariable } from '../check-request.js'
import type { CheckAnswer, CheckRequest } from '../check-request.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { byteSize, collect, numberBetween, wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'

interface CheckCommandOptions {
  readonly export?: string
  readonly allow: ReleaseVerdict
  readonly allowBytes?: number
  readonly runs?: number
  readonly warmup: number
  readonly budget: number
  readonly settle: number
  readonly whatIf: boolean
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
  readonly json?: true
  readonly output?: string
}

function requestOf(options: CheckCommandOptions): CheckRequest {
  const { runs, warmup, allowBytes, whatIf, settle: settleMs, budget: budgetMs } = options
  return {
    exportName: options.export,
    options: { warmup, whatIf, settleMs, budgetMs, ...(runs !== undefined && { runs }), ...(allowBytes !== undefined && { allowBytes }) },
    progress: process.stderr.isTTY,
  }
}

/** A file without a name for the answer of the checking process. The process's standard streams belong to the program. */
function openAnswer(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'allocscope-'))
  try {
    return openSync(path.join(folder, 'answer.json'), 'ax+', 0o600)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readAnswer(
  descriptor: number,
  program: string,
  ended: { readonly exitCode: number | undefined; readonly signal: string | undefined },
): CheckAnswer {
  // Reads from position 0: writing by the checking process has moved the position, which both share.
  const bytes = Buffer.alloc(fstatSync(descriptor).size)
  readSync(descriptor, bytes, 0, bytes.length, 0)
  if (bytes.length > 0) return JSON.parse(bytes.toString()) as CheckAnswer
  const how = ended.signal === undefined ? `with exit code ${ended.exitCode ?? 0}` : `by ${ended.signal}`
  throw new AllocscopeError('ERR_ALLOCSCOPE_CHECK_CUT_SHORT', `${program} ended the process ${how} before it could be checked`)
}

async function runCheck(program: string, programArguments: readonly string[], options: CheckCommandOptions): Promise<CheckAnswer> {
  const through = path.join(__dirname, '..', 'check-process.js')
  const prepared = prepareProgram(program, programArguments, { allocator: options.allocator, nodeFlags: options.nodeOption, through })
  const descriptor = openAnswer()
  try {
    const { ended } = prepared.start({ [checkVariable]: JSON.stringify(requestOf(options)) }, descriptor)
    return readAnswer(descriptor, program, await ended)
  } finally {
    closeSync(descriptor)
  }
}

async function check(program: string, programArguments: readonly string[], options: CheckCommandOptions, command: Command): Promise<void> {
  const file: Output | undefined = options.output === undefined ? undefined : openOutput(command, options.output)
  const answer = await runCheck(program, programArguments, options)
  if ('problem' in answer) return command.error(answer.problem, { exitCode: exitCodes.usage, code: 'ERR_ALLOCSCOPE_PROGRAM' })
  const { check: found } = answer
  const { allocator, provenance } = found.allocator
  const under = `${allocator}${provenance.version === undefined ? '' : ` ${provenance.version}`}`
  const subject = `allocscope ${packageVersion}, Node ${process.version}, ${under}: ${program}, ${answer.subject}`
  const style = file === undefined ? styleFor(process.stdout) : plainStyle
  const text = options.json === true ? renderReleaseCheckJson(found, subject) : renderReleaseCheck(found, subject, style)
  if (file === undefined) process.stdout.write(text)
  else file.write(text)
  file?.close()
  const isWorse = releaseVerdicts.indexOf(found.verdict) > releaseVerdicts.indexOf(options.allow)
  process.exitCode = isWorse ? exitCodes.failure : exitCodes.success
}

const examples = `
Examples:
  $ allocscope check handler.js                            # its default export, called until the verdict is clear
  $ allocscope check handler.js --export resize
  $ allocscope check import.js --runs 3 --allow held-by-allocator
  $ allocscope check --allocator jemalloc handler.js
  $ allocscope check --json -o check.json handler.js
  $ allocscope check import.js -- --file big.json          # arguments of the script's own

Verdicts, from best to worst: ${releaseVerdicts.join(', ')}. The exit code is 1 when the verdict is worse than --allow.

Without --export the default export is called if it is a function; otherwise the script itself is checked, from its first line until its event loop
has nothing left to do. Ctrl-C ends the calls, and the verdict on what was done is printed. A purge is tried in a forked child: --no-what-if for programs that may not fork.`

/** `allocscope check`: whether memory goes back to the operating system. */
export function registerCheck(program: Command): void {
  program
    .command('check')
    .summary('say whether the memory that a function uses goes back to the system, and if not, who holds it')
    .description(
      'Call what a script exports, again and again, or run the script; collect everything; then say whether RSS came back, and if not, whether V8, ' +
        'the allocator, fragmentation or the program itself holds it, with what to do about it.',
    )
    .usage('[options] <script> [-- args...]')
    .argument('<script>', 'a file that exports a function, or that is run')
    .argument('[args...]', "the script's own arguments, after --")
    .option('--export <name>', 'the exported function to call')
    .addOption(new Option('--allow <verdict>', 'the worst verdict that is still a success').choices(releaseVerdicts).default('returned'))
    .option('--allow-bytes <size>', 'what may stay, such as "8 MiB" (default: 4 MiB and a twentieth of the rise)', byteSize)
    .option('--runs <n>', 'calls, rather than as many as are needed', wholeNumberFrom(1))
    .option('--warmup <n>', 'calls before growth is counted', wholeNumberFrom(0), 1)
    .option('--budget <ms>', 'time for calls beyond the first', numberBetween(0, 86_400_000), 3000)
    .option('--settle <ms>', 'the longest wait for RSS to come to rest', numberBetween(0, 600_000), 2000)
    .option('--no-what-if', 'fork no child to try a purge in: a coarser answer')
    .addOption(
      new Option('--allocator <name>', 'run under this allocator, from where the distribution installs it').choices(allocatorChoices),
    )
    .option('--node-option <flag>', 'a flag for node itself; may be repeated', collect, [])
    .option('--json', 'print JSON')
    .option('-o, --output <file>', 'write the verdict to a file rather than to standard output')
    .addHelpText('after', examples)
    .action(check)
}
