import { pageColours } from '../page-head.js'
import { libraryStyle } from './plot-script.js'

/** The style sheet of a plot's page. Nothing in it refers to anything outside of the page. */
export const plotStyle = `${libraryStyle}
:root {${pageColours}
  --hover: light-dark(#eef2f7, #1e242c);
  --accent: light-dark(#0b62c4, #6cb2ff);
  --odd: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1320px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
button, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
h1 { margin: 0 0 2px; font-size: 19px; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 15px; overflow-wrap: anywhere; min-width: 0; flex: 1 1 200px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
.faint { color: var(--faint); font-size: 12.5px; }
.odd { color: var(--odd); }
section { margin-top: 16px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.choice { margin: 16px 0 0; }
.head { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin-bottom: 8px; }
.zooms { display: flex; gap: 6px; margin-left: auto; }
.plain { padding: 3px 10px; border: 1px solid var(--line); border-radius: 7px; background: var(--card); cursor: pointer; max-width: 100%; }
.plain:hover { background: var(--hover); }
.uplot, .uplot * { font-family: inherit; }
.u-select { background: light-dark(#0b62c422, #6cb2ff33); }
.u-vt .u-cursor-x { border-right-color: var(--ink); }
.u-cursor-y { display: none; }
.frame { overflow: hidden; touch-action: pan-y; }
.readout { display: block; min-height: 1.5em; margin: 4px 0 8px; color: var(--faint); font-size: 12.5px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; }
td { white-space: nowrap; }
th:first-child { text-align: left; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: 12px; }
.figures { table-layout: fixed; }
.figures th:first-child { width: 34%; }
.sum > * { font-weight: 620; }
i { display: inline-block; width: 11px; height: 11px; margin-right: 8px; border-radius: 3px; vertical-align: -1px; }
i.line-key { height: 3px; vertical-align: 3px; }
i.spare { background-image: repeating-linear-gradient(135deg, light-dark(#d58c61, #955816) 0 2px, transparent 2px 4px); }
details { margin-top: 12px; }
summary { cursor: pointer; font-size: 13px; font-weight: 620; }
.happenings { width: auto; max-width: 100%; }
.happenings th:first-child { min-width: 160px; }
.name { all: unset; cursor: pointer; color: var(--accent); }
.name:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
@media (max-width: 640px) {
  body { padding: 12px 8px; }
  section { padding: 12px 10px; }
  th, td { padding: 3px 4px; }
  table, .happenings { font-size: 12px; width: 100%; }
  .happenings th:first-child { min-width: 0; }
  .figures, .figures :is(thead, tbody) { display: block; }
  .figures tr { display: grid; grid-template: "name name name name" "start peak end here" / 1fr 1fr 1fr 1fr; border-bottom: 1px solid var(--line); padding: 2px 0; }
  .figures :is(th, td) { border-bottom: 0; }
  .figures th:first-child { grid-area: name; width: auto; padding-bottom: 0; }
  .figures thead th:first-child, .figures :is(th, td):nth-child(5) { display: none; }
  .figures thead tr { grid-template: "start peak end here" / 1fr 1fr 1fr 1fr; }
}
@media print { .zooms, select { display: none; } * { print-color-adjust: exact; } }
`
