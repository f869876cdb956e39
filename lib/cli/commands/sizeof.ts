import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'

import { deepSizeOf, sizeOf, sizeTree } from '../../heap/index.js'
import { formatSizeTree, renderDeepSize, renderJson, renderSizeOf } from '../../report/index.js'
import { compileExpression } from '../evaluate.js'
import { numberBetween } from '../option-values.js'
import { styleFor } from '../terminal.js'

interface SizeofOptions {
  readonly module?: string
  readonly export: string
  readonly deep?: true
  readonly tree?: true
  readonly depth: number
  readonly json?: true
}

async function importExport(file: string, name: string): Promise<unknown> {
  const module = (await import(pathToFileURL(path.resolve(file)).href)) as Record<string, unknown>
  if (name in module) return module[name]
  // CommonJS whose exports Node couldn't tell from the text.
  const exported = module['default']
  if (typeof exported === 'object' && exported !== null && name in exported) return (exported as Record<string, unknown>)[name]
  throw new InvalidArgumentError(`${file} exports no '${name}'; it exports ${Object.keys(module).join(', ')}.`)
}

async function findValue(expression: string | undefined, options: SizeofOptions): Promise<{ value: unknown; subject: string }> {
  if (options.module !== undefined && expression === undefined) {
    return { value: await importExport(options.module, options.export), subject: `${options.module} ${options.export}` }
  }
  if (expression === undefined || options.module !== undefined)
    throw new InvalidArgumentError('Give an expression, or --module with --export.')
  return { value: compileExpression(expression)(), subject: expression }
}

async function printSizeof(expression: string | undefined, options: SizeofOptions): Promise<void> {
  const { value, subject } = await findValue(expression, options)
  const { deep, tree, depth } = options
  const size = sizeOf(value)
  const deepSize = deep ? deepSizeOf(value) : undefined
  const sizes = tree ? sizeTree(value, { depth }) : undefined
  if (options.json) {
    process.stdout.write(renderJson({ version: 1, size, ...(deepSize && { deep: deepSize }), ...(sizes && { tree: sizes }) }))
    return
  }
  const style = styleFor(process.stdout)
  process.stdout.write(renderSizeOf(subject, size, style).trimStart())
  if (deepSize !== undefined) process.stdout.write(renderDeepSize(deepSize, style))
  if (sizes !== undefined) process.stdout.write(`\n${formatSizeTree(sizes)}`)
}

const examples = `
Examples:
  $ allocscope sizeof '[4, "toaster", 230.1]'
  $ allocscope sizeof --deep --tree 'require("node:os").cpus()'
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
    .argument('[expression]', 'JavaScript, evaluated in this process')
    .option('--module <file>', 'measure what this file exports instead')
    .option('--export <name>', 'the export to measure', 'default')
    .option('--deep', 'everything that is reachable, by kind')
    .option('--tree', 'the recursive picture')
    .option('--depth <levels>', 'levels of --tree', numberBetween(0, 1000), 3)
    .option('--json', 'print JSON')
    .addHelpText('after', examples)
    .action(printSizeof)
}
