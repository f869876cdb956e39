import type { Command } from 'commander'

import { runDemo } from '../../demo/index.js'
import { runtimeText } from '../../loading/runtime.js'
import { takeReading } from '../../reading/index.js'
import { renderDemo, renderDemoJson } from '../../report/index.js'
import { packageVersion } from '../package-version.js'
import { showProgress } from '../phase-progress.js'
import { styleFor } from '../terminal.js'

interface DemoOptions {
  readonly json?: true
}

async function demo({ json }: DemoOptions): Promise<void> {
  const progress = showProgress(process.stderr)
  // Nothing else in this process needs its arenas, so walks of the free lists may take as long as they take.
  const run = await runDemo(() => takeReading({ detail: 'arenas', budgetMs: Infinity }), progress)
  progress.end()
  const subject = `allocscope ${packageVersion}, ${runtimeText}, ${process.platform}-${process.arch}`
  process.stdout.write(json ? renderDemoJson(run) : renderDemo(run, subject, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope demo
  $ LD_PRELOAD=libjemalloc.so.2 allocscope demo
  $ MALLOC_ARENA_MAX=2 allocscope demo --json > demo.json

Takes about 10 seconds and less than 1.5 GB. Progress goes to standard error, the result to standard output.`

/** `allocscope demo`: the main job on a bundled workload. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('watch arenas grow under a bundled workload, and see what comes back')
    .description(
      'Do what services do (large JSON, many Buffers, gzip, worker threads), drop everything, and show what the allocator and V8 held at the ' +
        'start, at the peak and after a full garbage collection, with a verdict on whether it went back to the operating system.',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(demo)
}
