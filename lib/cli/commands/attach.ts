import { Argument, Option } from 'commander'
import type { Command } from 'commander'

import type { AllocatorDetail } from '../../allocator/index.js'
import { askProcess } from '../../attach/index.js'
import type { AgentRequest, AttachedReading } from '../../attach/index.js'
import { lazily } from '../../loading/index.js'
import type { LedgerFigures } from '../../ledger/index.js'
import type { ReleaseReport } from '../../release/index.js'
import { renderJson, renderLedger, renderRelease } from '../../report/index.js'
import { renderStats } from '../../report/stats-report.js'
import { exitCodes } from '../exit-codes.js'
import { byteInterval, duration, wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'

// The other verbs need neither.
const tracking = lazily(() => require('../track-process.js') as typeof import('../track-process.js'))
const trackingReport = lazily(() => require('../../report/tracking/index.js') as typeof import('../../report/tracking/index.js'))

interface AttachOptions {
  readonly json?: true
  readonly detail: AllocatorDetail
  readonly for?: number
  readonly interval: number
  readonly exactFunctions?: true
}

type Verb = 'stats' | 'explain' | 'release'

function requestOf(verb: Verb, detail: AllocatorDetail): AgentRequest {
  return verb === 'stats' ? { request: 'stats', detail } : { request: verb }
}

/** The answer as text. It is of this version's form: askAgent refuses another. */
function render(verb: Verb, answer: unknown, pid: number): string {
  const subject = `allocscope ${packageVersion}, attached to pid ${pid}`
  const style = styleFor(process.stdout)
  if (verb === 'stats') return renderStats(answer as AttachedReading, subject, style)
  if (verb === 'explain') return renderLedger(answer as LedgerFigures, `process ${pid}`, style)
  return renderRelease(answer as ReleaseReport, subject, style)
}

async function track(pid: number, options: AttachOptions): Promise<void> {
  const { json, for: forMs, interval: intervalBytes, exactFunctions = false } = options
  const report = await tracking().trackProcess(pid, { intervalBytes, forMs, exactFunctions })
  const { renderTracking, renderTrackingJson } = trackingReport()
  process.stdout.write(
    json === true
      ? renderTrackingJson(report)
      : renderTracking(report, { top: shownRows, mayBeInlined: !exactFunctions }, styleFor(process.stdout)),
  )
}

const trackOptions = [
  { name: 'for', flag: '--for' },
  { name: 'interval', flag: '--interval' },
  { name: 'exactFunctions', flag: '--exact-functions' },
]

async function attach(pid: number, verb: Verb | 'track', options: AttachOptions, command: Command): Promise<void> {
  if (verb === 'track') {
    await track(pid, options)
    return
  }
  const given = trackOptions.find(({ name }) => command.getOptionValueSource(name) === 'cli')
  if (given !== undefined) command.error(`${given.flag} is for track`, { exitCode: exitCodes.usage, code: 'ERR_INVALID_ARG_VALUE' })
  const { json, detail } = options
  const answer = await askProcess(pid, requestOf(verb, detail))
  process.stdout.write(json === true ? renderJson({ version: 1, ...namedAnswer(verb, answer) }) : render(verb, answer, pid))
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
  $ allocscope attach 4711 track --for 30s --exact-functions
  $ allocscope attach $(pgrep -n -f server.js)

The process is one of Node 20 or later, of this user (or of anyone's, for root). It isn't restarted, and its JavaScript isn't stopped: a thread of it that
waits for work loads allocscope's addon and answers, as a debugger would have it do, with the rights that the kernel grants debuggers (ptrace; x86-64 with
glibc). No port is opened, no thread is made and nothing is printed there. The addon, some 1 to 2 MiB, stays loaded. stats reads V8 in the main thread's
event loop; where that is blocked for 250 ms, V8's figures are left out, with the reason. explain, release and track run in that event loop: their modules are loaded
there, some 5 MiB, and a socket of the program's user alone is open meanwhile. track samples what is allocated from now on, for the time of --for or until
Ctrl-C, and says what of it is live then, as allocscope track does; allocscope track --pid writes it in all its formats. With --exact-functions the optimised code
of the main thread is dropped at the beginning and at the end, which V8 then compiles anew. A program that was started with node --import allocscope/agent has such a socket
from its start, and is asked there without ptrace.

JSON: stats as that of allocscope stats, with "heapReason" where "heap" is null; { "version": 1, "ledger": … } and { "version": 1, "release": … }, the
objects of explainRss() and releaseMemory(); track as that of allocscope track.`

/** `allocscope attach`: looks into a process that runs. */
export function registerAttach(program: Command): void {
  program
    .command('attach')
    .summary('look into a process that runs, without a restart')
    .description(
      'What the allocator, the kernel and V8 say of a process that runs; whose every byte of its RSS is; have it give back free memory; or track which lines allocate.',
    )
    .argument('<pid>', 'the process', wholeNumberFrom(1))
    .addArgument(new Argument('[verb]', 'what to do').choices(['stats', 'explain', 'release', 'track']).default('stats'))
    .addOption(
      new Option('--detail <level>', 'footprint: no walk; usage: what is in use and free; arenas: every arena, bin and setting')
        .choices(['footprint', 'usage', 'arenas'])
        .default('usage'),
    )
    .option('--for <time>', 'how long to track: 500ms, 30s, 5m; until Ctrl-C by default', duration)
    .option('--interval <size>', 'the mean distance between two sampled bytes, for track', byteInterval, 512 * 1024)
    .option('--exact-functions', 'while it tracks, have V8 inline no function into another, so that each counts as itself')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(attach)
}
