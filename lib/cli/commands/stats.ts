import { Option } from 'commander'
import type { Command } from 'commander'

import type { AllocatorDetail } from '../../allocator/index.js'
import { runtimeText } from '../../loading/runtime.js'
import { takeReading } from '../../reading/memory-reading.js'
import { renderStats, renderStatsJson } from '../../report/stats-report.js'
import { packageVersion } from '../package-version.js'
import { styleFor } from '../terminal.js'

interface StatsOptions {
  readonly json?: true
  readonly detail: AllocatorDetail
}

function printStats({ json, detail }: StatsOptions): void {
  const reading = takeReading({ detail })
  const subject = `allocscope ${packageVersion}, ${runtimeText}, ${process.platform}-${process.arch}, pid ${process.pid}`
  process.stdout.write(json ? renderStatsJson(reading) : renderStats(reading, subject, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope stats
  $ allocscope stats --detail arenas
  $ allocscope stats --json | jq .allocator.mappedBytes
  $ LD_PRELOAD=libjemalloc.so.2 allocscope stats

JSON: { "version": 1, "allocator": …, "process": …, "heap": … }, the objects of getAllocatorStats(), getProcessMemory() and getHeapStats().
Bytes are exact; a figure that isn't known is null, and "missing" says why.`

/** `allocscope stats`: the memory of this process itself. */
export function registerStats(program: Command): void {
  program
    .command('stats')
    .summary('what the allocator, the kernel and V8 say of this very process')
    .description('What the allocator, the kernel and V8 say of this very process: a freshly started node.')
    .addOption(
      new Option('--detail <level>', 'footprint: no walk; usage: what is in use and free; arenas: every arena, bin and setting')
        .choices(['footprint', 'usage', 'arenas'])
        .default('usage'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printStats)
}
