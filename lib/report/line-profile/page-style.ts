import { pageColours } from '../page-head.js'

/** The style sheet of the HTML report. Nothing in it refers to anything outside of the page. */
export const pageStyle = `
:root {${pageColours}
  --hover: light-dark(#eef2f7, #1e242c);
  --chosen: light-dark(#e2edfb, #1b2c42);
  --accent: light-dark(#0b62c4, #6cb2ff);
  --bar: light-dark(#9cc5f5, #2f5f96);
  --heat: 220, 68, 12;
  --keyword: light-dark(#7c3aad, #c79bf2);
  --string: light-dark(#0f6b3c, #7fd3a0);
  --comment: light-dark(#69747f, #7d8996);
  --number: light-dark(#a4500b, #f0ab69);
  --odd: light-dark(#b3261e, #ff8a80);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
}
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 var(--sans); }
button, input, select { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; padding: 14px 20px; background: var(--card); border-bottom: 1px solid var(--line); }
h1 { margin: 0; font-size: 17px; font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h1 small { color: var(--faint); font-weight: 450; font-size: 13px; margin-right: 8px; letter-spacing: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; flex: 1; }
.chip { padding: 1px 9px; border: 1px solid var(--line); border-radius: 999px; color: var(--faint); font-size: 12px; white-space: nowrap; }
.chip.bad { color: var(--odd); border-color: currentColor; }
.plain { padding: 4px 11px; border: 1px solid var(--line); border-radius: 7px; background: var(--card); cursor: pointer; }
.plain:hover { background: var(--hover); }
main { display: grid; grid-template-columns: minmax(480px, 36%) minmax(0, 1fr); gap: 16px; padding: 16px 20px; align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.functions { position: sticky; top: 16px; max-height: calc(100vh - 32px); display: flex; flex-direction: column; }
.tools { display: flex; gap: 8px; align-items: center; padding: 10px 12px; border-bottom: 1px solid var(--line); }
.tools input { flex: 1; min-width: 0; padding: 5px 10px; border: 1px solid var(--line); border-radius: 7px; background: var(--paper); }
.tools .count { color: var(--faint); font-size: 12px; white-space: nowrap; }
.scroll { overflow: auto; }
.source .scroll { max-height: calc(100vh - 40px); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { position: sticky; top: 0; z-index: 1; background: var(--card); text-align: right; font-weight: 500; font-size: 12px; color: var(--faint); padding: 6px 10px; box-shadow: inset 0 -1px var(--line); white-space: nowrap; }
th button { all: unset; cursor: pointer; }
th button:hover { color: var(--ink); }
th button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
th[aria-sort="ascending"] button::after { content: " \\2191"; }
th[aria-sort="descending"] button::after { content: " \\2193"; }
th[aria-sort="ascending"], th[aria-sort="descending"] { color: var(--ink); }
th:first-child, .functions td:first-child { text-align: left; }
td { padding: 5px 10px; text-align: right; white-space: nowrap; }
.functions tbody tr { cursor: pointer; border-bottom: 1px solid var(--line); }
.functions tbody tr:hover { background: var(--hover); }
.functions tbody tr.chosen { background: var(--chosen); }
.functions td { font-size: 13px; padding: 5px 8px; }
.functions th { padding: 6px 8px; }
.functions td:first-child { max-width: 170px; overflow: hidden; }
.name { all: unset; display: block; max-width: 100%; overflow: hidden; text-overflow: ellipsis; font-family: var(--mono); font-size: 13px; cursor: pointer; }
.name:focus-visible { outline: 2px solid var(--accent); outline-offset: -1px; border-radius: 3px; }
.place { display: block; overflow: hidden; text-overflow: ellipsis; color: var(--faint); font-size: 11.5px; }
.share { display: block; height: 3px; margin-top: 2px; border-radius: 2px; background: var(--bar); margin-left: auto; }
.source h2 { margin: 0; font: 600 15px/1.4 var(--mono); overflow-wrap: anywhere; }
.head { padding: 12px 14px 10px; border-bottom: 1px solid var(--line); }
.head .place { white-space: normal; overflow-wrap: anywhere; font-size: 12.5px; }
.figures { display: flex; flex-wrap: wrap; gap: 6px 26px; margin-top: 10px; }
.figures div { display: flex; flex-direction: column; }
.figures span { color: var(--faint); font-size: 11.5px; }
.figures b { font-weight: 620; font-size: 16px; font-variant-numeric: tabular-nums; }
.metric { display: inline-flex; flex-wrap: wrap; max-width: 100%; margin: 12px 0 2px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.metric label { padding: 3px 12px; font-size: 12.5px; cursor: pointer; border-left: 1px solid var(--line); }
.metric label:first-of-type { border-left: 0; }
.metric label:has(:checked) { background: var(--chosen); color: var(--accent); font-weight: 550; }
.metric label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -2px; }
.metric input { position: absolute; opacity: 0; pointer-events: none; }
.source th { padding: 6px 8px; }
.source td { font: 12.5px/1.55 var(--mono); padding: 0 8px; color: var(--ink); }
.source tr.idle td { color: var(--faint); }
.source tr:hover td { background-color: var(--hover); }
.source td.no { color: var(--faint); user-select: none; border-right: 1px solid var(--line); }
.source td.hot { min-width: 84px; background-image: linear-gradient(rgba(var(--heat), var(--warmth, 0)), rgba(var(--heat), var(--warmth, 0))); }
.source td.code { text-align: left; white-space: pre; tab-size: 4; direction: ltr; unicode-bidi: isolate; width: 100%; border-left: 1px solid var(--line); }
.source th:last-child { text-align: left; }
.k { color: var(--keyword); } .s { color: var(--string); } .c { color: var(--comment); font-style: italic; } .n { color: var(--number); }
.odd { color: var(--odd); border: 1px solid currentColor; border-radius: 3px; padding: 0 2px; font-size: 10.5px; }
.totals { margin: 0 20px 16px; }
.totals h2 { margin: 0; padding: 12px 14px 6px; font-size: 14px; font-weight: 620; }
.totals p { margin: 0; padding: 4px 14px 10px; color: var(--faint); font-size: 12.5px; }
.totals .scroll { max-height: 38vh; }
.totals td { border-top: 1px solid var(--line); font-size: 13px; }
.totals .word { text-align: left; }
.totals tbody tr:last-child td:first-child { font-weight: 620; }
.notes { margin: 0 20px 20px; padding: 10px 16px; color: var(--faint); font-size: 12.5px; }
.notes ul { margin: 0; padding-left: 18px; }
.empty { padding: 40px; text-align: center; color: var(--faint); }
kbd { padding: 0 5px; border: 1px solid var(--line); border-radius: 4px; font: 11px var(--mono); }
@media (max-width: 1480px) {
  main { grid-template-columns: 350px minmax(0, 1fr); }
  .functions :is(th, td):nth-child(n + 4) { display: none; }
}
@media (max-width: 1080px) {
  main { grid-template-columns: minmax(0, 1fr); }
  .functions { max-height: 44vh; position: static; }
  .functions :is(th, td):nth-child(n + 4) { display: table-cell; }
}
@media (max-width: 700px) {
  header { padding: 10px 12px; }
  main { padding: 10px 8px; gap: 10px; }
  .totals { margin: 0 8px 10px; }
  .notes { margin: 0 8px 10px; }
  .functions { max-height: 34vh; }
  .functions :is(th, td):nth-child(n + 4) { display: none; }
  .source .scroll { max-height: 88vh; }
  .source :is(th, td).figure:not(.hot) { display: none; }
  .source :is(th, td) { padding-left: 6px; padding-right: 6px; }
  .source :is(th, td):is(.no, .hot) { position: sticky; background-color: var(--card); }
  .source :is(th, td).no { left: 0; min-width: 46px; max-width: 46px; }
  .source :is(th, td).hot { left: 46px; min-width: 76px; }
  .source th:is(.no, .hot) { z-index: 2; }
}
@media print { main { display: block; } .functions { position: static !important; max-height: none !important; margin-bottom: 12px; } .tools, .metric, header button { display: none; } }
`
