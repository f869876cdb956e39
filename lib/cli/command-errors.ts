import { CommanderError } from 'commander'

import { isAllocscopeError } from '../errors/index.js'
import { exitCodes } from './exit-codes.js'
import { styleFor } from './terminal.js'

/** Commander's error codes, and the codes of Node's own `util.parseArgs` for the same errors. */
const codesOfCommander: Readonly<Record<string, string>> = {
  'commander.unknownOption': 'ERR_PARSE_ARGS_UNKNOWN_OPTION',
  'commander.unknownCommand': 'ERR_PARSE_ARGS_UNKNOWN_COMMAND',
  'commander.excessArguments': 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL',
  'commander.invalidArgument': 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE',
  'commander.optionMissingArgument': 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE',
  'commander.missingArgument': 'ERR_MISSING_ARGS',
  'commander.missingMandatoryOptionValue': 'ERR_MISSING_ARGS',
}

const codesOfUsage: ReadonlySet<string> = new Set([
  'ERR_ALLOCSCOPE_PROGRAM',
  'ERR_ALLOCSCOPE_ALLOCATOR_NOT_FOUND',
  'ERR_ALLOCSCOPE_MISSING_PEER',
  'ERR_ALLOCSCOPE_RECORDING',
  'ERR_ALLOCSCOPE_TRACK_REPORT',
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_OUT_OF_RANGE',
])

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string') return undefined
  return codesOfCommander[error.code] ?? error.code
}

/** One line that says what went wrong, without a stack. */
export function describeError(error: unknown): string {
  const message = error instanceof Error || isAllocscopeError(error) ? error.message : String(error)
  const line = message
    .replace(/^error: /, '')
    .trim()
    .replace(/\s*\n\s*/g, ' ')
  const code = codeOf(error)
  return code === undefined ? line : `${line} [${code}]`
}

/** Prints the error that ended a command. Answers with its exit code. */
export function reportError(error: unknown): number {
  // Commander reports help and version as errors with exit code 0, after it has printed them.
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.success
  const { warn, dim } = styleFor(process.stderr)
  process.stderr.write(`${warn('allocscope:')} ${describeError(error)}\n`)
  if (process.env['ALLOCSCOPE_DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${dim(error.stack ?? '')}\n`)
  const code = codeOf(error)
  return error instanceof CommanderError || (code !== undefined && codesOfUsage.has(code)) ? exitCodes.usage : exitCodes.failure
}
