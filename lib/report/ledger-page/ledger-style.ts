import { familyRules } from '../owner-palette.js'
import { pageColours } from '../page-head.js'

/** A figure is whole or not there: rectangles too small for one of eleven characters show their name, and then nothing. */
const containers = `
.tile, .owner { container-type: size; }
@container (max-width: 175px) { .label { flex-direction: column; gap: 0; } }
@container (max-width: 175px) and (max-height: 39px) { .tile > .label > b { display: none; } }
@container (max-width: 94px) { .tile > .label > b { display: none; } }
@container (max-width: 44px) or (max-height: 19px) { .tile > .label { display: none; } }
@container (max-width: 130px) or (max-height: 66px) { .parts { display: none; } }
@container (max-width: 175px) and (max-height: 43px) { .frame > .label > b { display: none; } }
@container (max-width: 104px) { .frame > .label > b { display: none; } }
@container (max-width: 52px) or (max-height: 23px) { .frame > .label { display: none; } }
`

/** The style sheet of the ledger's page. Nothing in it refers to anything outside of the page. */
export const ledgerStyle = `
:root {${pageColours}
  --accent: light-dark(#0b62c4, #6cb2ff);
  --odd: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1320px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 2px; font-size: 19px; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 15px; }
h3 { margin: 22px 0 6px; font-size: 14px; overflow-wrap: anywhere; }
p { margin: 4px 0; overflow-wrap: anywhere; }
a { color: var(--accent); }
.faint { color: var(--faint); font-size: 12.5px; }
.odd { color: var(--odd); }
section, .moment { margin-top: 16px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
summary { cursor: pointer; }
summary h2 { display: inline; margin: 0; font-size: 16px; overflow-wrap: anywhere; }
.moment > summary { margin-bottom: 2px; }
.owners { margin: 4px 0 12px; max-width: 130ch; scroll-margin-top: 64px; }
.owners b, .label b { white-space: nowrap; font-variant-numeric: tabular-nums; }
${familyRules()}
.tile, .frame, i, rect { background-color: var(--fill); fill: var(--fill); }
.spare:is(.tile, .frame, i) { background-image: repeating-linear-gradient(135deg, var(--gap) 0 5px, transparent 5px 10px); }
rect { stroke: var(--card); stroke-width: 1px; vector-effect: non-scaling-stroke; }
rect.spare { fill: var(--gap); stroke: var(--fill); stroke-width: 2px; }
i { display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 3px; vertical-align: -1px; }
.map { position: relative; height: 440px; margin: 0 -2px; }
.owner, .tile { position: absolute; overflow: hidden; }
.owner { padding: 2px; }
.frame { display: flex; flex-direction: column; height: 100%; border-radius: 5px; overflow: hidden; }
.frame:has(.parts) > .label { padding: 3px 7px; font-size: 13px; }
.parts { position: relative; flex: 1; min-height: 0; }
.tile { border: 1px solid var(--card); }
.label { display: flex; gap: 8px; padding: 1px 6px; font-size: 12px; line-height: 1.45; min-width: 0; }
.label bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; }
.label b { font-weight: 620; flex: none; }
${containers}
.rows { display: grid; grid-template-columns: minmax(0, max-content) minmax(80px, 1fr) max-content max-content; gap: 6px 12px; align-items: center; grid-auto-flow: row dense; }
.rows a { grid-column: 1; }
.rows svg { grid-column: 2; }
.rows output { grid-column: 3; font: 12.5px var(--mono); text-align: right; white-space: nowrap; }
.rows output.faint { grid-column: 4; color: var(--faint); }
svg { display: block; width: 100%; height: 20px; border-left: 1px solid var(--faint); }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 12px 0 0; padding: 0; list-style: none; font-size: 12.5px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); font-weight: 400; }
td { white-space: nowrap; }
th:first-child { text-align: left; overflow-wrap: anywhere; }
thead th { color: var(--faint); font-size: 12px; }
tbody th { padding-left: 28px; }
.of > *, tfoot > tr > * { font-weight: 620; }
.of th, .changes th, .group th { padding-left: 10px; }
.group th.part { padding-left: 26px; }
.group { width: auto; }
.group th:first-child { white-space: nowrap; overflow-wrap: normal; }
.group .word { white-space: normal; overflow-wrap: anywhere; }
.stretches { width: auto; }
.stretches td { font: 12px var(--mono); }
.stretches td.word { overflow-wrap: anywhere; white-space: normal; }
th small { color: var(--faint); white-space: nowrap; }
.word { text-align: left; color: var(--faint); }
.stretches th:first-child { text-align: left; }
details > details { margin-top: 10px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; font-size: 13px; }
dt { font-weight: 620; }
dd { margin: 0; color: var(--faint); }
ul { margin: 0; padding-left: 18px; font-size: 13px; }
li { overflow-wrap: anywhere; }
@media (max-width: 640px) {
  body { padding: 12px 8px; }
  section, .moment { padding: 12px 10px; }
  .map { height: 480px; }
  th, td { padding: 3px 5px; }
  tbody th { padding-left: 16px; }
  .of th, .changes th, .group th { padding-left: 2px; }
  .group th.part { padding-left: 12px; }
  table { font-size: 12px; }
  .rows { grid-template-columns: minmax(0, 1fr) max-content max-content; }
  .rows output { grid-column: 2; }
  .rows output.faint { grid-column: 3; }
  .rows svg { grid-column: 1 / -1; margin-bottom: 6px; }
  .ledger, .ledger :is(thead, tbody, tfoot) { display: block; }
  .ledger tr { display: grid; grid-template: "name name name" "known bytes share" / 1fr 84px 62px; border-bottom: 1px solid var(--line); padding: 2px 0; }
  .ledger .line, .ledger thead tr { grid-template: "name bytes share" / 1fr 84px 62px; }
  .ledger :is(th, td) { border-bottom: 0; padding-top: 0; padding-bottom: 0; }
  .ledger :first-child:is(th) { grid-area: name; }
  .ledger :nth-child(2):is(th, td) { grid-area: bytes; }
  .ledger :nth-child(3):is(th, td) { grid-area: share; }
  .ledger td:nth-child(4) { grid-area: known; padding-left: 16px; }
  .ledger thead th:nth-child(4), .ledger .line td:nth-child(4) { display: none; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0 0; }
  dd { margin-bottom: 6px; }
}
@media print { .moment { break-inside: auto; } .map { break-inside: avoid; } * { print-color-adjust: exact; } }
`
