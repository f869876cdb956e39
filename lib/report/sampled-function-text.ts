import { formatBytes, formatCount, formatShare } from '../figures/index.js'
import type { FunctionProfile, SampledFunction } from '../holders/index.js'
import { printable } from './display-width.js'
import { formatDuration, formatMicros } from './duration-format.js'
import { renderProse, renderSection } from './section.js'
import { layOutTable } from './table.js'
import type { TextStyle } from './text-style.js'

/** Of each table. */
const shownRows = 15

function whereOf({ name, file, line }: SampledFunction): string {
  const place = file === '' ? '[V8]' : `${file}:${line}`
  return printable(`${name === '' ? '(anonymous)' : name} ${place}`)
}

/** Two in the root of the samples, as bytes: what chance alone changes by more in one of twenty cases. */
function spreadOf({ bytes, samples }: SampledFunction): string {
  return samples === 0 ? '' : `±${formatBytes((2 * bytes) / Math.sqrt(samples))}`
}

function renderRows(rows: readonly SampledFunction[], durationMs: number, allBytes: number, style: TextStyle): readonly string[] {
  const cells = rows
    .slice(0, shownRows)
    .map((one) => [
      formatBytes(one.bytes),
      spreadOf(one),
      `${formatBytes((one.bytes / durationMs) * 1000)}/s`,
      formatShare(one.bytes / allBytes),
      whereOf(one),
    ])
  const right = { align: 'right' } as const
  const columns = [{ title: 'Allocated', ...right, paint: style.accent }, right, { title: 'Rate', ...right }, { title: 'Of all', ...right }]
  return layOutTable([...columns, { title: 'Function', elastic: true }], cells, style)
}

function describeNone({ name, near, allSamples, intervalBytes }: FunctionProfile): string {
  const meant = near.length === 0 ? '' : ` Was it ${near.join(', ')}?`
  const bound = formatBytes(3 * intervalBytes)
  return `No sample of ${formatCount(allSamples)} is of a function ${name}: it wasn't called, or what it allocated in V8's heap is less than ${bound}, mostly.${meant}`
}

/** What a function of a program that runs allocated: `allocscope attach <pid> profile --function NAME`. */
export function renderFunctionProfile(profile: FunctionProfile, subject: string, style: TextStyle): string {
  const { name, functions, places, samples, allBytes, allSamples, intervalBytes, durationMs, endMs, lines } = profile
  const tables =
    functions.length === 0
      ? ['', ...renderProse(describeNone(profile), '', style)]
      : [
          ...renderSection(`${name}, with all that it calls`, [...renderRows(functions, durationMs, allBytes, style)], style),
          ...renderSection('Where that was allocated', [...renderRows(places, durationMs, allBytes, style)], style),
        ]
  const counted = `${formatCount(samples)} of ${formatCount(allSamples)} samples, one for ${formatBytes(intervalBytes)} on average, in ${formatDuration(durationMs)}`
  const text = [
    style.dim(printable(subject)),
    ...tables,
    '',
    ...renderProse(
      `V8's heap of the main thread: ${counted}; collected or not. Ending it kept the event loop for ${formatMicros(endMs * 1000)}.`,
      '',
      style,
    ),
    ...renderProse(`No lines: ${lines.reason}.`, '', style),
  ]
  return `${text.join('\n')}\n`
}
