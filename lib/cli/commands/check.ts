import { Option } from 'commander'
import type { Command } from 'commander'

import { runtimeText } from '../../loading/runtime.js'
import { allocatorChoices } from '../../program/index.js'
import type { AllocatorChoice } from '../../program/index.js'
import { adviceOnceTried } from '../../release/remedies.js'
import { releaseVerdicts } from '../../release/verdicts.js'
import type { ReleaseCheck, ReleaseVerdict, TriedRemedies } from '../../release/index.js'
import { plainStyle, renderReleaseCheck, renderReleaseCheckJson } from '../../report/index.js'
import type { CheckAnswer, CheckRequest } from '../check-request.js'
import { showCompareProgress as showRunProgress } from '../compare-progress.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import type { Output } from '../open-output.js'
import { byteSize, collect, numberBetween, wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { runCheck } from '../run-check.js'
import type { CheckSurroundings } from '../run-check.js'
import { checkServer, readUrl } from '../server-check/check-server.js'
import { styleFor } from '../terminal.js'
import { RemedyTrial } from '../try-remedies.js'

interface CheckCommandOptions {
  readonly export?: string
  readonly allow: ReleaseVerdict
  readonly allowBytes?: number
  readonly runs?: number
  readonly warmup: number
  readonly budget: number
  readonly settle: number
  readonly whatIf: boolean
  readonly thorough?: true
  readonly holders: boolean
  readonly allocator?: AllocatorChoice
  readonly nodeOption: readonly string[]
  readonly json?: true
  readonly output?: string
  readonly url?: string
  readonly connections?: number
  readonly requests?: number
  readonly try?: true
}

/** What a call must lose to show, of one that is so many requests. */
const leakBytesOfRequest = { usual: 1024, thorough: 64 } as const

function requestOf(options: CheckCommandOptions, requests = 1): CheckRequest {
  const { runs, warmup, allowBytes, whatIf, thorough = false, holders, settle: settleMs, budget: budgetMs } = options
  return {
    exportName: options.export,
    options: {
      warmup,
      whatIf,
      thorough,
      holders,
      leakBytesPerCall: requests * (thorough ? leakBytesOfRequest.thorough : leakBytesOfRequest.usual),
      settleMs,
      budgetMs,
      ...(runs !== undefined && { runs }),
      ...(allowBytes !== undefined && { allowBytes }),
    },
    progress: process.stderr.isTTY,
  }
}

/** Checks a server by requests, or else what the script exports, or the script itself. */
function answerFor(
  program: string,
  programArguments: readonly string[],
  options: CheckCommandOptions,
  command: Command,
): Promise<CheckAnswer> {
  const { url, export: exportName, connections = 10, requests = Math.max(100, connections), allocator, nodeOption } = options
  const refuse = (message: string): never => command.error(message, { exitCode: exitCodes.usage, code: 'ERR_INVALID_ARG_VALUE' })
  if (url === undefined) {
    if (options.connections !== undefined || options.requests !== undefined) refuse('--connections and --requests are for --url')
    return runCheck(program, programArguments, { allocator, nodeFlags: nodeOption }, requestOf(options))
  }
  if (exportName !== undefined) refuse('give either --export or --url')
  if (options.try === true) refuse('--try is for functions and scripts, not for --url')
  if (requests < connections) refuse('--requests must be at least --connections: each connection makes one')
  const load = { url: readUrl(url) ?? refuse(`--url must be a URL of http or https, such as http://localhost:3000/, not '${url}'`) }
  return checkServer(
    program,
    programArguments,
    { allocator, nodeFlags: nodeOption },
    { ...load, connections, requests },
    requestOf(options, requests),
  )
}

/** Checks again under what could make more go back. */
async function tryRemedies(
  program: string,
  programArguments: readonly string[],
  options: CheckCommandOptions,
  first: ReleaseCheck,
): Promise<TriedRemedies> {
  const request = requestOf({ ...options, holders: false })
  const display = showRunProgress(process.stderr)
  const surroundings = { allocator: options.allocator, nodeFlags: options.nodeOption }
  const checkUnder = (under: CheckSurroundings): Promise<CheckAnswer> =>
    runCheck(program, programArguments, under, { ...request, progress: false })
  const trial = new RemedyTrial(checkUnder, surroundings, ({ name, ...progress }) => {
    display.show({ label: name, ...progress })
  })
  const stop = (): void => {
    trial.stop()
  }
  process.on('SIGINT', stop)
  try {
    return await trial.try(first)
  } finally {
    process.off('SIGINT', stop)
    display.end()
  }
}

async function check(program: string, programArguments: readonly string[], options: CheckCommandOptions, command: Command): Promise<void> {
  const file: Output | undefined = options.output === undefined ? undefined : openOutput(command, options.output)
  const answer = await answerFor(program, programArguments, options, command)
  if ('problem' in answer) return command.error(answer.problem, { exitCode: exitCodes.usage, code: 'ERR_ALLOCSCOPE_PROGRAM' })
  const { check: first } = answer
  const tried = options.try === true ? await tryRemedies(program, programArguments, options, first) : undefined
  const found = tried === undefined ? first : { ...first, advice: adviceOnceTried(first.advice, tried) }
  const { allocator, provenance } = found.allocator
  const under = `${allocator}${provenance.version === undefined ? '' : ` ${provenance.version}`}`
  const subject = `allocscope ${packageVersion}, ${runtimeText}, ${under}: ${program}, ${answer.subject}`
  const style = file === undefined ? styleFor(process.stdout) : plainStyle
  const text = options.json === true ? renderReleaseCheckJson(found, subject, tried) : renderReleaseCheck(found, subject, style, tried)
  if (file === undefined) process.stdout.write(text)
  else file.write(text)
  file?.close()
  const isWorse = releaseVerdicts.indexOf(found.verdict) > releaseVerdicts.indexOf(options.allow)
  process.exitCode = isWorse || file?.isLost === true ? exitCodes.failure : exitCodes.success
}

const examples = `
Examples:
  $ allocscope check handler.js                            # its default export, called until the verdict is clear
  $ allocscope check handler.js --export resize
  $ allocscope check import.js --runs 3 --allow held-by-allocator
  $ allocscope check --allocator jemalloc handler.js
  $ allocscope check server.js --url http://localhost:3000/ --connections 10
  $ allocscope check --try handler.js                      # settings and allocators that could help, tried
  $ allocscope check --json -o check.json handler.js
  $ allocscope check import.js -- --file big.json          # arguments of the script's own

Verdicts, from best to worst: ${releaseVerdicts.join(', ')}. The exit code is 1 when the verdict is worse than --allow.

Without --export the default export is called if it is a function; otherwise the script itself is checked, from its first line until its event loop
has nothing left to do. With --url the script is run as a server: once it answers, batches of requests from this command's process are the calls, and the
server looks at its own memory between them. Needs autocannon: npm install --save-dev autocannon. Ctrl-C ends the calls, and the verdict on what was done is printed. A purge is tried in a forked child: --no-what-if for programs that may not fork.`

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
    .option('--url <url>', 'run the script as a server, and make requests of this rather than calls')
    .option('--connections <n>', 'connections that make them at the same time (default: 10)', wholeNumberFrom(1))
    .option('--requests <n>', 'requests of a call, over all connections (default: 100)', wholeNumberFrom(1))
    .addOption(new Option('--allow <verdict>', 'the worst verdict that is still a success').choices(releaseVerdicts).default('returned'))
    .option('--allow-bytes <size>', 'what may stay, such as "8 MiB" (default: 4 MiB and a twentieth of the rise)', byteSize)
    .option('--runs <n>', 'calls, rather than as many as are needed', wholeNumberFrom(1))
    .option('--warmup <n>', 'calls before growth is counted', wholeNumberFrom(0), 1)
    .option('--budget <ms>', 'time for calls beyond the first', numberBetween(0, 86_400_000), 3000)
    .option('--settle <ms>', 'the longest wait for RSS to come to rest', numberBetween(0, 600_000), 2000)
    .option('--thorough', 'make so many calls that a leak of 64 B a call shows, rather than one of 1 KiB, if --budget allows it')
    .option('--try', 'check again under each setting that could make more go back, in fresh processes, and print what each gave')
    .option('--no-holders', "don't look for what keeps memory that grows: no more calls, and no heap snapshots")
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
