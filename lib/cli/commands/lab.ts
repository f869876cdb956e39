import type { Command } from 'commander'

import { experimentNames, experiments, runLab } from '../../lab/index.js'
import type { LabProgressListener, LabReport } from '../../lab/index.js'
import { lazily } from '../../loading/index.js'
import { endAs } from '../../program/index.js'
import { renderJson, renderLab, renderLabHtml, renderLabJson, renderLabList } from '../../report/index.js'
import { exitCodes } from '../exit-codes.js'
import { openOutput } from '../open-output.js'
import { wholeNumberFrom } from '../option-values.js'
import { showProgress } from '../phase-progress.js'
import { styleFor } from '../terminal.js'

const nearNames = lazily(() => require('../../profile/load/near-names.js') as typeof import('../../profile/load/near-names.js'))

interface LabCommandOptions {
  readonly n?: number
  readonly python?: true
  readonly json?: true
  readonly html?: string
}

const all = 'all'

function chosenNames(name: string, command: Command): readonly string[] {
  if (name === all) return experimentNames
  if (experimentNames.includes(name)) return [name]
  const near = nearNames().findNearNames(name, [...experimentNames, all])
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `There are ${[...experimentNames, all].join(', ')}.`
  return command.error(`unknown experiment '${name}'. ${hint}`, { exitCode: exitCodes.usage, code: 'ERR_INVALID_ARG_VALUE' })
}

/** What is measured is shown on a terminal alone. */
function listenTo(stream: NodeJS.WriteStream): { readonly listener: LabProgressListener | undefined; readonly end: () => void } {
  if (!stream.isTTY) return { listener: undefined, end: () => undefined }
  const display = showProgress(stream)
  const { bold } = styleFor(stream)
  const listener: LabProgressListener = {
    ...display,
    began: (title) => stream.write(`${bold(title)}\n`),
  }
  return {
    listener,
    end: () => {
      display.end()
    },
  }
}

/** As node-gyp has it. */
function pythonCommand(): string {
  const named = process.env['PYTHON']
  return named === undefined || named === '' ? 'python3' : named
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborts at the first signal that asks this process to end. */
function abortBySignal(): { readonly abort: AbortController; readonly signal: () => NodeJS.Signals | undefined } {
  const abort = new AbortController()
  let came: NodeJS.Signals | undefined
  for (const name of endingSignals) {
    process.once(name, () => {
      came ??= name
      abort.abort()
    })
  }
  return { abort, signal: () => came }
}

async function perform(names: readonly string[], { n, python, json, html }: LabCommandOptions, command: Command): Promise<void> {
  const page = html === undefined ? undefined : openOutput(command, html)
  const { abort, signal } = abortBySignal()
  const progress = listenTo(process.stderr)
  let report: LabReport
  try {
    report = await runLab({
      names,
      count: n,
      project: process.cwd(),
      python: python && pythonCommand(),
      listener: progress.listener,
      signal: abort.signal,
    })
  } catch (error) {
    if (!abort.signal.aborted) throw error
    await endAs({ exitCode: undefined, signal: signal() })
    return
  } finally {
    progress.end()
  }
  process.stdout.write(json ? renderLabJson(report) : renderLab(report, styleFor(process.stdout)))
  page?.write(renderLabHtml(report))
  page?.close()
  const holds = report.experiments.every(({ statement, failure }) => statement?.holds === true && failure === undefined)
  process.exitCode = holds && page?.isLost !== true ? exitCodes.success : exitCodes.failure
}

async function lab(name: string | undefined, options: LabCommandOptions, command: Command): Promise<void> {
  if (name !== undefined) return perform(chosenNames(name, command), options, command)
  const listed = experiments.map(({ name: one, summary, defaultCount, smallestCount }) => ({
    name: one,
    summary,
    defaultCount,
    smallestCount,
  }))
  process.stdout.write(options.json ? renderJson({ version: 1, experiments: listed }) : renderLabList(listed, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope lab                                         # the list
  $ allocscope lab delete-a-reference
  $ allocscope lab serialise --n 200000
  $ allocscope lab delete-a-reference --n 100000 --python
  $ allocscope lab all --html lab.html
  $ allocscope lab all --json > lab.json

Each step runs in a process of its own. An experiment ends with what it shows: an inequality of what was measured. The exit code is 1 when one
doesn't hold, or couldn't be measured. JSON: { "version": 1, "nodeVersion", …, "experiments": [{ "name", "count", "parts", "statement":
{ "text", "ascending": [{ "name", "bytes" }], "holds" }, "failure" }] }.`

/** `allocscope lab`: the classic experiments on this very Node. */
export function registerLab(program: Command): void {
  program
    .command('lab')
    .summary('the classic experiments on memory, measured on this very Node')
    .description(
      'What objects cost, what an allocator keeps, what comes back when a reference is dropped, what serialising takes: each measured here, beside what ' +
        'Python and C++ pay.',
    )
    .argument('[name]', `an experiment, or all; without one they are listed`)
    .option('--n <count>', 'the size of the experiment', wholeNumberFrom(1))
    .option('--python', 'make the experiments in Python as well: python3, or what PYTHON names, with memory_profiler')
    .option('--html <file>', "write the article's page with these figures as well")
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(lab)
}
