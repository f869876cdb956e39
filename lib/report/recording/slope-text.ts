import type { ProcessSlope, Slope, SlopeVerdict } from '../../record/analysis/index.js'
import { formatByteChange, formatCount } from '../../figures/index.js'
import { renderProse } from '../section.js'
import { layOutTable } from '../table.js'
import type { TextStyle } from '../text-style.js'
import { commandText, formatMoment, formatRates } from './recording-words.js'

const verdicts: Readonly<Record<SlopeVerdict, string>> = {
  growing: 'is growing',
  shrinking: 'is shrinking',
  level: 'is level',
  'too-short': 'too short to tell',
}

function windowOf({ fromMs, toMs }: Slope): string {
  return `from ${formatMoment(fromMs)} to ${formatMoment(toMs)}`
}

/** A slope in words: `is growing by +3.1 MiB/h (95 %: +2.2 MiB/h to +4.0 MiB/h)`. */
export function describeSlope(slope: Slope): string {
  const [rate, low, high, hidden] = formatRates([
    slope.bytesPerSecond,
    slope.lowBytesPerSecond,
    slope.highBytesPerSecond,
    slope.hiddenBytesPerSecond,
  ]) as [string, string, string, string]
  if (slope.shortOf === 'samples')
    return `has no trend that can be told: ${formatCount(slope.samples)} samples are too few to tell whether it grows`
  if (slope.shortOf === 'independent-stretches') {
    return 'has no trend that can be told: the window holds too few movements to tell a trend from one of them'
  }
  const interval = `95 %: ${low} to ${high}`
  return slope.verdict === 'level'
    ? `is level, ${rate} (${interval}): growth of up to ${hidden} could hide in it`
    : `${verdicts[slope.verdict]} by ${rate} (${interval})`
}

function slopeRow(name: string, slope: Slope): string[] {
  const rates = formatRates([slope.bytesPerSecond, slope.lowBytesPerSecond, slope.highBytesPerSecond])
  const known = slope.lowBytesPerSecond === undefined ? [formatByteChange(undefined), ...rates.slice(1)] : rates
  return [name, formatMoment(slope.fromMs), formatMoment(slope.toMs), formatCount(slope.samples), ...known, verdicts[slope.verdict]]
}

/** What `allocscope slope` prints. */
export function renderSlope({ file, pid, command, slope, secondHalf }: ProcessSlope, style: TextStyle): string {
  const right = { align: 'right' as const }
  const columns = [
    {},
    { title: 'from', ...right },
    { title: 'to', ...right },
    { title: 'samples', ...right, dropRank: 2 },
    { title: 'slope', ...right, paint: style.accent },
    { title: '95 %: from', ...right, dropRank: 1 },
    { title: 'to', ...right, dropRank: 1 },
    { title: '' },
  ]
  const differs = secondHalf.verdict !== slope.verdict && secondHalf.verdict !== 'too-short'
  const half = differs ? ` In the second half alone it ${describeSlope(secondHalf)}.` : ''
  const lines = [
    '',
    `${style.bold(commandText(file))}  ${style.dim(`${commandText(command)}, pid ${pid}`)}`,
    '',
    ...renderProse(`RSS ${describeSlope(slope)}, ${windowOf(slope)}.${half}`, '  ', style, style.bold),
    '',
    ...layOutTable(columns, [slopeRow('the window', slope), slopeRow('its second half', secondHalf)], style),
  ]
  return `${lines.join('\n')}\n`
}
