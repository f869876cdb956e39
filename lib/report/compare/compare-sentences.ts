import type { Comparison, Finding } from '../../compare/index.js'
import { formatShare } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'
import { figureFormats } from './figure-formats.js'
import type { FigureFormat } from './figure-formats.js'

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) as string}`
}

/** A probability, never as 0: `p = 0.032`, `p < 0.0001`. */
export function formatP(value: number): string {
  if (value < 0.0001) return 'p < 0.0001'
  return `p = ${value >= 0.9995 ? '1' : value.toPrecision(2)}`
}

type Amount = (finding: Finding) => string

/** Writes a difference of medians, and its share of the first row's median: `-120.0 MiB, -30.1 %`. */
function amountsOf({ settings, baseline }: Comparison, { figure, format }: FigureFormat): Amount {
  const median = settings.find(({ setting }) => setting.label === baseline)?.spreads[figure]?.median
  return ({ difference }) => {
    const sign = difference < 0 ? '-' : '+'
    const amount = `${sign}${format(Math.abs(difference))}`
    return median === undefined || median === 0 ? amount : `${amount}, ${sign}${formatShare(Math.abs(difference) / median)}`
  }
}

function directionOf({ difference }: Finding): string {
  if (difference === 0) return 'other, with the same median,'
  return difference < 0 ? 'lower' : 'higher'
}

/** `lower under a (…) and b (…)`, for each direction that there is. */
function grouped(findings: readonly Finding[], describe: (finding: Finding) => string): readonly string[] {
  const directions = [...new Set(findings.map(directionOf))]
  return directions.map((direction) => {
    const rows = findings.filter((finding) => directionOf(finding) === direction)
    return `${direction} under ${listed(rows.map((finding) => `${finding.label} (${describe(finding)})`))}`
  })
}

function withVerdict(findings: readonly Finding[], verdict: Finding['verdict']): readonly Finding[] {
  return findings.filter((finding) => finding.verdict === verdict)
}

/** What is said of a figure whose runs are too few for the test: only whether any overlap. */
function describeTooFew(findings: readonly Finding[], amount: Amount): readonly string[] {
  const apart = grouped(
    findings.filter(({ isApart }) => isApart),
    amount,
  )
  return apart.length === 0 ? [] : [`not tested; all runs are ${apart.join('; all runs are ')}`]
}

function describeFigure(comparison: Comparison, format: FigureFormat): readonly string[] {
  const findings = comparison.findings.filter(({ figure }) => figure === format.figure)
  const amount = amountsOf(comparison, format)
  const notShown = withVerdict(findings, 'not-shown')
  const parts = [
    ...grouped(withVerdict(findings, 'differs'), (finding) => `${amount(finding)}, ${formatP(finding.adjustedP)}`),
    ...(notShown.length === 0
      ? []
      : [`no difference beyond noise shown for ${listed(notShown.map(({ label, adjustedP }) => `${label} (${formatP(adjustedP)})`))}`]),
    ...describeTooFew(withVerdict(findings, 'too-few-runs'), amount),
  ]
  return parts.length === 0 ? [] : [`${format.name}: ${parts.join('; ')}.`]
}

/** Where the test can't say anything yet, and what can be said instead. */
function describeLack({ findings, test, baseline }: Comparison): readonly string[] {
  const untested = withVerdict(findings, 'too-few-runs')
  if (untested.length === 0) return []
  const labels = [...new Set(untested.map(({ label }) => label))]
  const chances = [...new Set(untested.filter(({ isApart }) => isApart).map(({ pValue }) => `${(pValue * 100).toPrecision(2)} %`))]
  const lack = `Whether ${listed(labels)} ${labels.length === 1 ? 'differs' : 'differ'} from ${baseline} can't be told with so few runs: the test needs ${test.runsNeeded} under each setting (--runs ${test.runsNeeded}).`
  if (chances.length === 0) return [lack]
  return [lack, `Where no run overlaps with ${baseline}'s it is said below; chance alone does that in ${listed(chances)} of such pairs.`]
}

/** What differs beyond noise, and what wasn't shown to: a sentence for each figure. */
export function describeFindings(comparison: Comparison): readonly string[] {
  if (comparison.findings.length === 0) return ['Nothing could be compared: fewer than two settings have runs.']
  return [...describeLack(comparison), ...figureFormats.flatMap((format) => describeFigure(comparison, format))]
}

/** The test behind the sentences. */
export function describeTest({ baseline, test, findings }: Comparison): readonly string[] {
  if (findings.length === 0) return []
  const { name, level, comparisons } = test
  const adjusted = comparisons === 1 ? '' : `; p is adjusted for the ${comparisons} comparisons of a figure (Holm)`
  return [
    `Each row against ${baseline}: ${name}${adjusted}, and a difference is called one where p is at most ${level}. ` +
      `What isn't shown to differ may still differ by less than the noise.`,
  ]
}

/** How the figures were taken. */
export function describeMethod({ drive, processors, settings, settleMs }: Comparison): string {
  const time =
    drive === undefined ? "time is from the process's start to its exit event" : 'time is that of the driver, from its start to its end'
  const later = settleMs === 0 ? '' : `, after ${formatDuration(settleMs)} more`
  const runs = Math.max(0, ...settings.map((row) => row.runs.length))
  const spread = runs < 2 ? 'One run of each' : `Medians; beneath them how far the farthest of ${runs} runs lies from the median`
  return (
    `${spread}. Fresh processes, interleaved, on ${processors} processors. ` +
    `After release: RSS when the work was done, garbage collected and RSS stood still${later}, nothing purged; ${time}.`
  )
}
