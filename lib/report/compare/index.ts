export { renderComparisonHtml } from './compare-html.js'
export { renderComparison, renderComparisonJson } from './compare-text.js'
