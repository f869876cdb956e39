import { formatCount } from '../figures/index.js'
import { diffLedgers } from '../ledger/index.js'
import type { ExplainedProgram, ExplainMoment, LedgerFigures, TakenLedger } from '../ledger/index.js'
import { lazily } from '../loading/index.js'
import { runtimeText } from '../loading/runtime.js'
import { formatDuration } from '../report/index.js'
import type { LedgerPage } from '../report/ledger-page/index.js'
import type { Output } from './open-output.js'
import { packageVersion } from './package-version.js'

/** Loaded when a page is written. */
const report = lazily(() => require('../report/ledger-page/index.js') as typeof import('../report/ledger-page/index.js'))

const momentTexts: Readonly<Record<ExplainMoment, string>> = {
  exit: 'at exit',
  peak: 'at its peak',
  signal: 'on SIGUSR2',
  interval: 'while it runs',
}

/** A page with more pictures than this is slow to open, and nobody looks at them all. */
const mostMoments = 30

/** `at exit, after 1.2 s`. */
export function momentTitle({ moment, elapsedMs }: TakenLedger): string {
  return `${momentTexts[moment]}, after ${formatDuration(elapsedMs)}`
}

/** How the program ended without a ledger. */
export function describeNone({ exitCode, signal }: ExplainedProgram): string {
  const how = signal === undefined ? `with exit code ${exitCode ?? 0}` : `by ${signal}`
  return `the program ended ${how} before a ledger could be taken; --every takes some while it runs`
}

/** The ledgers that the page shows: of many the first, the last, the one with the highest RSS, and others at even distances. */
export function chooseLedgers(ledgers: readonly TakenLedger[]): readonly TakenLedger[] {
  if (ledgers.length <= mostMoments) return ledgers
  const highest = ledgers.reduce((most, taken) => (taken.ledger.rssBytes > most.ledger.rssBytes ? taken : most))
  const step = (ledgers.length - 1) / (mostMoments - 2)
  const even = new Set(Array.from({ length: mostMoments - 1 }, (_, index) => ledgers[Math.round(index * step)]))
  return ledgers.filter((taken) => taken === highest || even.has(taken))
}

function write(output: Output, page: LedgerPage): void {
  output.write(report().renderLedgerHtml(page))
  output.close()
}

/** Writes the page of a program that was run. */
export function writeProgramPage(output: Output, command: string, explained: ExplainedProgram): void {
  const { ledgers, pid } = explained
  const shown = chooseLedgers(ledgers)
  const moments = shown.map((taken, index) => {
    const before = shown[index - 1]
    const change = before === undefined ? undefined : diffLedgers(taken.ledger, before.ledger)
    return { title: momentTitle(taken), ledger: taken.ledger, change }
  })
  const many = `${formatCount(ledgers.length)} ledgers were taken, and ${shown.length} of them are here; --json has all.`
  const notes = [...(ledgers.length === 0 ? [describeNone(explained)] : []), ...(shown.length < ledgers.length ? [many] : [])]
  write(output, { subject: command, facts: `allocscope ${packageVersion} explain, ${runtimeText}, pid ${pid}`, moments, notes })
}

/** Writes the page of a process that was read from outside. */
export function writeProcessPage(output: Output, ledger: LedgerFigures): void {
  const moments = [{ title: 'now, from outside', ledger, change: undefined }]
  write(output, { subject: `process ${ledger.pid}`, facts: `allocscope ${packageVersion} explain`, moments, notes: [] })
}
