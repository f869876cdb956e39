export type { ExplainMoment, TakenLedger } from './explain-channel.js'
export { explainProgram } from './explain-program.js'
export type { ExplainedProgram, ExplainProgramOptions, FollowingLedger } from './explain-program.js'
export { explainProcess, explainRss, explainRssAsync } from './explain-rss.js'
export type { ExplainOptions } from './explain-rss.js'
export type { LimitForecast } from './limit-forecast.js'
export { readOwnerSums } from './owner-sums.js'
export type { OwnerSums } from './owner-sums.js'
export { diffLedgers } from './rss-ledger.js'
export type {
  LedgerChange,
  LedgerDiff,
  LedgerEntry,
  LedgerEvidence,
  LedgerFigures,
  LedgerOwner,
  RssLedger,
  UnexplainedStretch,
} from './rss-ledger.js'
