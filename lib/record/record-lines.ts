import { hasFootprint } from '../allocator/index.js'
import type { RowLayout } from '../sampling/index.js'
import type { ReceivedSpan } from './marks.js'

/** Collections of one kind in one entry: `[startMs, durationMs, kind, how many]`. Those below a millisecond are added up. */
export type CollectionEntry = readonly [number, number, number, number]

/** What the observed program says. All times are milliseconds of CLOCK_MONOTONIC, which all processes of a machine share. */
export type RecordLine =
  | {
      readonly kind: 'start'
      readonly nodeVersion: string
      readonly allocator: string
      readonly heapLimitBytes: number
      /** Workers at that moment. Undefined of a program that was running: node lists them to nobody. */
      readonly workers: number | undefined
      readonly layout: RowLayout
    }
  | { readonly kind: 'collections'; readonly entries: readonly CollectionEntry[] }
  | { readonly kind: 'mark'; readonly name: string; readonly timeMs: number; readonly thread?: number | undefined }
  | ({ readonly kind: 'span'; readonly thread?: number | undefined } & ReceivedSpan)
  | { readonly kind: 'exit'; readonly timeMs: number }
  | { readonly kind: 'worker'; readonly change: 1 | -1; readonly thread: number; readonly timeMs: number }

type Fields = Readonly<Record<string, unknown>>

function areNumbers(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'number' && Number.isFinite(value))
}

function isThread(value: unknown): boolean {
  return value === undefined || areNumbers(value)
}

function isLayout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { allocator, figures, published, clockOffsetMs } = value as Fields
  if (typeof allocator !== 'string' || !hasFootprint(allocator)) return false
  return Array.isArray(figures) && figures.every((figure) => typeof figure === 'string') && areNumbers(published, clockOffsetMs)
}

function isEntry(value: unknown): boolean {
  return Array.isArray(value) && value.length === 4 && areNumbers(...(value as unknown[]))
}

const shapes: Readonly<Record<RecordLine['kind'], (line: Fields) => boolean>> = {
  start: ({ nodeVersion, allocator, heapLimitBytes, workers, layout }) =>
    typeof nodeVersion === 'string' && typeof allocator === 'string' && areNumbers(heapLimitBytes) && isThread(workers) && isLayout(layout),
  collections: ({ entries }) => Array.isArray(entries) && entries.every(isEntry),
  mark: ({ name, timeMs, thread }) => typeof name === 'string' && areNumbers(timeMs) && isThread(thread),
  span: ({ name, startMs, endMs, startRssBytes, endRssBytes, depth, thread }) =>
    typeof name === 'string' && areNumbers(startMs, endMs, startRssBytes, endRssBytes, depth) && isThread(thread),
  exit: ({ timeMs }) => areNumbers(timeMs),
  worker: ({ change, thread, timeMs }) => (change === 1 || change === -1) && areNumbers(thread, timeMs),
}

/** Whether `value` is a line as an observed program writes it: the file is one that it can write anything into. */
export function isRecordLine(value: unknown): value is RecordLine {
  if (typeof value !== 'object' || value === null) return false
  const { kind } = value as Fields
  return typeof kind === 'string' && Object.hasOwn(shapes, kind) && shapes[kind as RecordLine['kind']](value as Fields)
}
