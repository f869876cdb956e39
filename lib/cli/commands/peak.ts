import type { Command } from 'commander'

import { findPeaks } from '../../record/analysis/index.js'
import { renderJson } from '../../report/index.js'
import { renderPeaks } from '../../report/recording/index.js'
import { openRecordings, recordingHelp, reportDamage } from '../recording-arguments.js'
import { styleFor } from '../terminal.js'

interface PeakOptions {
  readonly json?: true
}

function printPeaks(files: readonly string[], { json }: PeakOptions): void {
  const recordings = openRecordings(files)
  const found = recordings.map((recording) => ({ recording, peaks: findPeaks(recording) }))
  const model = { version: 1, recordings: found.map(({ recording: { file, damage }, peaks }) => ({ file, damage, ...peaks })) }
  process.stdout.write(json ? renderJson(model) : renderPeaks(found, styleFor(process.stdout)))
  reportDamage(recordings)
}

const examples = `
Examples:
  $ allocscope peak
  $ allocscope peak -2 -1
  $ allocscope peak before.rec --json
${recordingHelp}

JSON: { "version": 1, "recordings": [{ "file", "damage", "processes": [{ "pid", "timeMs", "rssBytes", "kernelPeakBytes", "owners", … }], "together" }] }`

/** `allocscope peak`: the highest RSS of recordings. */
export function registerPeak(program: Command): void {
  program
    .command('peak')
    .summary('the highest RSS of a recording: when, where, and whose it was')
    .description(
      'The highest RSS of each process of a recording and of all together: when it was, near which mark, in which span, and whose it was.',
    )
    .argument('[files...]', 'recordings; the newest of this folder by default')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printPeaks)
}
