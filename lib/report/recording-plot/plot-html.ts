import { printable } from '../display-width.js'
import { embeddedJson } from '../json.js'
import { escapeMarkup, hashOf } from '../markup.js'
import { openPage } from '../page-head.js'
import { makePageData } from './page-data.js'
import type { PlotChoice, PlottedRecording } from './plot-model.js'
import { pageScript } from './plot-script.js'
import { plotStyle } from './plot-style.js'
import { commandOf } from './recording-words.js'

/** Allows only this script and this style sheet. Nothing may be fetched or sent. */
function contentPolicy(): string {
  const nothing = ['default-src', 'base-uri', 'form-action'].map((directive) => `${directive} 'none'`)
  return [...nothing, `script-src ${hashOf(pageScript)}`, `style-src ${hashOf(plotStyle)}`].join('; ')
}

/** The recordings as one HTML file that needs nothing else. Undefined when there is no sample in the time that was chosen. */
export function renderPlotHtml(recordings: readonly PlottedRecording[], choice: PlotChoice): string | undefined {
  const data = makePageData(recordings, choice)
  if (data.recordings.length === 0) return undefined
  const name = escapeMarkup(printable([...new Set(recordings.map(({ recording }) => commandOf(recording)))].join(' | ')))
  return `${openPage({ title: `${name} – allocscope plot`, policy: contentPolicy(), style: plotStyle })}<h1><bdi>${name}</bdi></h1>
<noscript><p>The figures are in this file as JSON; showing them takes JavaScript.</p></noscript>
<main></main>
<script type="application/json" id="plot">${embeddedJson({ version: 1, ...data })}</script>
<script>${pageScript}</script>
</body>
</html>
`
}
