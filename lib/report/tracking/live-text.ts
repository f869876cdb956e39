import { formatBytes, formatCount } from '../../figures/index.js'
import type { LivePlace, LiveView } from '../../track/index.js'
import { displayWidth, elideMiddle, printable } from '../display-width.js'
import { formatDuration } from '../duration-format.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'

/** What {@link renderLiveTracking} is told besides the figures. */
export interface LiveTitle {
  /** The program with its arguments, or the process. */
  readonly subject: string
  /** How long nothing was told, milliseconds: 0 while moments come as they should. */
  readonly silentMs: number
}

/** When the subject would get fewer columns than this, the title leaves out the facts after it. */
const narrowestSubject = 10

const gap = '  '

/** Figures keep their columns while they change. */
const widths = { live: 10, error: 11, rate: 12, blocks: 10 }

function errorText(error: number): string {
  return error === 0 ? '' : `±${formatBytes(error)}`
}

function cellsOf(place: LivePlace): readonly string[] {
  const { liveBytes, liveBytesError, liveBlocks, allocatedBytesPerSecond, name } = place
  return [
    formatBytes(liveBytes),
    errorText(liveBytesError),
    formatCount(liveBlocks),
    `${formatBytes(allocatedBytesPerSecond)}/s`,
    printable(name),
  ]
}

/** The process, or how many they are. */
function processesText(pids: readonly number[]): string {
  return pids.length === 1 ? `pid ${pids[0]}` : `${formatCount(pids.length)} processes`
}

function titleLine({ pids, durationMs, intervalBytes }: LiveView, { subject, silentMs }: LiveTitle, style: TextStyle): string {
  const silent = silentMs === 0 ? [] : [`nothing told for ${formatDuration(silentMs)}`]
  const sampling = intervalBytes <= 1 ? 'every block sampled' : `one sample for ${formatBytes(intervalBytes)}`
  const facts = [formatDuration(durationMs), processesText(pids), sampling, ...silent].join(', ')
  const full = `allocscope track ${printable(subject)}`
  const room = style.width - displayWidth(facts) - gap.length
  if (room < narrowestSubject) return style.bold(elideMiddle(full, style.width))
  return `${style.bold(displayWidth(full) <= room ? full : elideMiddle(printable(subject), room))}${gap}${style.dim(facts)}`
}

function totalLine({ total, mappedBytes }: LiveView, style: TextStyle): string {
  const error = errorText(total.liveBytesError)
  const live = `live ${formatBytes(total.liveBytes)}${error === '' ? '' : ` ${error}`}`
  const allocated = `allocated ${formatBytes(total.allocatedBytesPerSecond)}/s`
  const blocks = `${live}, in ${formatCount(total.liveBlocks)} blocks, ${allocated}`
  const texts = [`${blocks}, mapped apart ${formatBytes(mappedBytes)}`, blocks, `${live}, ${allocated}`, live]
  return texts.find((text) => text.length <= style.width) ?? elideMiddle(live, style.width)
}

function placeLines(lines: readonly LivePlace[], room: number, style: TextStyle): readonly string[] {
  const right = { align: 'right' as const }
  const columns = [
    { title: 'Live'.padStart(widths.live), ...right, paint: style.accent },
    { title: ''.padStart(widths.error), ...right, dropRank: 2 },
    { title: 'Blocks'.padStart(widths.blocks), ...right, dropRank: 3 },
    { title: 'Allocated'.padStart(widths.rate), ...right, dropRank: 1 },
    { title: 'Where', elastic: true },
  ]
  const known = lines.filter(({ liveSamples, allocatedBytesPerSecond }) => liveSamples > 0 || allocatedBytesPerSecond > 0)
  // Of those that don't fit only their number stands there.
  const shown = known.length < room ? known : known.slice(0, Math.max(0, room - 2))
  const hidden = known.slice(shown.length)
  const hiddenBytes = hidden.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
  const rest =
    hidden.length === 0
      ? []
      : [elideMiddle(`  and ${formatCount(hidden.length)} more, together ${formatBytes(hiddenBytes)} live`, style.width)]
  return [...layOutTable(columns, shown.map(cellsOf), style), ...rest]
}

/** What a tracked program has live now, in at most `rows` lines: the lines of JavaScript that hold most. */
export function renderLiveTracking(view: LiveView, title: LiveTitle, rows: number, style: TextStyle): readonly string[] {
  const head = [titleLine(view, title, style), totalLine(view, style)]
  return [...head, ...placeLines(view.lines, rows - head.length, style)].slice(0, rows)
}

/** The same as plain lines, of the `top` places that hold most, each with the time. */
export function renderLiveLines({ pids, durationMs, total, mappedBytes, lines }: LiveView, top: number): string {
  const line = ({ liveBytes, liveBytesError, liveBlocks, allocatedBytesPerSecond }: Omit<LivePlace, 'name'>, where: string): string => {
    const error = errorText(liveBytesError)
    const live = `live ${formatBytes(liveBytes)}${error === '' ? '' : ` ${error}`} in ${formatCount(liveBlocks)} blocks`
    return `allocscope  ${formatDuration(durationMs)}  ${live}  allocated ${formatBytes(allocatedBytesPerSecond)}/s  ${where}\n`
  }
  const shown = lines.filter(({ liveSamples }) => liveSamples > 0).slice(0, top)
  const mapped = `allocscope  ${formatDuration(durationMs)}  mapped apart from malloc ${formatBytes(mappedBytes)}\n`
  const all = pids.length === 1 ? 'in all' : `in all, of ${processesText(pids)}`
  return [line(total, all), mapped, ...shown.map((place) => line(place, printable(place.name)))].join('')
}
