import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Command } from 'commander'

import { exitCodes } from '../exit-codes.js'
import { duration, wholeNumberFrom } from '../option-values.js'
import { Textfile } from '../textfile.js'
import { untilEnded } from '../until-ended.js'

interface AgentOptions {
  readonly textfile?: string
  readonly pid: readonly number[]
  readonly match?: string
  readonly every: number
  readonly once?: true
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Writes until a signal ends it; then the file goes. */
async function keepWriting(textfile: Textfile, everyMs: number): Promise<void> {
  const { ended, dispose } = untilEnded(undefined)
  const over = new AbortController()
  void ended.then(() => {
    over.abort()
  })
  try {
    while (!over.signal.aborted) {
      await textfile.write()
      await sleep(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  } finally {
    dispose()
    textfile.remove()
  }
}

/** Why the command line can't be obeyed. */
function refusalOf({ textfile, pid, match }: AgentOptions): readonly [reason: string, code: string] | undefined {
  if (textfile === undefined) return ['say where the metrics go: --textfile <dir>', 'ERR_MISSING_ARGS']
  if (pid.length === 0 && match === undefined) return ['say which processes: --pid or --match', 'ERR_MISSING_ARGS']
  if (match === '') return ['--match of nothing would match every process', 'ERR_INVALID_ARG_VALUE']
  return isFolder(textfile) ? undefined : [`there is no folder ${textfile}`, 'ENOENT']
}

async function agent(options: AgentOptions, command: Command): Promise<void> {
  const refusal = refusalOf(options)
  if (refusal !== undefined) command.error(refusal[0], { exitCode: exitCodes.usage, code: refusal[1] })
  const { textfile: folder = '', pid: pids, match, every, once } = options
  const textfile = new Textfile(folder, { pids, match }, (line) => process.stderr.write(`allocscope: ${line}\n`))
  if (once === true) await textfile.write()
  else await keepWriting(textfile, every)
}

const examples = `
Examples:
  $ allocscope agent --textfile /var/lib/node_exporter --match server.js
  $ allocscope agent --textfile /var/lib/node_exporter --pid 4711 --pid 4712 --every 15s
  $ allocscope agent --textfile /var/lib/node_exporter --match /srv/app --once

Writes DIR/allocscope.prom, for the textfile collector of Prometheus' node_exporter: the metrics of allocscope/prometheus, each with "pid" and "program", of processes
that run as they are. --match names part of a command line; which processes match is looked at each time. Each is read as by allocscope attach <pid> stats --detail footprint: no
free list is walked, a thread of it that waits for work is stopped for some 10 ms, and allocscope's addon, some 3 MiB, stays in it. A program that was started with
node --import allocscope/agent is asked without ptrace. One that can't be read has nodejs_attach_up 0, and one line here says why.

The file is replaced as a whole, and removed at the end (Ctrl-C, SIGTERM), so that nothing old is taken for new; with --once it stays.`

const readPid = wholeNumberFrom(1)

/** `allocscope agent`: metrics of processes that can't be changed. */
export function registerAgent(program: Command): void {
  program
    .command('agent')
    .summary("metrics of processes that run as they are, for node_exporter's textfile collector")
    .description(
      "Read processes that run, without a restart, and keep a file of their metrics for the textfile collector of Prometheus' node_exporter.",
    )
    .option('--textfile <dir>', "the collector's folder")
    .option('--pid <pid>', 'a process; may be repeated', (text: string, earlier: readonly number[]) => [...earlier, readPid(text)], [])
    .option(
      '--match <text>',
      'the processes of this user, of everybody for root, that run node and have this in their command line, or title',
    )
    .option('--every <time>', 'how often they are read: 15s, 1m', duration, 60_000)
    .option('--once', 'write the file once')
    .addHelpText('after', examples)
    .action(agent)
}
