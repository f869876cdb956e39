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

/** The original sources of a loaded file. */
export interface OriginalSources {
  readonly files: readonly string[]
  /** Their texts, if the map contains them or they are on disk. */
  readonly texts: ReadonlyMap<string, string>
  /** Where a position of the loaded file comes from; undefined when the map doesn't say. */
  positionOf(line: number, column: number): OriginalPosition | undefined
  /** The original name of what is at exactly that position; undefined when the map doesn't say. */
  nameOf(line: number, column: number): string | undefined
  /** The source map, as JSON, of the loaded file after texts were inserted. */
  mapWith(source: string, insertions: readonly Insertion[]): string
}

/** A text that was inserted into a loaded file. */
export interface Insertion {
  readonly position: number
  readonly length: number
}

/** The result of looking for a file's source map. With neither field there is no map: the loaded file is itself the source. */
export interface SourceMapReading {
  readonly originals?: OriginalSources
  /** Why the map that the file refers to can't be used. */
  readonly problem?: string
}

const reference = /^[ \t]*\/\/[#@][ \t]*sourceMappingURL=(\S+)[ \t]*$/gm

/** `code` with `map` as its only source map. */
export function withInlineMap(code: string, map: string): string {
  const comment = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`
  // The old reference leaves an empty comment, so that the lines stay the same.
  return `${code.replace(reference, '//')}\n${comment}`
}

/** The last reference in the text. Earlier ones may be strings that look like one. */
function findReference(source: string): string | undefined {
  if (!source.includes('sourceMappingURL=')) return undefined
  return [...source.matchAll(reference)].at(-1)?.[1]
}

function decodeDataUrl(url: string): string {
  const comma = url.indexOf(',')
  const data = url.slice(comma + 1)
  return url.slice(0, comma).endsWith(';base64') ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data)
}

/** A source's path if it is a file, otherwise its URL: `webpack://app/./src/app.ts`. */
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
    // A compiler may have put a statement at the beginning of a line. No mapping is before it, so the next one counts.
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

/** The mappings after texts without line breaks were inserted. A text right before a mapped column belongs to the code before it. */
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

/** The map of `file`: its URL and its text. A map beside the file counts even without a reference, as bundlers can leave that out. */
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
