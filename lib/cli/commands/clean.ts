import type { Command } from 'commander'

import { removeRecordings } from '../../record/index.js'
import { renderJson } from '../../report/index.js'
import { renderRemoved } from '../../report/recording/index.js'
import { exitCodes } from '../exit-codes.js'
import { styleFor } from '../terminal.js'

interface CleanOptions {
  readonly dryRun?: boolean
  readonly json?: true
}

function clean(folder = '.', { dryRun = false, json }: CleanOptions): void {
  const result = removeRecordings(folder, { dryRun })
  const model = { version: 1, folder, dryRun, ...result }
  process.stdout.write(json ? renderJson(model) : renderRemoved(folder, result, dryRun, styleFor(process.stdout)))
  if (result.kept.some(({ isRefused }) => isRefused)) process.exitCode = exitCodes.failure
}

const examples = `
Examples:
  $ allocscope clean --dry-run
  $ allocscope clean

What a recording is, its first bytes tell, whatever it is called; nothing else is removed, and nothing in folders below. A recording without an end
whose program runs may still be written to, and stays. The exit code is 1 where the file system refuses to remove one.
JSON: { "version": 1, "folder": …, "dryRun": …, "removed": [{ "file", "bytes", … }], "kept": [{ "file", "reason", "isRefused" }] }`

/** `allocscope clean`: removes the recordings of a folder. */
export function registerClean(program: Command): void {
  program
    .command('clean')
    .summary('remove the recordings of a folder')
    .description('Remove the recordings of a folder, and say which.')
    .argument('[folder]', 'the current one by default')
    .option('--dry-run', 'only say which would be removed')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(clean)
}
