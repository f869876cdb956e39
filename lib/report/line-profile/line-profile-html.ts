import { openPage } from '../page-head.js'
import type { ProfileSeries } from '../../profile/index.js'
import { embeddedJson } from '../json.js'
import { printable } from '../display-width.js'
import { escapeMarkup, hashOf } from '../markup.js'
import { pageScript } from './page-script.js'
import { pageStyle } from './page-style.js'
import { viewProfile } from './line-profile-json.js'
import type { ProfileView } from './profile-selection.js'
import { ProfileSums } from './profile-sums.js'
import { totalsTables } from './profile-totals.js'

/** Allows only this script and this style sheet. Nothing may be fetched or sent. */
function contentPolicy(): string {
  const nothing = ['default-src', 'base-uri', 'form-action'].map((directive) => `${directive} 'none'`)
  return [...nothing, `script-src ${hashOf(pageScript)}`, `style-src ${hashOf(pageStyle)}`].join('; ')
}

const columns: readonly (readonly [key: string, title: string])[] = [
  ['name', 'Function'],
  ['allocated', 'Allocated'],
  ['increment', 'Net'],
  ['peak', 'Peak RSS'],
  ['calls', 'Calls'],
]

const functionsPanel = `<section class="functions" id="functions" aria-label="Functions">
<div class="tools"><input id="filter" type="search" placeholder="Filter functions and files" aria-label="Filter functions and files" autocomplete="off" spellcheck="false"><kbd>/</kbd><span class="count" id="count" aria-live="polite"></span></div>
<div class="scroll"><table><thead><tr>${columns
  .map(([key, title]) => `<th scope="col" data-sort="${key}"><button type="button">${title}</button></th>`)
  .join('')}</tr></thead><tbody></tbody></table></div>
</section>`

/**
 * The profile as one HTML file that needs nothing else, in parts. Source lines and other texts of the profile may contain anything. So they are in the page as
 * JSON that can't end its element, they reach the document only as text nodes, and the page's policy allows no script but its own.
 */
export function* renderLineProfilesHtml(profiles: ProfileSeries, title: string, view: ProfileView): Generator<string> {
  const name = escapeMarkup(printable(title))
  yield `${openPage({ title: `${name} – allocscope profile`, policy: contentPolicy(), style: pageStyle })}<header><h1><small>allocscope profile</small><bdi>${name}</bdi></h1><div class="chips" id="chips"></div><select class="plain" id="threads" aria-label="Thread" hidden></select><button class="plain" id="theme" type="button">Light / dark</button></header>
<noscript><p class="empty">The figures are in this file as JSON; showing them takes JavaScript.</p></noscript>
<main>
${functionsPanel}
<section class="source" id="source" aria-label="Source" aria-live="off"></section>
</main>
<section class="totals" id="totals" aria-label="Totals" hidden></section>
<section class="notes" id="notes" aria-label="Notes" hidden></section>
<script type="application/json" id="profile">{"version":1,"columns":${embeddedJson(view.columns)},"profiles":[`
  const sums = new ProfileSums()
  let separator = ''
  for (const profile of profiles) {
    sums.add(profile)
    yield separator + embeddedJson(viewProfile(profile, view))
    separator = ','
  }
  yield `],"totals":${embeddedJson(totalsTables(sums.totals(), view))}}</script>
<script>${pageScript}</script>
</body>
</html>
`
}
