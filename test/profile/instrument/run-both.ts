import vm from 'node:vm'

import { instrument } from '../../../lib/profile/instrument/index.js'
import type { Instrumented, InstrumentOptions } from '../../../lib/profile/instrument/index.js'
import { ProbeRecorder } from './probe-recorder.js'

export interface Run {
  /** What the program gave to `log`, and how it ended. Errors with the lines of their stacks. */
  readonly log: readonly string[]
  readonly recorder: ProbeRecorder
}

export const fileName = 'case.js'

/** Ids as a process gives them that has instrumented something before. */
export function idRange(): InstrumentOptions['reserve'] {
  const next = { functions: 40, lines: 700 }
  return (kind, count) => {
    next[kind] += count
    return next[kind] - count
  }
}

export function instrumentAll(source: string, options: Partial<InstrumentOptions> = {}): Instrumented {
  return instrument(source, { file: fileName, module: false, select: () => true, reserve: idRange(), ...options })
}

/**
 * Runs a program as it is and instrumented. Each in a context of its own, with `log`, and awaited while the promise that it put into `done`
 * isn't settled.
 */
export async function runBoth(source: string): Promise<{ original: Run; instrumented: Run; result: Instrumented }> {
  const result = instrumentAll(source)
  return { original: await run(source, []), instrumented: await run(result.code ?? source, result.functions), result }
}

async function run(code: string, functions: Instrumented['functions']): Promise<Run> {
  const log: string[] = []
  const recorder = new ProbeRecorder()
  recorder.register(functions)
  const context = vm.createContext({ ...recorder.probes(), log: (...values: unknown[]) => log.push(values.map(describe).join(' ')) })
  try {
    // As CommonJS does it, on the line where the file begins.
    const body = vm.compileFunction(code, [], { filename: fileName, parsingContext: context }) as (this: unknown) => unknown
    log.push(`returned ${describe(body.call({}))}`)
    log.push(`done ${describe(await (context as { done?: unknown }).done)}`)
  } catch (error) {
    log.push(`threw ${describe(error)}`)
  }
  return { log, recorder }
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}/${value.length}`
  if (isError(value)) return `${value.name}: ${value.message} at ${stackLines(value).join(',')}`
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value as Record<string, unknown>)
      .map(([key, each]) => `${key}:${describe(each)}`)
      .join()}}`
  }
  return typeof value === 'string' ? value : typeof value === 'symbol' ? value.toString() : `${value as number}`
}

/** Errors of another realm. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string'
}

/**
 * For a variable, or `this`, that isn't initialized or isn't there, V8 gives whatever position it noted last: any line of a statement that is over
 * several. The body of `() => (none\n[0] = 1)` it notes where its `=` is.
 */
function stackLines({ stack, message }: Error): string[] {
  const lines = [...(stack ?? '').matchAll(new RegExp(`${fileName}:(\\d+)`, 'g'))].map((match) => match[1] as string)
  return /before initialization|Must call super|is not defined/.test(message) ? lines.slice(1) : lines
}
