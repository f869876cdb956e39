import { profileColumns } from '../../profile-columns.js'
import { pageStyle } from '../page-style.js'

const warmths = Array.from({ length: 11 }, (_, step) => `.w${step} { --warmth: ${(step === 0 ? 0 : 0.06 + step * 0.056).toFixed(3)}; }`)

function whereChosen(rule: (name: string) => string): string {
  return profileColumns.map((name) => `main:has(#m-${name}:checked) .source ${rule(name)}`).join('\n')
}

/** The style sheet of a project's pages. They have no script: which figure the heat shows is chosen by radio buttons alone. */
export const siteStyle = `${pageStyle}
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 small a { color: inherit; }
.bar { display: block; width: 100%; height: 3px; margin-top: 2px; fill: var(--bar); }
.files { margin: 16px 20px; }
.files td, .files th { border-bottom: 1px solid var(--line); }
.files :is(th, td):first-child { text-align: left; }
.files td:first-child { min-width: 150px; white-space: normal; overflow-wrap: anywhere; font-family: var(--mono); font-size: 13px; }
.functions tbody tr { cursor: auto; }
.functions a.name { color: var(--accent); cursor: pointer; }
.note { padding: 8px 14px; margin: 0; color: var(--faint); font-size: 12.5px; border-bottom: 1px solid var(--line); }
.source td.no a { color: inherit; }
.source tr { scroll-margin-top: 44px; }
.source tr:target td { background-color: var(--chosen); }
.source tr.dear td.no { color: var(--ink); font-weight: 700; box-shadow: inset 3px 0 rgb(var(--heat)); }
.source tr.inner td { color: var(--faint); }
.source tr.gap td.code { color: var(--faint); font-style: italic; }
${warmths.join('\n')}
${whereChosen((name) => `td.m-${name} { background-image: linear-gradient(rgba(var(--heat), var(--warmth, 0)), rgba(var(--heat), var(--warmth, 0))); }`)}
@media (max-width: 700px) {
  .files { margin: 10px 8px; }
  .files :is(th, td):nth-child(n + 4) { display: none; }
  .source :is(th, td).figure { display: none; }
  ${whereChosen((name) => `:is(th, td).m-${name} { display: table-cell; position: sticky; left: 46px; min-width: 76px; background-color: var(--card); }`)}
  ${whereChosen((name) => `th.m-${name} { z-index: 2; }`)}
}
`
