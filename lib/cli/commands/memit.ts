import type { Command } from 'commander'

import { collectFully } from '../../heap/index.js'
import { measureMemory } from '../../profile/index.js'
import type { MemoryMeasurement } from '../../profile/index.js'
import { renderJson, renderMemit } from '../../report/index.js'
import { compileExpression, untilSettled } from '../evaluate.js'
import { wholeNumberBetween } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface MemitOptions {
  readonly repeat: number
  readonly setup?: string
  readonly json?: true
}

type Run = Omit<MemoryMeasurement<unknown>, 'result' | 'samples'>

/** Drops the result of the run, and collects what earlier ones left: neither counts in the next one. */
async function measureOnce(evaluate: () => unknown): Promise<Run> {
  await collectFully()
  const { result: _result, samples: _samples, ...run } = await measureMemory(evaluate)
  return run
}

async function memit(expression: string, { repeat, setup, json }: MemitOptions): Promise<void> {
  const { evaluate } = await compileExpression(expression, setup)
  const runs: Run[] = []
  for (let count = 0; count < repeat; count += 1) runs.push(await untilSettled(measureOnce(evaluate)))
  process.stdout.write(json ? renderJson({ version: 1, expression, runs }) : renderMemit(runs, styleFor(process.stdout)))
}

const examples = `
Examples:
  $ allocscope memit 'JSON.parse(require("node:fs").readFileSync("rows.json", "utf8"))'
  $ allocscope memit --setup 'const rows = Array.from({ length: 1e6 }, (_, id) => ({ id }))' 'structuredClone(rows)'
  $ allocscope memit --repeat 10 'fetch("http://localhost:8080/").then((response) => response.text())'

Peak memory: the highest RSS of any run, by the kernel's own mark. Increment: that less the RSS before the first run. Before each run
what earlier ones left is collected. Allocated: what the run that allocated least asked for, on V8's heap and outside; the first run's
compiling is in none but its own.
JSON: { "version": 1, "expression": …, "runs": [{ "peakRssBytes", "incrementBytes", "allocatedBytes", … }] }, as measureMemory() gives them.`

/** `allocscope memit`: the memory that one expression takes. */
export function registerMemit(program: Command): void {
  program
    .command('memit')
    .summary('what evaluating an expression takes: peak RSS, increment, bytes allocated')
    .description("What evaluating an expression takes in this process, as IPython's %memit says it of Python. Promises are awaited.")
    .argument('<expression>', 'JavaScript, evaluated in this process; it can require, import() and await')
    .option('-r, --repeat <times>', 'how often it is run', wholeNumberBetween(1, 10_000), 3)
    .option('-s, --setup <statements>', 'what is run once before, unmeasured')
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(memit)
}
