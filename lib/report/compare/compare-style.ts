import { pageColours } from '../page-head.js'

/** The style sheet of the page of a comparison. Nothing in it refers to anything outside of the page. */
export const compareStyle = `
:root {${pageColours}
  --bar: light-dark(#9cc5f5, #2f5f96);
  --run: light-dark(#0b3d75, #d4e8ff);
  --odd: light-dark(#b3261e, #ff8a80);
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 20px; max-width: 1240px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 2px; font-size: 19px; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 15px; }
p { margin: 4px 0; }
.faint { color: var(--faint); font-size: 12.5px; }
.odd { color: var(--odd); }
section { margin-top: 16px; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 16px; margin-top: 16px; }
.charts section { margin: 0; }
.rows { display: grid; grid-template-columns: minmax(0, max-content) minmax(80px, 1fr) max-content; gap: 6px 12px; align-items: center; }
.rows bdi { overflow-wrap: anywhere; }
.rows output { font: 12.5px var(--mono); text-align: right; white-space: nowrap; }
svg { display: block; width: 100%; height: 20px; border-left: 1px solid var(--faint); }
.bar { fill: var(--bar); }
.run { fill: var(--run); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font: 12.5px var(--mono); }
th, td { padding: 3px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); font-weight: 400; }
th:first-child { text-align: left; }
thead th { color: var(--faint); }
td small { display: block; color: var(--faint); font-size: 11px; }
ul { margin: 0; padding-left: 18px; }
li { overflow-wrap: anywhere; }
@media print { section { break-inside: avoid; } }
`
