import { Argument, Option } from 'commander'
import type { Command } from 'commander'

import type { AllocatorDetail } from '../../allocator/index.js'
import { AttachedProcess, readAttached } from '../../attach/index.js'
import { renderStats, renderStatsJson } from '../../report/stats-report.js'
import { wholeNumberFrom } from '../option-values.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'

interface AttachOptions {
  readonly json?: true
  readonly detail: AllocatorDetail
}

async function printAttachedStats(pid: number, _verb: string, { json, detail }: AttachOptions): Promise<void> {
  const attached = new AttachedProcess(pid)
  try {
    const reading = await readAttached(attached, detail)
    const subject = `allocscope ${packageVersion}, attached to pid ${pid}`
    process.stdout.write(json ? renderStatsJson(reading) : renderStats(reading, subject, styleFor(process.stdout)))
  } finally {
    attached.close()
  }
}

const examples = `
Examples:
  $ allocscope attach 4711
  $ allocscope attach 4711 stats --detail arenas
  $ allocscope attach 4711 stats --json | jq .allocator.mappedBytes
  $ allocscope attach $(pgrep -n -f server.js)

The process is one of Node 20 or later that was started without any preparation, of this user (or of anyone's, for root). It isn't restarted, and its
JavaScript isn't stopped: a thread of it that waits for work loads allocscope's addon and answers, as a debugger would have it do, with the rights that the
kernel grants debuggers (ptrace). No port is opened, no thread is made and nothing is printed there. The addon, some 1 to 2 MiB, stays loaded. V8's figures
are the main thread's, read in its event loop: where that is blocked for 250 ms they are left out, with the reason. On x86-64 with glibc.

JSON: as that of allocscope stats; "heap" is null and "heapReason" says why where the event loop is blocked.`

/** `allocscope attach`: looks into a process that runs. */
export function registerAttach(program: Command): void {
  program
    .command('attach')
    .summary('look into a process that runs, without a restart')
    .description('What the allocator, the kernel and V8 say of a process that runs, without a restart and without preparation.')
    .argument('<pid>', 'the process', wholeNumberFrom(1))
    .addArgument(new Argument('[verb]', 'what to do').choices(['stats']).default('stats'))
    .addOption(
      new Option('--detail <level>', 'footprint: no walk; usage: what is in use and free; arenas: every arena, bin and setting')
        .choices(['footprint', 'usage', 'arenas'])
        .default('usage'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printAttachedStats)
}
