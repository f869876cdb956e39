import { Argument, Option } from 'commander'
import type { Command } from 'commander'

import type { AllocatorDetail } from '../../allocator/index.js'
import { askProcess } from '../../attach/index.js'
import type { AgentRequest, AttachedReading } from '../../attach/index.js'
import { lazily } from '../../loading/index.js'
import type { FunctionProfile } from '../../holders/index.js'
import type { LedgerFigures } from '../../ledger/index.js'
import type { ReleaseReport, RunningCheck } from '../../release/index.js'
import { renderFunctionProfile, renderJson, renderLedger, renderRelease, renderRunningCheck } from '../../report/index.js'
import { renderStats } from '../../report/stats-report.js'
import { exitCodes } from '../exit-codes.js'
import { inspectorWay } from '../inspector-way.js'
import { byteInterval, duration, wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'
import { untilEnded } from '../until-ended.js'

// The other verbs need none of them.
const trackMoments = lazily(() => require('../track-moments.js') as typeof import('../track-moments.js'))
const watchDisplays = lazily(() => require('../watch-displays.js') as typeof import('../watch-displays.js'))
const recording = lazily(() => require('../record-running.js') as typeof import('../record-running.js'))
const watching = lazily(() => require('../watch-running.js') as typeof import('../watch-running.js'))
const originalFunctions = lazily(() => require('../original-functions.js') as typeof import('../original-functions.js'))
const tracks = lazily(() => require('../../track/index.js') as typeof import('../../track/index.js'))
const tracking = lazily(() => require('../track-process.js') as typeof import('../track-process.js'))
const trackingReport = lazily(() => require('../../report/tracking/index.js') as typeof import('../../report/tracking/index.js'))

interface AttachOptions {
  readonly json?: true
  readonly detail: AllocatorDetail
  readonly for?: number
  readonly output?: string
  readonly function?: string
  readonly interval: number
  readonly exactFunctions?: true
  readonly leaks?: true
  readonly live?: true
  readonly native?: true
  readonly inspector?: true
  readonly closeInspector?: true
}

type Verb = 'stats' | 'explain' | 'release'

function requestOf(verb: Verb, detail: AllocatorDetail): AgentRequest {
  return verb === 'stats' ? { request: 'stats', detail } : { request: verb }
}

function subjectOf(pid: number): string {
  return `allocscope ${packageVersion}, attached to pid ${pid}`
}

/** The answer as text. It is of this version's form: askAgent refuses another. */
function render(verb: Verb, answer: unknown, pid: number): string {
  const subject = subjectOf(pid)
  const style = styleFor(process.stdout)
  if (verb === 'stats') return renderStats(answer as AttachedReading, subject, style)
  if (verb === 'explain') return renderLedger(answer as LedgerFigures, `process ${pid}`, style)
  return renderRelease(answer as ReleaseReport, subject, style)
}

async function track(pid: number, options: AttachOptions): Promise<void> {
  const { json, for: forMs, interval: intervalBytes, exactFunctions = false, native = false } = options
  const { log, moments, close } = trackMoments().followSession({
    log: options.leaks === true,
    liveOf: options.live === true ? `process ${pid}` : undefined,
  })
  const asked = { intervalBytes, forMs, exactFunctions, moments, isShown: options.live === true, invite: inspectorWay(options) }
  const record = await tracking().trackProcess(pid, asked).finally(close)
  const { renderStaying, renderTracking, renderTrackingJson } = trackingReport()
  const { findNativeWays, reportOfRecord, stayingOfRecord } = tracks()
  const report = reportOfRecord(record)
  const leaks = log && stayingOfRecord(record, log)
  const text = (): string => {
    const style = styleFor(process.stdout)
    if (leaks !== undefined) return renderStaying(report, leaks, { top: shownRows, native }, style)
    const ways = native ? findNativeWays(report) : undefined
    return renderTracking(report, { top: shownRows, native: ways, mayBeInlined: !exactFunctions }, style)
  }
  process.stdout.write(json === true ? renderTrackingJson(report, leaks) : text())
}

async function watch(pid: number, asked: AttachOptions): Promise<void> {
  const { json, for: forMs } = asked
  const { chooseDisplay, printSummary } = watchDisplays()
  const { usualFilters, watchRunning } = watching()
  const options = json === undefined ? {} : { json }
  const report = await watchRunning(pid, { ...usualFilters, forMs }, chooseDisplay(options, undefined), inspectorWay(asked))
  printSummary(report, options, undefined)
}

async function record(pid: number, options: AttachOptions): Promise<void> {
  const { json, for: timeoutMs, output } = options
  const { fileFor, recordRunning, tellRecorded, usualIntervalMs, warnOfFailure } = recording()
  const asked = { file: fileFor(output), replace: false, intervalMs: usualIntervalMs, children: false }
  const whole = { ...asked, timeoutMs, allocscopeVersion: packageVersion, onFailure: warnOfFailure }
  const report = await recordRunning(pid, whole, inspectorWay(options))
  tellRecorded(report, json === true)
  process.exitCode = report.failure === undefined ? exitCodes.success : exitCodes.failure
}

/** Ctrl-C ends it after the release under way, and what was found by then is told. */
async function checkRelease(pid: number, options: AttachOptions): Promise<void> {
  const { json, for: forMs } = options
  const { ended, dispose } = untilEnded(undefined)
  const asked = askProcess(pid, { request: 'check-release', forMs }, { until: ended }, inspectorWay(options))
  const check = (await asked.finally(dispose)) as RunningCheck
  const text = json === true ? renderJson({ version: 1, check }) : renderRunningCheck(check, subjectOf(pid), styleFor(process.stdout))
  process.stdout.write(text)
}

/** Ends as a failure where no sample is of such a function. */
async function profile(pid: number, options: AttachOptions): Promise<void> {
  const { json, for: forMs, interval: intervalBytes, function: name } = options
  const { ended, dispose } = untilEnded(undefined)
  const request = { request: 'profile', name: name as string, intervalBytes, forMs } as const
  const answer = (await askProcess(pid, request, { until: ended }, inspectorWay(options)).finally(dispose)) as FunctionProfile
  const found = originalFunctions().atOriginalPlaces(answer)
  const text =
    json === true ? renderJson({ version: 1, profile: found }) : renderFunctionProfile(found, subjectOf(pid), styleFor(process.stdout))
  process.stdout.write(text)
  process.exitCode = found.functions.length > 0 ? exitCodes.success : exitCodes.failure
}

/** Options that some verbs alone have. */
const ownOptions = [
  { name: 'for', flag: '--for', of: ['track', 'watch', 'record', 'check-release', 'profile'] },
  { name: 'function', flag: '--function', of: ['profile'] },
  { name: 'output', flag: '-o', of: ['record'] },
  { name: 'interval', flag: '--interval', of: ['track', 'profile'] },
  { name: 'exactFunctions', flag: '--exact-functions', of: ['track'] },
  { name: 'leaks', flag: '--leaks', of: ['track'] },
  { name: 'live', flag: '--live', of: ['track'] },
  { name: 'native', flag: '--native', of: ['track'] },
]

/** Of profile: samples take memory of the program as long as it lasts. */
const longestProfileMs = 120_000
const leastProfileInterval = 1024

function checkOptions(verb: string, options: AttachOptions, command: Command): void {
  const refuse = (why: string, code: string): void => command.error(why, { exitCode: exitCodes.usage, code })
  const wrong = ownOptions.find(({ name, of }) => !of.includes(verb) && command.getOptionValueSource(name) === 'cli')
  if (wrong !== undefined) refuse(`${wrong.flag} is for ${wrong.of.join(', ')}`, 'ERR_INVALID_ARG_VALUE')
  if (options.native === true && options.json === true) {
    refuse('--native is of the text: JSON has the whole stacks', 'ERR_INVALID_ARG_VALUE')
  }
  if (options.closeInspector === true && options.inspector === undefined) {
    refuse('--close-inspector says how --inspector leaves it', 'ERR_INVALID_ARG_VALUE')
  }
  if (verb !== 'profile') return
  if (options.function === undefined) refuse('say which function: --function <name>', 'ERR_MISSING_ARGS')
  if ((options.for ?? 0) > longestProfileMs) refuse('profile takes 2m at the most', 'ERR_INVALID_ARG_VALUE')
  if (options.interval < leastProfileInterval) refuse('profile takes an --interval of 1 KiB or more', 'ERR_INVALID_ARG_VALUE')
}

async function ask(pid: number, verb: Verb, options: AttachOptions): Promise<void> {
  const { json, detail } = options
  const answer = await askProcess(pid, requestOf(verb, detail), undefined, inspectorWay(options))
  process.stdout.write(json === true ? renderJson({ version: 1, ...namedAnswer(verb, answer) }) : render(verb, answer, pid))
}

const lasting = { track, watch, record, profile, 'check-release': checkRelease } as const

async function attach(pid: number, verb: Verb | keyof typeof lasting, options: AttachOptions, command: Command): Promise<void> {
  checkOptions(verb, options, command)
  await (verb in lasting ? lasting[verb as keyof typeof lasting](pid, options) : ask(pid, verb as Verb, options))
}

function namedAnswer(verb: Verb, answer: unknown): object {
  if (verb === 'explain') return { ledger: answer }
  return verb === 'release' ? { release: answer } : (answer as AttachedReading)
}

/** Of each table. */
const shownRows = 15

const examples = `
Examples:
  $ allocscope attach 4711
  $ allocscope attach 4711 stats --detail arenas
  $ allocscope attach 4711 stats --json | jq .allocator.mappedBytes
  $ allocscope attach 4711 explain
  $ allocscope attach 4711 release
  $ allocscope attach 4711 check-release --for 1m
  $ allocscope attach 4711 watch --for 1m
  $ allocscope attach 4711 record --for 30s -o server.rec
  $ allocscope attach 4711 profile --function handle --for 20s
  $ allocscope attach 4711 track --for 30s --exact-functions
  $ allocscope attach 4711 track --for 5m --leaks
  $ allocscope attach 4711 track --for 30s --native
  $ allocscope attach 4711 explain --inspector
  $ allocscope attach $(pgrep -n -f server.js)

The process is one of Node 20 or later, of this user (or of anyone's, for root). It isn't restarted, and its JavaScript isn't stopped: a thread of it that
waits for work loads allocscope's addon and answers, as a debugger would have it do, with the rights that the kernel grants debuggers (ptrace; x86-64 with
glibc). No port is opened and nothing is printed there; no thread is made but by watch, by record, and by track with --live or --leaks. watch and record have one sample the process for
the time of --for or until Ctrl-C: allocscope watch --pid and allocscope record --pid --inside have more options. The addon, some 1 to 2 MiB, stays loaded. stats reads V8 in the main thread's
event loop, or, where JavaScript keeps that for 125 ms, in the midst of it; where it is blocked otherwise, V8's figures are left out after 250 ms, with the reason. All verbs but stats run in that event loop: their modules are loaded
there, some 5 to 12 MiB, and a socket of the program's user alone is open meanwhile. track samples what is allocated from now on, for the time of --for or until
Ctrl-C, and says what of it is live then, as allocscope track does; allocscope track --pid writes it in all its formats. With --exact-functions the optimised code
of the main thread is dropped at the beginning and at the end, which V8 then compiles anew. A program that was started with node --import allocscope/agent has such a socket
from its start, and is asked there without ptrace.

record writes the file of allocscope record, for allocscope plot; how many workers ran before, and their marks, it can't know. check-release has the program
release memory three times within --for (4s), as release does, while its own work goes on, and says what came back and why the rest stays. profile samples V8's heap for the time of
--for (10s, at the most 2m): what the function and all that it calls allocated, by function. It gives no lines: V8 tells none of a program that runs; allocscope profile
starts a program with lines. As with --exact-functions, optimised code is dropped.

--inspector, for places where ptrace is refused, goes through node's inspector instead. SIGUSR1 has the process open it: a port on loopback (9229, or its --inspect-port) listens for
some tens of milliseconds, longer where its event loop is busy, and meanwhile every local user can run code in the program. It prints three lines on its standard error. One evaluate brings the same socket
as above and closes the port; all verbs go on there. An inspector that listens already is used and left as it was, or closed with --close-inspector. The signal isn't sent to a process without
a handler for it, which would end; one that the program handles itself can't be told from node's, and gets the signal.

JSON: stats as that of allocscope stats, with "heapReason" where "heap" is null, and "v8::Isolate::RequestInterrupt" as "source"
of a heap that was read in the midst of JavaScript; { "version": 1, "ledger": … } and { "version": 1, "release": … }, the
objects of explainRss() and releaseMemory(); { "version": 1, "check": … } and
{ "version": 1, "profile": … }; track as that of allocscope track; watch and record as those of allocscope watch and allocscope record, on standard error.

Exit codes: 0; 1 where the process couldn't be attached to or didn't answer, where a recording couldn't be written to its end, and where no sample of profile is of
such a function; 2 where the command line can't be obeyed or the recording's file can't be made.`

/** `allocscope attach`: looks into a process that runs. */
export function registerAttach(program: Command): void {
  program
    .command('attach')
    .summary('look into a process that runs, without a restart')
    .description(
      'What the allocator, the kernel and V8 say of a process that runs; whose every byte of its RSS is; have it give back free memory; check what of it comes back; watch or record it; profile a function; or track which lines allocate.',
    )
    .argument('<pid>', 'the process', wholeNumberFrom(1))
    .addArgument(
      new Argument('[verb]', 'what to do')
        .choices(['stats', 'explain', 'release', 'check-release', 'watch', 'record', 'profile', 'track'])
        .default('stats'),
    )
    .addOption(
      new Option('--detail <level>', 'footprint: no walk; usage: what is in use and free; arenas: every arena, bin and setting')
        .choices(['footprint', 'usage', 'arenas'])
        .default('usage'),
    )
    .option(
      '--for <time>',
      'how long to watch, record or track: 500ms, 30s, 5m; until Ctrl-C by default. check-release: 4s, profile: 10s',
      duration,
    )
    .option('--function <name>', 'whose allocations to profile: a name, or a part of it with *')
    .option('-o, --output <file>', 'the file to record into; allocscope-<date and time>.rec in this folder by default')
    .option('--interval <size>', 'the mean distance between two sampled bytes, for track and profile', byteInterval, 512 * 1024)
    .option('--exact-functions', 'while it tracks, have V8 inline no function into another, so that each counts as itself')
    .option('--live', 'while it tracks, show on standard error what is live, each second')
    .option('--native', "below each JavaScript line of track's text, the native functions through which it asked")
    .option('--leaks', 'of track only what stays: lines that grow, and how fast, apart from those that allocated once')
    .option(
      '--inspector',
      "where ptrace is refused: go through node's inspector, whose port listens for some tens of milliseconds (see below)",
    )
    .option('--close-inspector', 'with --inspector: close it afterwards, also where it listened before')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(attach)
}
