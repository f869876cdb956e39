import { FunctionWriter } from './function-writer.js'
import type { WrittenFunction } from './function-writer.js'
import { Insertions } from './insertions.js'
import type { InstrumentOptions, Instrumented, InstrumentedFunction } from './instrumented.js'
import { parseSource, refuseTooDeep } from './parse-source.js'
import { whyAmbiguous } from './reserved-names.js'
import { whyNotCompiled } from './verify.js'

/**
 * Puts the probes of probe-names.ts into the functions of a source that `select` selects. Every token stays on its line, and a statement that begins a line
 * keeps its column. A function that might behave differently with probes runs as it is, and `refused` names it. `withoutInsertions` of probe-marks.ts makes
 * the source of the result, or the function's text of an instrumented function's. Costs as much as parsing the source, and for an ES module as parsing the
 * result too.
 */
export function instrument(source: string, options: InstrumentOptions): Instrumented {
  const parsed = parseSource(source, options.module)
  if (parsed.program === undefined) return refuseAll(parsed.reason, { line: parsed.line, syntaxError: parsed.isSyntaxError })
  const { program } = parsed
  const ambiguity = refuseTooDeep(() => whyAmbiguous(source, program))
  if (ambiguity !== undefined) return refuseAll(typeof ambiguity === 'string' ? ambiguity : ambiguity.reason)
  const insertions = new Insertions(options.settles)
  const writer = new FunctionWriter(source, options, insertions)
  const failed = refuseTooDeep(() => {
    writer.walker.walk(program, undefined)
  })
  if (failed) return refuseAll(failed.reason)
  return insertions.isEmpty ? unchanged(writer) : write(source, options, writer, insertions)
}

function write(source: string, options: InstrumentOptions, writer: FunctionWriter, insertions: Insertions): Instrumented {
  const { written, slotCount, refused } = writer
  const firstFunctionId = options.reserve('functions', written.length)
  const firstLineId = options.reserve('lines', slotCount)
  const { code, insertions: inserted } = insertions.apply(source, firstFunctionId, firstLineId)
  const reason = whyNotCompiled(code, options.module)
  if (reason !== undefined) return refuseWritten(source, options, writer, reason)
  return {
    code,
    functions: written.map((each, index) => describeFunction(each, firstFunctionId + index, firstLineId)),
    insertions: inserted,
    refused,
    names: [...writer.names],
    syntaxError: false,
  }
}

function describeFunction({ site, frame }: WrittenFunction, id: number, firstLineId: number): InstrumentedFunction {
  const { name, file, line, endLine } = site
  const lines = [...frame.slots].map(([slotLine, slot]) => ({ id: firstLineId + slot.index, line: slotLine }))
  const lastLine = lines.reduce((last, each) => Math.max(last, each.line), endLine)
  return { id, name, file, line, endLine: lastLine, lines: lines.sort((a, b) => a.line - b.line) }
}

function unchanged({ refused, names }: FunctionWriter): Instrumented {
  return { code: undefined, functions: [], insertions: [], refused, names: [...names], syntaxError: false }
}

/** For a source that doesn't compile with its probes. It may not have been valid before: acorn may know newer syntax than V8. */
function refuseWritten(source: string, options: InstrumentOptions, writer: FunctionWriter, reason: string): Instrumented {
  const original = whyNotCompiled(source, options.module)
  if (original !== undefined) return refuseAll(original, { syntaxError: true })
  return {
    ...unchanged(writer),
    refused: [...writer.refused, { name: undefined, line: undefined, reason: `its probes don't compile: ${reason}` }],
  }
}

function refuseAll(reason: string, { line, syntaxError = false }: { line?: number | undefined; syntaxError?: boolean } = {}): Instrumented {
  return { code: undefined, functions: [], insertions: [], refused: [{ name: undefined, line, reason }], names: [], syntaxError }
}
