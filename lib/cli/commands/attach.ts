import { Argument, Option } from 'commander'
import type { Command } from 'commander'

import type { AllocatorDetail } from '../../allocator/index.js'
import { AttachedProcess, askAgent, findAgent, inviteAgent, readAttached } from '../../attach/index.js'
import type { AgentRequest, AttachedReading } from '../../attach/index.js'
import type { LedgerFigures } from '../../ledger/index.js'
import type { ReleaseReport } from '../../release/index.js'
import { renderJson, renderLedger, renderRelease } from '../../report/index.js'
import { renderStats } from '../../report/stats-report.js'
import { wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'

interface AttachOptions {
  readonly json?: true
  readonly detail: AllocatorDetail
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

/** Through a borrowed thread, and for what only JavaScript can do, through an agent that is brought in for the time. */
async function askUnprepared(pid: number, verb: Verb, detail: AllocatorDetail): Promise<unknown> {
  const attached = new AttachedProcess(pid)
  try {
    return verb === 'stats' ? await readAttached(attached, detail) : await askAgent(await inviteAgent(attached), requestOf(verb, detail))
  } finally {
    attached.close()
  }
}

/** Through the program's own agent where it has one. A socket behind which nobody listens is that of a process that is gone, which had the same number. */
async function ask(pid: number, verb: Verb, detail: AllocatorDetail): Promise<unknown> {
  const agent = findAgent(pid)
  if (agent === undefined) return await askUnprepared(pid, verb, detail)
  try {
    return await askAgent(agent, requestOf(verb, detail))
  } catch (error) {
    const { cause } = error as { readonly cause?: NodeJS.ErrnoException }
    if (cause?.code !== 'ECONNREFUSED') throw error
    return await askUnprepared(pid, verb, detail)
  }
}

async function attach(pid: number, verb: Verb, { json, detail }: AttachOptions): Promise<void> {
  const answer = await ask(pid, verb, detail)
  process.stdout.write(json === true ? renderJson({ version: 1, ...namedAnswer(verb, answer) }) : render(verb, answer, pid))
}

function namedAnswer(verb: Verb, answer: unknown): object {
  if (verb === 'explain') return { ledger: answer }
  return verb === 'release' ? { release: answer } : (answer as AttachedReading)
}

const examples = `
Examples:
  $ allocscope attach 4711
  $ allocscope attach 4711 stats --detail arenas
  $ allocscope attach 4711 stats --json | jq .allocator.mappedBytes
  $ allocscope attach 4711 explain
  $ allocscope attach 4711 release
  $ allocscope attach $(pgrep -n -f server.js)

The process is one of Node 20 or later, of this user (or of anyone's, for root). It isn't restarted, and its JavaScript isn't stopped: a thread of it that
waits for work loads allocscope's addon and answers, as a debugger would have it do, with the rights that the kernel grants debuggers (ptrace; x86-64 with
glibc). No port is opened, no thread is made and nothing is printed there. The addon, some 1 to 2 MiB, stays loaded. stats reads V8 in the main thread's
event loop; where that is blocked for 250 ms, V8's figures are left out, with the reason. explain and release run in that event loop: their modules are loaded
there, some 5 MiB, and a socket of the program's user alone is open meanwhile. A program that was started with node --import allocscope/agent has such a socket
from its start, and is asked there without ptrace.

JSON: stats as that of allocscope stats, with "heapReason" where "heap" is null; { "version": 1, "ledger": … } and { "version": 1, "release": … }, the
objects of explainRss() and releaseMemory().`

/** `allocscope attach`: looks into a process that runs. */
export function registerAttach(program: Command): void {
  program
    .command('attach')
    .summary('look into a process that runs, without a restart')
    .description(
      'What the allocator, the kernel and V8 say of a process that runs; whose every byte of its RSS is; or have it give back free memory.',
    )
    .argument('<pid>', 'the process', wholeNumberFrom(1))
    .addArgument(new Argument('[verb]', 'what to do').choices(['stats', 'explain', 'release']).default('stats'))
    .addOption(
      new Option('--detail <level>', 'footprint: no walk; usage: what is in use and free; arenas: every arena, bin and setting')
        .choices(['footprint', 'usage', 'arenas'])
        .default('usage'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(attach)
}
