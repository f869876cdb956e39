import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'

import { deepSizeOf, sizeOf, sizeTree } from '../../heap/index.js'
import { formatEverySize, formatSizeTree, renderDeepSize, renderJson, renderSizeOf } from '../../report/index.js'
import { reportError } from '../command-errors.js'
import { compileExpression, untilSettled } from '../evaluate.js'
import { importExport } from '../import-export.js'
import { wholeNumberBetween } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface SizeofOptions {
  readonly module?: string
  readonly export: string
  readonly deep?: true
  readonly tree?: true
  readonly all?: true
  readonly depth?: number
  readonly json?: true
}

async function valueOfExport(file: string, name: string): Promise<unknown> {
  const found = await importExport(file, name)
  if ('value' in found) return found.value
  throw new InvalidArgumentError(found.problem)
}

async function findValue(expression: string | undefined, options: SizeofOptions): Promise<{ value: unknown; subject: string }> {
  if (options.module !== undefined && expression === undefined) {
    return { value: await valueOfExport(options.module, options.export), subject: `${options.module} ${options.export}` }
  }
  if (expression === undefined || options.module !== undefined)
    throw new InvalidArgumentError('Give an expression, or --module with --export.')
  const { evaluate, awaits } = await compileExpression(expression)
  const value = evaluate()
  return { value: awaits ? await untilSettled(value) : value, subject: expression }
}

async function printSizeof(expression: string | undefined, options: SizeofOptions): Promise<void> {
  // The value may be a promise that is rejected later. Its size is known by then, and a handler would have been a part of it.
  process.on('unhandledRejection', (error) => {
    process.exitCode = reportError(error)
  })
  const { value, subject } = await findValue(expression, options)
  const { deep, tree, all, depth } = options
  const size = sizeOf(value)
  const deepSize = deep ? deepSizeOf(value) : undefined
  const sizes = tree || all ? sizeTree(value, { depth, every: all }) : undefined
  if (options.json) {
    process.stdout.write(renderJson({ version: 1, size, ...(deepSize && { deep: deepSize }), ...(sizes && { tree: sizes }) }))
    return
  }
  const style = styleFor(process.stdout)
  // Every value has a line, the outermost one too: its own size above would be a second total beside that of the lines.
  if (all && sizes !== undefined && deepSize === undefined) {
    process.stdout.write(`${style.bold(subject)}\n${formatEverySize(sizes)}`)
    return
  }
  process.stdout.write(renderSizeOf(subject, size, style).trimStart())
  if (deepSize !== undefined) process.stdout.write(renderDeepSize(deepSize, style))
  if (sizes !== undefined) process.stdout.write(`\n${all ? formatEverySize(sizes) : formatSizeTree(sizes)}`)
}

const examples = `
Examples:
  $ allocscope sizeof '[4, "toaster", 230.1]'
  $ allocscope sizeof --tree --all '[4, "toaster", 230.1]'
  $ allocscope sizeof --deep --tree 'require("node:os").cpus()'
  $ allocscope sizeof --deep 'await fetch("http://localhost:8080/").then((response) => response.json())'
  $ allocscope sizeof --module ./routes.js --export table --deep

The expression or the module runs in this process. JSON: { "version": 1, "size": …, "deep": …, "tree": … }, the objects of sizeOf(),
deepSizeOf() and sizeTree().`

/** `allocscope sizeof`: the size of one value. */
export function registerSizeof(program: Command): void {
  program
    .command('sizeof')
    .summary('the size of the value of an expression, or of what a module exports')
    .description(
      'The exact size of a value on this very Node: the object, the stores that it alone owns, and with --deep all that it leads to.',
    )
    .argument('[expression]', 'JavaScript, evaluated in this process; it can require, import() and await')
    .option('--module <file>', 'measure what this file exports instead')
    .option('--export <name>', 'the export to measure', 'default')
    .option('--deep', 'everything that is reachable, by kind')
    .option('--tree', 'the recursive picture')
    .option('--all', "the picture of every value in its holder's own order, numbers too; up to 10,000 of one holder and 200,000 in all")
    .option('--depth <levels>', 'levels of --tree (default: 3) or of --all (default: no limit)', wholeNumberBetween(0, 1000))
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printSizeof)
}
