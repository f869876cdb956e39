import { formatBytes, formatCount } from '../../figures/index.js'
import type { RecordReport } from '../../record/index.js'
import { formatDuration } from '../duration-format.js'
import { renderJson } from '../json.js'
import type { TextStyle } from '../text-style.js'

const endings: Readonly<Record<RecordReport['reason'], string>> = {
  'program-ended': '',
  interrupted: ', until it was interrupted',
  timeout: ', until its time was over',
  'disk-full': ', until the file could not be written any more',
  stopped: ', until it was stopped',
}

function describeLost({ lostSamples, missedSamples }: RecordReport): readonly string[] {
  const lost = lostSamples === 0 ? [] : [`${formatCount(lostSamples)} lost, as nobody took them in time or the file could not be written`]
  const missed = missedSamples === 0 ? [] : [`${formatCount(missedSamples)} not taken, as the system did not run the recorder in time`]
  return lost.length + missed.length === 0 ? [] : [`Samples: ${[...lost, ...missed].join('; ')}.`]
}

/** What `allocscope record` says at the end. */
export function renderRecordEnd(report: RecordReport, style: TextStyle): string {
  const { file, durationMs, samples, peakRssBytes, children, inside, failure } = report
  const others = children === 0 ? '' : ` and ${formatCount(children)} other process${children === 1 ? '' : 'es'}`
  const head = `${formatCount(samples)} samples${others} in ${formatDuration(durationMs)}${endings[report.reason]}; peak RSS${children === 0 ? '' : ' of the program'} ${formatBytes(peakRssBytes)}`
  const lines = [
    `allocscope: recorded ${style.bold(file)}: ${head}.`,
    ...(inside ? [] : ['From outside alone: no figures of V8, of the allocator, no collections and no marks.']),
    ...describeLost(report),
    ...(failure === undefined ? [] : [`The file is good up to where it ends: ${failure}.`]),
    `See it: allocscope plot ${file}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The same as JSON. */
export function renderRecordEndJson(report: RecordReport): string {
  return renderJson(report)
}
