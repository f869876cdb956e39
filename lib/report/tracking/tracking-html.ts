import type { LiveOverTime, TrackingReport } from '../../track/index.js'
import { printable } from '../display-width.js'
import { embeddedJson } from '../json.js'
import { escapeMarkup, hashOf } from '../markup.js'
import { openPage } from '../page-head.js'
import { pageScript } from './flame-script.js'
import { makePageData } from './page-data.js'
import { describeAllocated, describeLive } from './tracking-text.js'
import { trackingStyle } from './tracking-style.js'

/** Allows only this script and this style sheet. Nothing may be fetched or sent. */
function contentPolicy(): string {
  const nothing = ['default-src', 'base-uri', 'form-action'].map((directive) => `${directive} 'none'`)
  return [...nothing, `script-src ${hashOf(pageScript)}`, `style-src ${hashOf(trackingStyle)}`].join('; ')
}

/**
 * A report as one HTML file that needs nothing else: flame graphs of what is live and of what was allocated, and the functions by figures. With `times` a
 * slider shows what was live when.
 */
export function renderTrackingHtml(report: TrackingReport, program: string, times?: LiveOverTime): string {
  const name = escapeMarkup(printable(program))
  const facts = [describeLive(report), describeAllocated(report)].map((text) => `<p class="faint">${escapeMarkup(text)}</p>`)
  const notes = report.limitations.map((text) => `<p class="odd">${escapeMarkup(printable(text))}</p>`)
  return `${openPage({ title: `${name} – allocscope track`, policy: contentPolicy(), style: trackingStyle })}<h1><bdi>${name}</bdi>: native allocations</h1>
${[...facts, ...notes].join('\n')}
<noscript><p>The figures are in this file as JSON; showing them takes JavaScript.</p></noscript>
<main></main>
<script type="application/json" id="tracking">${embeddedJson({ version: 1, ...makePageData(report, times) })}</script>
<script>${pageScript}</script>
</body>
</html>
`
}
