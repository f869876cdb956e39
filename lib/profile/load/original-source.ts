import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

import type { SourceMapSegment, TraceMap } from '@jridgewell/trace-mapping'

import { lazily } from '../../loading/index.js'

const maps = lazily(() => require('@jridgewell/trace-mapping') as typeof import('@jridgewell/trace-mapping'))

/** A place in an original source: lines from 1, columns from 0. */
export interface OriginalPosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The sources that a loaded file was made of. */
export interface OriginalSources {
  readonly files: readonly string[]
  /** Their texts, as far as the map has them or they are on disk. */
  readonly texts: ReadonlyMap<string, string>
  /** Where a position of the loaded file comes from; undefined when the map doesn't say. */
  positionOf(line: number, column: number): OriginalPosition | undefined
  /** What the name at exactly that position was in the source; undefined when the map doesn't say. */
  nameOf(line: number, column: number): string | undefined
  /** The source map, as JSON, of the loaded file with texts put in. */
  mapWith(source: string, insertions: readonly Insertion[]): string
}

/** Something that was put into a loaded file's text, in the order of its positions. */
export interface Insertion {
  readonly position: number
  readonly length: number
}

/** What was found of a loaded file's source map. Neither: it has none, so what is loaded is the source. */
export interface SourceMapReading {
  readonly originals?: OriginalSources
  /** Why a map that is referred to can't serve. */
  readonly problem?: string
}

const reference = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=(\S+)[ \t]*$/gm

/** `code`, which names `map` as its source map and no other. */
export function withInlineMap(code: string, map: string): string {
  const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
  // A line is left where a line was.
  return `${code.replace(reference, '//')}\n${comment}`
}

/** The last one counts; a string that looks like one, above it, doesn't. */
function findReference(source: string): string | undefined {
  if (!source.includes('sourceMappingURL=')) return undefined
  return [...source.matchAll(reference)].at(-1)?.[1]
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',')
  const data = url.slice(comma + 1)
  return url.slice(0, comma).endsWith(';base64') ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data)
}

/** A source's path where it is a file, otherwise its URL: `webpack://app/./src/app.ts`. */
function fileOf(source: string): string {
  if (!source.startsWith('file:')) return source
  try {
    return fileURLToPath(source)
  } catch {
    return source
  }
}

function readText(file: string): string | undefined {
  try {
    return path.isAbsolute(file) ? readFileSync(file, 'utf8') : undefined
  } catch {
    return undefined
  }
}

function positionsIn(map: TraceMap, fileNames: ReadonlyMap<string, string>): OriginalSources['positionOf'] {
  return (line, column) => {
    const { originalPositionFor, LEAST_UPPER_BOUND } = maps()
    const before = originalPositionFor(map, { line, column })
    // A statement that a compiler put in front of all others of its line has nothing before it to be near to.
    const {
      source,
      line: originalLine,
      column: originalColumn,
    } = before.source === null ? originalPositionFor(map, { line, column, bias: LEAST_UPPER_BOUND }) : before
    const file = source === null ? undefined : fileNames.get(source)
    if (file === undefined || originalLine === null) return undefined
    return { file, line: originalLine, column: originalColumn }
  }
}

/** The mappings after texts were put in; none of those has a line break. What is put in right before a mapped column belongs to what stood before it. */
function moveMappings(map: TraceMap, source: string, insertions: readonly Insertion[]): SourceMapSegment[][] {
  const lineStarts = [0, ...Array.from(source.matchAll(/\r\n|[\n\r\u2028\u2029]/g), ({ index, 0: end }) => index + end.length)]
  let next = 0
  return maps()
    .decodedMappings(map)
    .map((segments, line) => {
      const start = lineStarts[line] ?? source.length
      let shift = 0
      while (next < insertions.length && (insertions[next] as Insertion).position < start) next += 1
      return segments.map(([column, ...rest]) => {
        for (; next < insertions.length && (insertions[next] as Insertion).position <= start + column; next += 1) {
          shift += (insertions[next] as Insertion).length
        }
        return [column + shift, ...rest] as SourceMapSegment
      })
    })
}

function moveMap(map: TraceMap, source: string, insertions: readonly Insertion[]): string {
  const { names, resolvedSources: sources, sourcesContent = [] } = map
  const { encodedMap, TraceMap } = maps()
  return JSON.stringify(
    encodedMap(new TraceMap({ version: 3, names, sources, sourcesContent, mappings: moveMappings(map, source, insertions) })),
  )
}

function openMap(text: string, mapUrl: string): OriginalSources {
  const { FlattenMap, traceSegment } = maps()
  const map = new FlattenMap(JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, '')) as string, mapUrl)
  const sources = map.resolvedSources.filter((source): source is string => typeof source === 'string')
  if (sources.length === 0) throw new Error('it names no sources')
  const fileNames = new Map(sources.map((source) => [source, fileOf(source)]))
  const texts = new Map<string, string>()
  map.resolvedSources.forEach((source, index) => {
    const file = fileNames.get(source)
    const content = file === undefined ? undefined : (map.sourcesContent?.[index] ?? readText(file))
    if (file !== undefined && content !== undefined) texts.set(file, content)
  })
  return {
    files: [...fileNames.values()],
    texts,
    positionOf: positionsIn(map, fileNames),
    nameOf: (line, column) => {
      const [start, , , , name] = traceSegment(map, line - 1, column) ?? []
      return start === column && name !== undefined ? map.names[name] : undefined
    },
    mapWith: (source, insertions) => moveMap(map, source, insertions),
  }
}

/** Where the map of `file` is, and its text. A map beside the file counts without being referred to: bundlers can be told to leave that out. */
function findMap(file: string, source: string): { readonly url: string; readonly text: string } | undefined {
  const found = findReference(source)
  const own = pathToFileURL(file)
  if (found?.startsWith('data:')) return { url: own.href, text: decodeDataUrl(found) }
  const beside = `${file}.map`
  if (found === undefined && !existsSync(beside)) return undefined
  const url = found === undefined ? pathToFileURL(beside) : new URL(found, own)
  return { url: url.href, text: readFileSync(url, 'utf8') }
}

/** Finds and reads the source map of `file`, whose text is `source`. Never throws. */
export function readSourceMap(file: string, source: string): SourceMapReading {
  try {
    const map = findMap(file, source)
    return map === undefined ? {} : { originals: openMap(map.text, map.url) }
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ')
    return { problem: `${file}: its source map can't be read, so lines and text are those of the generated file: ${reason}` }
  }
}
