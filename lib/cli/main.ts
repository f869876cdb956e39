#!/usr/bin/env node
import { Command } from 'commander'

import { reportError } from './command-errors.js'
import { exitCodes } from './exit-codes.js'
import { lazily } from '../loading/index.js'
import { packageVersion } from './package-version.js'

type Register = (program: Command) => void

/** Every verb, in the order of --help. Only the requested one is loaded. */
const verbs: Readonly<Record<string, () => Register>> = {
  stats: lazily(() => (require('./commands/stats.js') as typeof import('./commands/stats.js')).registerStats),
  explain: lazily(() => (require('./commands/explain.js') as typeof import('./commands/explain.js')).registerExplain),
  attach: lazily(() => (require('./commands/attach.js') as typeof import('./commands/attach.js')).registerAttach),
  agent: lazily(() => (require('./commands/agent.js') as typeof import('./commands/agent.js')).registerAgent),
  run: lazily(() => (require('./commands/run.js') as typeof import('./commands/run.js')).registerRun),
  watch: lazily(() => (require('./commands/watch.js') as typeof import('./commands/watch.js')).registerWatch),
  record: lazily(() => (require('./commands/record.js') as typeof import('./commands/record.js')).registerRecord),
  plot: lazily(() => (require('./commands/plot.js') as typeof import('./commands/plot.js')).registerPlot),
  peak: lazily(() => (require('./commands/peak.js') as typeof import('./commands/peak.js')).registerPeak),
  list: lazily(() => (require('./commands/list.js') as typeof import('./commands/list.js')).registerList),
  diff: lazily(() => (require('./commands/diff.js') as typeof import('./commands/diff.js')).registerDiff),
  slope: lazily(() => (require('./commands/slope.js') as typeof import('./commands/slope.js')).registerSlope),
  report: lazily(() => (require('./commands/report.js') as typeof import('./commands/report.js')).registerReport),
  clean: lazily(() => (require('./commands/clean.js') as typeof import('./commands/clean.js')).registerClean),
  compare: lazily(() => (require('./commands/compare.js') as typeof import('./commands/compare.js')).registerCompare),
  check: lazily(() => (require('./commands/check.js') as typeof import('./commands/check.js')).registerCheck),
  profile: lazily(() => (require('./commands/profile.js') as typeof import('./commands/profile.js')).registerProfile),
  track: lazily(() => (require('./commands/track.js') as typeof import('./commands/track.js')).registerTrack),
  memit: lazily(() => (require('./commands/memit.js') as typeof import('./commands/memit.js')).registerMemit),
  demo: lazily(() => (require('./commands/demo.js') as typeof import('./commands/demo.js')).registerDemo),
  lab: lazily(() => (require('./commands/lab.js') as typeof import('./commands/lab.js')).registerLab),
  sizeof: lazily(() => (require('./commands/sizeof.js') as typeof import('./commands/sizeof.js')).registerSizeof),
  sizes: lazily(() => (require('./commands/sizes.js') as typeof import('./commands/sizes.js')).registerSizes),
}

const examples = `
Examples:
  $ allocscope stats
  $ allocscope explain app.js
  $ allocscope attach 4711
  $ allocscope run --allocator jemalloc app.js
  $ allocscope watch app.js
  $ allocscope record app.js
  $ allocscope report
  $ allocscope compare app.js --allocators glibc,glibc:arena_max=2,jemalloc
  $ allocscope check handler.js
  $ allocscope profile app.js
  $ allocscope track app.js
  $ allocscope demo

Environment: NO_COLOR, FORCE_COLOR; ALLOCSCOPE_DEBUG=1 prints the stack of an error.
Exit codes: 0 success, 1 failure, 2 the command line can't be obeyed; explain, run, watch, record, profile and track end as their program does.`

const versionFlags = '-V, --version'

/** The verb that `first` names; none for the version. When it names none, all verbs: for help, and for a hint at a similar verb. */
function wantedVerbs(first: string | undefined): readonly (() => Register)[] {
  if (first !== undefined && versionFlags.split(', ').includes(first)) return []
  const wanted = first !== undefined && Object.hasOwn(verbs, first) ? verbs[first] : undefined
  return wanted === undefined ? Object.values(verbs) : [wanted]
}

function createProgram(first: string | undefined): Command {
  const program = new Command('allocscope')
    .description("Where a Node.js process's memory is: the live allocator's arenas, V8's heap, and every byte of RSS.")
    .version(packageVersion, versionFlags, 'print the version')
    .addHelpText('after', examples)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    // reportError prints the error. Commander would print its own line before.
    .configureOutput({ outputError: () => undefined })
  wantedVerbs(first).forEach((load) => {
    load()(program)
  })
  return program
}

/** A reader of a pipe that goes away (`| head`) is no error. Without one for standard output the process ends, as it does when a disk is full. */
function outliveReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? undefined : reportError(error))
  })
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    // There is nowhere to say it, and a program may be running.
    if (error.code !== 'EPIPE') process.exitCode = exitCodes.failure
  })
}

async function main(): Promise<void> {
  outliveReaders()
  const program = createProgram(process.argv[2])
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
