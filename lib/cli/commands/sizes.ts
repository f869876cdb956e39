import type { Command } from 'commander'

import { basicSizeSources, listBasicSizes } from '../../heap/index.js'
import { runtimeText } from '../../loading/runtime.js'
import { renderBasicSizes, renderJson } from '../../report/index.js'
import { styleFor } from '../terminal.js'

interface SizesOptions {
  readonly json?: true
}

function printSizes({ json }: SizesOptions): void {
  const sizes = listBasicSizes()
  const subject = `Bytes of typical values on ${runtimeText}, V8 ${process.versions.v8}, ${process.arch}`
  const model = { version: 1, node: process.version, v8: process.versions.v8, sizes }
  process.stdout.write(json ? renderJson(model) : renderBasicSizes(sizes, subject, basicSizeSources, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope sizes
  $ allocscope sizes --json

JSON: { "version": 1, "node": …, "v8": …, "sizes": [{ "name", "kind", "representation", "selfBytes", "totalBytes", … }] }`

/** `allocscope sizes`: what values cost on this Node. */
export function registerSizes(program: Command): void {
  program
    .command('sizes')
    .summary("what JavaScript's values cost on this very Node, beside Python's and C++'s")
    .description("What JavaScript's values cost on this very Node, byte for byte, beside the same things in Python and C++.")
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printSizes)
}
