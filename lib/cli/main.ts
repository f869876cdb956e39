#!/usr/bin/env node
import { Command } from 'commander'

import { reportError } from './command-errors.js'
import { registerDemo } from './commands/demo.js'
import { registerMemit } from './commands/memit.js'
import { registerProfile } from './commands/profile.js'
import { registerRun } from './commands/run.js'
import { registerSizeof } from './commands/sizeof.js'
import { registerSizes } from './commands/sizes.js'
import { registerStats } from './commands/stats.js'
import { exitCodes } from './exit-codes.js'
import { packageVersion } from './package-version.js'

/** Every verb, in the order in which --help lists them. */
const verbs: readonly ((program: Command) => void)[] = [
  registerStats,
  registerRun,
  registerProfile,
  registerMemit,
  registerDemo,
  registerSizeof,
  registerSizes,
]

const examples = `
Examples:
  $ allocscope stats
  $ allocscope run --allocator jemalloc app.js
  $ allocscope profile app.js
  $ allocscope demo

Environment: NO_COLOR, FORCE_COLOR; ALLOCSCOPE_DEBUG=1 prints the stack of an error.
Exit codes: 0 success, 1 failure, 2 the command line can't be obeyed; run and profile end as their program does.`

function createProgram(): Command {
  const program = new Command('allocscope')
    .description("Where a Node.js process's memory is: the live allocator's arenas, V8's heap, and every byte of RSS.")
    .version(packageVersion, '-V, --version', 'print the version')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    // reportError prints the one line; commander would print its own before.
    .configureOutput({ outputError: () => undefined })
  verbs.forEach((register) => {
    register(program)
  })
  return program
}

/** A reader that goes away (`| head`) is not an error of ours, and there is nobody left to write to. */
function outliveReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

async function main(): Promise<void> {
  outliveReaders()
  const program = createProgram()
  if (process.argv.length <= 2) {
    program.outputHelp({ error: true })
    process.exitCode = exitCodes.usage
    return
  }
  try {
    await program.parseAsync(process.argv)
  } catch (error) {
    process.exitCode = reportError(error)
  }
}

void main()
