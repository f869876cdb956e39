import type { DeepSize, ObjectSize } from '../heap/index.js'
import { formatCount } from '../figures/index.js'
import { renderFigures, renderSection } from './section.js'
import type { FigureRow } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

const ownedMeanings: Readonly<Record<keyof ObjectSize['ownedBytes'], string>> = {
  properties: 'named properties outside the object',
  elements: 'slots of its elements',
  table: 'its hash table',
  boundArguments: 'the arguments it is bound to',
  registers: 'its parameters and variables',
  arrayBuffer: 'its ArrayBuffer object',
}

const sharedMeanings: Readonly<Record<keyof ObjectSize['sharedBytes'], string>> = {
  elements: 'elements of the literal, shared until written to; not in the total',
  characters: 'the strings it refers to; not in the total',
  memory: 'memory of the ArrayBuffer it is a part of; not in the total',
}

function partRows(bytes: Readonly<Record<string, number>>, meanings: Readonly<Record<string, string>>, mark: string): FigureRow[] {
  return Object.entries(bytes)
    .filter(([, size]) => size > 0)
    .map(([name, size]) => [`${mark}${name}`, formatCount(size), meanings[name] ?? ''])
}

function sizeRows(size: ObjectSize): FigureRow[] {
  const unused: FigureRow[] = size.unusedBytes > 0 ? [['of it unused', formatCount(size.unusedBytes), 'room for more elements']] : []
  const external: FigureRow[] =
    size.externalBytes > 0 ? [['off the heap', formatCount(size.externalBytes), "memory outside V8's heap"]] : []
  const view: FigureRow[] = size.viewBytes === undefined ? [] : [['byteLength', formatCount(size.viewBytes), 'its window on the memory']]
  return [
    ['self', formatCount(size.selfBytes), 'the object alone'],
    ...partRows({ ...size.ownedBytes }, ownedMeanings, ''),
    ...unused,
    ...external,
    ['total', formatCount(size.totalBytes), 'bytes'],
    ...partRows({ ...size.sharedBytes }, sharedMeanings, 'shared '),
    ...view,
  ]
}

/** The result of {@link sizeOf} for a reader. */
export function renderSizeOf(subject: string, size: ObjectSize, style: TextStyle): string {
  const form = size.representation === 'plain' ? size.kind : `${size.kind}, ${size.representation}`
  return `${[...renderSection(`${subject}  ${form}`, renderFigures(sizeRows(size), style), style)].join('\n')}\n`
}

/** The result of {@link deepSizeOf} for a reader. */
export function renderDeepSize(deep: DeepSize, style: TextStyle): string {
  const kinds = Object.entries(deep.byKind)
    .sort(([, a], [, b]) => b.bytes - a.bytes)
    .map(([kind, { objects, bytes }]) => [kind, formatCount(objects), formatCount(bytes)])
  const external = deep.externalBytes > 0 ? [['off the heap', '', formatCount(deep.externalBytes)]] : []
  const rows = [...kinds, ...external, ['total', formatCount(deep.objects), formatCount(deep.totalBytes)]]
  const table = layOutTable(
    [{ title: 'reachable' }, { title: 'objects', align: 'right' }, { title: 'bytes', align: 'right', paint: style.accent }],
    rows,
    style,
  )
  const notes = [
    ...(deep.objects > 0 ? [] : ["  The global object, V8's constants and small integers count as nothing."]),
    ...(deep.truncatedBy === undefined ? [] : [`  Ended by ${deep.truncatedBy}: lower bounds.`]),
    ...(deep.opaqueObjects === 0 ? [] : [`  ${formatCount(deep.opaqueObjects)} of them may hold more than V8 tells.`]),
  ]
  return `${[...renderSection('Deep', table, style), ...notes].join('\n')}\n`
}
