import { pageColours } from '../page-head.js'

/** The style sheet of a tracking report's page. JavaScript and native code differ in colour and in shape, for readers who don't tell the colours apart. */
export const trackingStyle = `
:root {${pageColours}
  --hover: light-dark(#eef2f7, #1e242c);
  --accent: light-dark(#0b62c4, #6cb2ff);
  --odd: light-dark(#b3261e, #ff8a80);
  --script: light-dark(#9cc8ff, #304f9b);
  --native: light-dark(#f0c9a8, #6b4520);
  --stripe: light-dark(#e6b78f, #7d5530);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1320px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
button, select, input { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
h1 { margin: 0 0 2px; font-size: 19px; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 15px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
.faint { color: var(--faint); font-size: 12.5px; }
.odd { color: var(--odd); }
section { margin-top: 16px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.head { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin-bottom: 8px; }
.plain { padding: 3px 10px; border: 1px solid var(--line); border-radius: 7px; background: var(--card); max-width: 100%; }
button.plain, select.plain { cursor: pointer; }
button.plain:hover { background: var(--hover); }
input.plain { flex: 1 1 160px; min-width: 0; }
.key { display: flex; gap: 14px; margin: 0; padding: 0; list-style: none; font-size: 12.5px; }
.key i { display: inline-block; width: 26px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.flame { position: relative; overflow: hidden; }
.cell { position: absolute; height: 19px; padding: 0 4px; border: 0; font: 12px/19px var(--mono); text-align: left; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; cursor: pointer; }
.script { background: var(--script); border-radius: 0; }
.native { background: repeating-linear-gradient(135deg, var(--native) 0 6px, var(--stripe) 6px 7px); border-radius: 7px; }
.cell:hover { filter: brightness(0.93); }
.cell.above { opacity: 0.6; }
.searching .cell:not(.hit) { opacity: 0.25; }
.whole { background: light-dark(#dde2e8, #2b323b); }
.empty { padding: 8px 0; color: var(--faint); }
.readout { display: block; min-height: 3em; margin: 6px 0 0; font-size: 12.5px; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.times { margin: 0 0 10px; }
.times[hidden] { display: none; }
.times svg { display: block; width: calc(100% - 16px); height: 40px; margin: 0 8px; }
.times path { fill: light-dark(#c3cdd8, #3d4855); }
.times .mark { stroke: var(--odd); stroke-width: 2px; vector-effect: non-scaling-stroke; }
.times input { display: block; width: 100%; height: 16px; margin: 2px 0; accent-color: var(--accent); }
.split { margin: 6px 0; color: var(--faint); font-size: 12.5px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; white-space: nowrap; }
th:last-child, td:last-child { text-align: left; width: 100%; white-space: normal; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: 12px; }
.name { all: unset; cursor: pointer; color: var(--accent); overflow-wrap: anywhere; }
.name:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
@media (max-width: 640px) {
  body { padding: 12px 8px; }
  section { padding: 12px 10px; }
  th, td { padding: 3px 4px; }
  table { font-size: 12px; }
  table, thead, tbody { display: block; }
  tr { display: grid; grid-template: "name name name name" "own ownshare total totalshare" / 1fr 1fr 1fr 1fr; border-bottom: 1px solid var(--line); padding: 2px 0; }
  th, td { border-bottom: 0; white-space: normal; }
  td:last-child { grid-area: name; }
  thead th:last-child { display: none; }
}
@media (prefers-color-scheme: dark) { .cell:hover { filter: brightness(1.15); } }
@media print { .head { display: none; } * { print-color-adjust: exact; } }
`
