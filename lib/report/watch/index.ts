export { renderWatchEventJson, renderWatchEventLine, renderWatchLine } from './watch-lines.js'
export { renderWatchSummary } from './watch-summary.js'
export { renderWatchView } from './watch-view.js'
