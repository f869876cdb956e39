import { readFileSync } from 'node:fs'

import { splitLines } from '../instrument/marked-lines.js'
import type { InstrumentedFunction } from '../instrument/index.js'
import type { FunctionProfile, LineFigures } from '../line-profile.js'
import type { ProcessDescription } from './descriptions.js'
import type { Charges, ThreadRecord } from './thread-record.js'

/** Lines of the original sources: the registered texts, or else the files as they are now. */
export class SourceLines {
  readonly #lines = new Map<string, readonly string[]>()
  /** Files that can't be read. */
  readonly missing = new Set<string>()

  constructor(private readonly registered: ReadonlyMap<string, string>) {}

  of(file: string): readonly string[] {
    const known = this.#lines.get(file)
    if (known !== undefined) return known
    const lines = splitLines(this.registered.get(file) ?? this.#read(file))
    this.#lines.set(file, lines)
    return lines
  }

  #read(file: string): string {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      this.missing.add(file)
      return ''
    }
  }
}

const nothing: Charges = {
  occurrences: 0,
  heapBytes: 0,
  externalBytes: 0,
  netBytes: 0,
  rssBytes: 0,
  peakBytes: 0,
  endRssBytes: 0,
  othersBytes: 0,
}

function addUp(charges: readonly Charges[]): Charges {
  return charges.reduce(
    (sum, each) => ({
      occurrences: sum.occurrences + each.occurrences,
      heapBytes: sum.heapBytes + each.heapBytes,
      externalBytes: sum.externalBytes + each.externalBytes,
      netBytes: sum.netBytes + each.netBytes,
      rssBytes: sum.rssBytes + each.rssBytes,
      peakBytes: Math.max(sum.peakBytes, each.peakBytes),
      endRssBytes: Math.max(sum.endRssBytes, each.endRssBytes),
      othersBytes: sum.othersBytes + each.othersBytes,
    }),
    nothing,
  )
}

/** Undefined for 0: then nothing looked at it. No process has an RSS of 0. */
function known(rssBytes: number): number | undefined {
  return rssBytes > 0 ? rssBytes : undefined
}

function describeLine(line: number, text: string, charges: Charges): LineFigures {
  return {
    line,
    occurrences: charges.occurrences,
    allocatedBytes: charges.heapBytes + charges.externalBytes,
    heapBytes: charges.heapBytes,
    externalBytes: charges.externalBytes,
    incrementBytes: charges.netBytes,
    rssIncrementBytes: charges.rssBytes,
    peakRssBytes: known(charges.peakBytes),
    endRssBytes: known(charges.endRssBytes),
    othersBytes: charges.othersBytes,
    text,
  }
}

function describeFunction(described: InstrumentedFunction, record: ThreadRecord, texts: readonly string[]): FunctionProfile {
  const { id, name, file, line, endLine } = described
  const own = record.charges(id)
  const byLine = new Map<number, Charges[]>()
  for (const slot of described.lines) byLine.set(slot.line, [...(byLine.get(slot.line) ?? []), record.charges(slot.id)])
  const lines = Array.from({ length: Math.max(0, endLine - line) + 1 }, (_, index) => {
    const number = line + index
    return describeLine(number, texts[number - 1] ?? '', addUp(byLine.get(number) ?? []))
  })
  const sum = addUp([...byLine.values()].flat())
  return {
    name,
    file,
    line,
    endLine,
    calls: own.occurrences,
    // The charges of recursive calls are in the lines of the outermost calls a second time.
    allocatedBytes: sum.heapBytes + sum.externalBytes - own.heapBytes - own.externalBytes,
    incrementBytes: sum.netBytes - own.netBytes,
    peakRssBytes: known(sum.peakBytes),
    lines,
  }
}

/** The functions that ran in the thread of `record`, in the order in which they were instrumented. */
export function describeFunctions({ functions }: ProcessDescription, record: ThreadRecord, sources: SourceLines): FunctionProfile[] {
  return functions
    .filter(({ id }) => record.charges(id).occurrences > 0)
    .sort((a, b) => a.id - b.id)
    .map((each) => describeFunction(each, record, sources.of(each.file)))
}
