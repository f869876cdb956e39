import type { Command } from 'commander'

import { processSlope } from '../../record/analysis/index.js'
import { renderJson } from '../../report/index.js'
import { renderSlope } from '../../report/recording/index.js'
import { exitCodes } from '../exit-codes.js'
import { numberBetween, wholeNumberFrom } from '../option-values.js'
import { openRecording, recordingHelp, reportDamage } from '../recording-arguments.js'
import { styleFor } from '../terminal.js'

interface SlopeOptions {
  readonly from?: number
  readonly to?: number
  readonly process?: number
  readonly json?: true
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000
}

function printSlope(file: string | undefined, { from, to, process: pid, json }: SlopeOptions, command: Command): void {
  if (from !== undefined && to !== undefined && from >= to) {
    command.error('--from must be before --to', { exitCode: exitCodes.usage, code: 'ERR_OUT_OF_RANGE' })
  }
  const recording = openRecording(file)
  const found = processSlope(recording, pid, { fromMs: milliseconds(from), toMs: milliseconds(to) })
  process.stdout.write(json ? renderJson({ version: 1, ...found }) : renderSlope(found, styleFor(process.stdout)))
  reportDamage([recording])
}

const examples = `
Examples:
  $ allocscope slope
  $ allocscope slope --from 60 --to 600 server.rec
${recordingHelp}

The slope is the median of those between blocks of the window, and its interval holds the true one in at least 95 of 100 cases, although neighbouring
samples are nearly the same one. It is growing or shrinking when 0 is outside of the interval. A window of fewer than 60 samples is too short.
JSON: { "version": 1, "pid", "slope": { "verdict", "bytesPerSecond", "lowBytesPerSecond", "highBytesPerSecond", "hiddenBytesPerSecond", … }, "secondHalf" }`

const most = 1e9

/** `allocscope slope`: whether RSS grows. */
export function registerSlope(program: Command): void {
  program
    .command('slope')
    .summary('whether the RSS of a recording grows, with a confidence interval')
    .description('Whether the RSS of a recorded process grows over a window, how fast, and what growth could hide where it does not.')
    .argument('[file]', 'a recording; the newest of this folder by default')
    .option('--from <seconds>', 'since the recording began', numberBetween(0, most))
    .option('--to <seconds>', 'since the recording began', numberBetween(0, most))
    .option('--process <pid>', 'another process than the program itself', wholeNumberFrom(1))
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printSlope)
}
