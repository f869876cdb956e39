export { renderLedgerHtml } from './ledger-html.js'
export type { LedgerMoment, LedgerPage } from './ledger-html.js'
