import type { FunctionProfile, LineFigures, LineProfile } from '../../../profile/index.js'

/** Gives the text of a source file; undefined when there is none. */
export type ReadSource = (file: string) => string | undefined

// What a line's figures are kept as: a whole project's lines are in memory at once, and objects would take several times as much.
const stride = 8
const at = { occurrences: 0, heap: 1, external: 2, increment: 3, rss: 4, others: 5, peak: 6, end: 7 } as const

/** One function, summed over all threads that it ran in. */
interface FunctionSum {
  readonly name: string
  readonly line: number
  readonly endLine: number
  calls: number
  allocatedBytes: number
  incrementBytes: number
  /** 0 when nothing looked at it. */
  peakRssBytes: number
  readonly figures: Float64Array
}

interface FileSum {
  readonly functions: Map<string, FunctionSum>
  /** Texts of the profiled lines, where the file doesn't say what ran: it can't be read, or is another now. */
  texts: Map<number, string> | undefined
}

/** One file of a project: its functions, summed over threads, and its text. */
export interface FileProfile {
  readonly file: string
  readonly functions: readonly FunctionProfile[]
  /** By number less 1; undefined where a line's text isn't known. */
  readonly texts: readonly (string | undefined)[]
}

/** The lines of a text, as the language and stack traces count them. None stands after the last line break. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

function newFunction({ name, line, endLine, lines }: FunctionProfile): FunctionSum {
  const sums = { calls: 0, allocatedBytes: 0, incrementBytes: 0, peakRssBytes: 0 }
  return { name, line, endLine, ...sums, figures: new Float64Array(lines.length * stride) }
}

function addLine(figures: Float64Array, index: number, line: LineFigures): void {
  const add = (field: number, value: number): void => {
    figures[index * stride + field] = (figures[index * stride + field] ?? 0) + value
  }
  add(at.occurrences, line.occurrences)
  add(at.heap, line.heapBytes)
  add(at.external, line.externalBytes)
  add(at.increment, line.incrementBytes)
  add(at.rss, line.rssIncrementBytes)
  add(at.others, line.othersBytes)
  const raise = (field: number, value: number | undefined): void => {
    figures[index * stride + field] = Math.max(figures[index * stride + field] ?? 0, value ?? 0)
  }
  raise(at.peak, line.peakRssBytes)
  raise(at.end, line.endRssBytes)
}

function lineOf(figures: Float64Array, index: number, line: number, text: string): LineFigures {
  const get = (field: number): number => figures[index * stride + field] ?? 0
  return {
    line,
    occurrences: get(at.occurrences),
    allocatedBytes: get(at.heap) + get(at.external),
    heapBytes: get(at.heap),
    externalBytes: get(at.external),
    incrementBytes: get(at.increment),
    rssIncrementBytes: get(at.rss),
    peakRssBytes: get(at.peak) || undefined,
    endRssBytes: get(at.end) || undefined,
    othersBytes: get(at.others),
    text,
  }
}

function describeFunction(file: string, sum: FunctionSum, texts: FileProfile['texts']): FunctionProfile {
  const { figures, peakRssBytes, ...known } = sum
  const lines = Array.from({ length: figures.length / stride }, (_, index) => {
    const number = sum.line + index
    return lineOf(figures, index, number, texts[number - 1] ?? '')
  })
  return { ...known, file, peakRssBytes: peakRssBytes || undefined, lines }
}

/**
 * The figures of a project's files, summed over the profiles of a run. Profiles are added one after the other; their texts aren't kept where the files
 * say the same.
 */
export class ProjectFigures {
  readonly #files = new Map<string, FileSum>()
  /** The file that was read last: functions of one file stand side by side in a profile. */
  #read: { readonly file: string; readonly lines: readonly string[] | undefined } | undefined

  constructor(private readonly readSource: ReadSource) {}

  /** Names of the files. */
  get files(): readonly string[] {
    return [...this.#files.keys()]
  }

  add({ functions }: LineProfile): void {
    for (const one of functions) this.#addFunction(one)
  }

  /** What is known of `file`, one of {@link ProjectFigures.files}. */
  profileOf(file: string): FileProfile {
    const { functions, texts: kept } = this.#files.get(file) ?? { functions: new Map<string, FunctionSum>(), texts: undefined }
    const end = [...functions.values()].reduce((last, { endLine }) => Math.max(last, endLine), 0)
    const texts = kept === undefined ? (this.#linesOf(file) ?? []) : Array.from({ length: end }, (_, index) => kept.get(index + 1))
    return { file, texts, functions: [...functions.values()].map((sum) => describeFunction(file, sum, texts)) }
  }

  #addFunction(one: FunctionProfile): void {
    const { file, name, line, endLine, lines } = one
    const known: FileSum = this.#files.get(file) ?? { functions: new Map(), texts: undefined }
    this.#files.set(file, known)
    const key = `${line}:${endLine}:${name}`
    const sum = known.functions.get(key) ?? newFunction(one)
    if (!known.functions.has(key)) this.#compareText(known, one)
    known.functions.set(key, sum)
    sum.calls += one.calls
    sum.allocatedBytes += one.allocatedBytes
    sum.incrementBytes += one.incrementBytes
    sum.peakRssBytes = Math.max(sum.peakRssBytes, one.peakRssBytes ?? 0)
    lines.forEach((each, index) => {
      addLine(sum.figures, index, each)
    })
  }

  /** Keeps the texts of a function's lines where the file as it is now has others. */
  #compareText(known: FileSum, { file, lines }: FunctionProfile): void {
    const now = known.texts === undefined ? this.#linesOf(file) : undefined
    if (now !== undefined && lines.every(({ line, text }) => now[line - 1] === text)) return
    known.texts ??= textsOf(known.functions.values(), now)
    for (const { line, text } of lines) known.texts.set(line, text)
  }

  #linesOf(file: string): readonly string[] | undefined {
    if (this.#read?.file !== file) {
      const text = this.readSource(file)
      this.#read = { file, lines: text === undefined ? undefined : linesOf(text) }
    }
    return this.#read.lines
  }
}

/** The lines of functions that the file was right about until now. */
function textsOf(functions: Iterable<FunctionSum>, lines: readonly string[] | undefined): Map<number, string> {
  const texts = new Map<number, string>()
  for (const { line, endLine } of functions) {
    for (let number = line; number <= endLine; number++) texts.set(number, lines?.[number - 1] ?? '')
  }
  return texts
}
