import type { Command } from 'commander'

import { renderJson } from '../report/index.js'
import { renderTrackingDiff } from '../report/tracking/index.js'
import { diffReports, readTrackingReport } from '../track/index.js'
import { wholeNumberFrom } from './option-values.js'
import { styleFor } from './terminal.js'

interface TrackDiffOptions {
  readonly top: number
  readonly json?: true
}

function printDiff(beforeFile: string, afterFile: string, { top, json }: TrackDiffOptions, command: Command): void {
  const difference = diffReports(readTrackingReport(beforeFile), readTrackingReport(afterFile))
  const isJson = json === true || command.parent?.opts<{ json?: true }>().json === true
  const view = { beforeFile, afterFile, top }
  process.stdout.write(isJson ? renderJson({ version: 1, ...difference }) : renderTrackingDiff(difference, view, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope track --json -o before.json app.js
  $ allocscope track --json -o after.json app.js
  $ allocscope track diff before.json after.json

What grew most comes first. ± is the standard error of the difference: two times in three the truth is nearer than that, so a difference that is smaller than
twice its ± may be chance. The reports may have other intervals. Places are told apart by name: a line that moved in its file is another.

A program that is called diff is tracked as ./diff.`

/** `allocscope track diff`: two reports of `allocscope track --json` side by side. */
export function registerTrackDiff(track: Command): void {
  track
    // It would take the place of a program that is called help.
    .helpCommand(false)
    .command('diff')
    .summary('what grew between two reports of --json')
    .description(
      'How live native memory, and what is mapped apart from malloc, differs between two reports of allocscope track --json: by line, function, module and package.',
    )
    .argument('<before>', 'a report that allocscope track --json wrote')
    .argument('<after>', 'the one that is compared with it')
    .option('--top <rows>', 'rows of each table', wholeNumberFrom(1), 15)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printDiff)
}
