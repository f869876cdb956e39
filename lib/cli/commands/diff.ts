import type { Command } from 'commander'

import { diffRecordings } from '../../record/analysis/index.js'
import type { Recording } from '../../record/index.js'
import { renderJson } from '../../report/index.js'
import { renderRecordingDiff } from '../../report/recording/index.js'
import { exitCodes } from '../exit-codes.js'
import { openRecordings, recordingHelp, reportDamage } from '../recording-arguments.js'
import { styleFor } from '../terminal.js'

interface DiffOptions {
  readonly json?: true
}

function printDiff(before: string | undefined, after: string | undefined, { json }: DiffOptions, command: Command): void {
  if (before !== undefined && after === undefined) {
    command.error('two recordings are compared: name both, or none for the two newest of this folder', {
      exitCode: exitCodes.usage,
      code: 'ERR_MISSING_ARGS',
    })
  }
  const recordings = openRecordings(before === undefined || after === undefined ? [] : [before, after], 2)
  const [earlier, later] = recordings as readonly [Recording, Recording]
  const difference = diffRecordings(earlier, later)
  process.stdout.write(json ? renderJson({ version: 1, ...difference }) : renderRecordingDiff(difference, styleFor(process.stdout)))
  reportDamage(recordings)
}

const examples = `
Examples:
  $ allocscope diff before.rec after.rec
  $ allocscope diff -2 -1
${recordingHelp}

JSON: { "version": 1, "durationMs": { "before", "after" }, "first": { "peakBytes", "endBytes", "owners" }, "all": …, "slope": …, "marks": […] }`

/** `allocscope diff`: two recordings side by side. */
export function registerDiff(program: Command): void {
  program
    .command('diff')
    .summary('two recordings side by side: peak, end, owners, slope, common marks')
    .description(
      'What differs between two recordings: their duration, peak and end by owner, slope, and time and RSS at the marks that both have.',
    )
    .argument('[before]', 'a recording; the two newest of this folder by default')
    .argument('[after]', 'the one that is compared with it')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printDiff)
}
