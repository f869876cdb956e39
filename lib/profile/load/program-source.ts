import type { Registration, Registry } from '../collect/index.js'
import { lazily } from '../../loading/index.js'
import type { FunctionSite, Instrumented } from '../instrument/index.js'
import { probeNames } from '../probe-names.js'
import { logLoadedFile } from './load-log.js'
import type { LoadSettings } from './load-settings.js'
import { describeInsertions } from './inserted-texts.js'
import type { FileInsertions } from './inserted-texts.js'
import { readSourceMap, withInlineMap } from './original-source.js'
import type { OriginalSources, SourceMapReading } from './original-source.js'
import { findRenamedClasses } from './renamed-classes.js'
import { createSelection } from './selection.js'
import type { Selection } from './selection.js'

// The parser is loaded when there is something to instrument.
const instrumenting = lazily(() => require('../instrument/index.js') as typeof import('../instrument/index.js'))

/** How node will compile a source; `either` when it finds out by trying. */
export type SourceKind = 'commonjs' | 'module' | 'either'

/** Instruments the code that a program loads, and registers it. */
export interface ProgramSources {
  /** Whether anything in `file` can be selected. A quick test, by which a loader skips other files. */
  considers(file: string): boolean
  /** The instrumented text of `file`; undefined when it is to run as it is. Never throws. */
  instrument(file: string, source: string, kind: SourceKind): string | undefined
}

/** What {@link ProgramSources} needs to know. */
export interface ProgramSourceOptions {
  readonly settings: LoadSettings
  readonly registry: Registry
  /** The record's folder. */
  readonly folder: string
  /** Whether node itself maps stack traces. Then it must know how columns were moved. */
  readonly mapsAreUsed: boolean
  /** Whether nothing is instrumented for the moment. */
  readonly isPaused: () => boolean
  /** Called for each instrumented file before it runs. */
  readonly whenInstrumented?: (file: InstrumentedFile) => void
}

/** A file that was instrumented. */
export interface InstrumentedFile {
  readonly code: string
  /** Undefined when the source map of the code tells how columns were moved. */
  readonly insertions: FileInsertions | undefined
}

/** As in instrumented code, even after a compiler has written it anew. It may also stand in a comment or a text. */
const probeCall = new RegExp(`${probeNames.enter}\\(\\s*\\d`)

const markWord = /@profile|profile\s*\)?\s*\(/

function mayBeMarked(source: string, originals: OriginalSources | undefined): boolean {
  return markWord.test(source) || [...(originals?.texts.values() ?? [])].some((text) => text.includes('@profile'))
}

/** Whether a function is marked in the original source, by the line on which it begins. The compiler may have dropped the mark. */
function marksOf(originals: OriginalSources | undefined): (site: FunctionSite) => boolean {
  const marked = new Map<string, ReadonlySet<number>>()
  originals?.texts.forEach((text, file) => marked.set(file, instrumenting().findMarkedLines(text)))
  return ({ file, line }) => marked.get(file)?.has(line) === true
}

class SourceInstrumenter implements ProgramSources {
  readonly #selection: Selection

  constructor(private readonly options: ProgramSourceOptions) {
    this.#selection = createSelection(options.settings, process.cwd())
  }

  considers(file: string): boolean {
    return !this.options.isPaused() && this.#selection.considers(file)
  }

  instrument(file: string, source: string, kind: SourceKind): string | undefined {
    try {
      // Another loader may pass on code that was instrumented here before.
      if (probeCall.test(source) && instrumenting().usesReservedNames(source)) return undefined
      return this.#instrument(file, source, kind)
    } catch (error) {
      this.#register({ functions: [], uninstrumented: [{ file, name: undefined, line: undefined, reason: (error as Error).message }] })
      return undefined
    }
  }

  #instrument(file: string, source: string, kind: SourceKind): string | undefined {
    const map = readSourceMap(file, source)
    const wantsFile = [file, ...(map.originals?.files ?? [])].some((one) => this.#selection.wantsFile(one, file))
    if (!wantsFile || (this.#selection.byMarksAlone && !mayBeMarked(source, map.originals))) {
      logLoadedFile(this.options.folder, { file, names: [], instrumentedCount: 0 })
      return undefined
    }
    const result = this.#parse(file, source, kind, map.originals)
    const wantsNames = this.options.settings.functions.length > 0
    const { names, functions, syntaxError } = result
    const found = { names: wantsNames ? names : [], instrumentedCount: functions.length, unparsed: syntaxError }
    logLoadedFile(this.options.folder, { file, ...found })
    this.#registerResult(file, result, map)
    if (result.code === undefined) return undefined
    const isMapped = map.originals !== undefined && this.options.mapsAreUsed
    const insertions = isMapped ? undefined : describeInsertions(file, source, result.insertions)
    this.options.whenInstrumented?.({ code: result.code, insertions })
    return map.originals && isMapped ? withInlineMap(result.code, map.originals.mapWith(source, result.insertions)) : result.code
  }

  #parse(file: string, source: string, kind: SourceKind, originals: OriginalSources | undefined): Instrumented {
    const isMarked = marksOf(originals)
    const classNameIn = findRenamedClasses(originals ?? { texts: new Map() })
    const instrumentAs = (module: boolean): Instrumented =>
      instrumenting().instrument(source, {
        file,
        module,
        settles: this.options.settings.mode === 'settle',
        select: (site) =>
          this.#selection.wantsFile(site.file, file) &&
          this.#selection.wantsFunction({ name: site.name, marked: site.marked || isMarked(site) }),
        reserve: (what, count) => this.options.registry.reserve(what, count),
        ...(originals && {
          originalPosition: (line, column) => originals.positionOf(line, column),
          originalName: (line, column, written) =>
            originals.nameOf(line, column) ?? classNameIn(originals.positionOf(line, column)?.file ?? file, written),
        }),
      })
    const result = instrumentAs(kind === 'module')
    return kind === 'either' && result.syntaxError ? instrumentAs(true) : result
  }

  #registerResult(file: string, { functions, refused }: Instrumented, { originals, problem }: SourceMapReading): void {
    if (functions.length === 0 && refused.length === 0) return
    const used = new Set(functions.map((one) => one.file))
    const sources = Object.fromEntries([...(originals?.texts ?? [])].filter(([name]) => used.has(name)))
    this.#register({
      functions,
      uninstrumented: refused.map((refusal) => ({ file, ...refusal })),
      sources,
      notes: problem === undefined ? [] : [problem],
    })
  }

  #register(registration: Registration): void {
    try {
      this.options.registry.register(registration)
    } catch {
      // The record is gone: the run has ended and its profile was printed, but this process lives on.
    }
  }
}

/**
 * Loads the parser if `first`, the text of the program's first file, shows that it is needed. Must be called before anything is counted. V8 allocates
 * for the parser some time after it was loaded, and that would count as the program's: 0.6 MiB in the program's first `await` were seen on Node 22.
 */
export function prepareParser(settings: LoadSettings, first: string | undefined): void {
  const byMarksAlone = createSelection(settings, process.cwd()).byMarksAlone
  if (!byMarksAlone || first === undefined || markWord.test(first)) instrumenting()
}

/** See {@link ProgramSources}. */
export function createProgramSources(options: ProgramSourceOptions): ProgramSources {
  return new SourceInstrumenter(options)
}
