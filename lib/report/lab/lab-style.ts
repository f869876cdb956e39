/** The style sheet of the lab's page. Nothing in it refers to anything outside of the page. */
export const labStyle = `
:root { color-scheme: light dark; --paper: light-dark(#fbfbfa, #111417); --card: light-dark(#ffffff, #181c20); --ink: light-dark(#1d2126, #e4e8ec);
  --faint: light-dark(#5d6670, #97a1ab); --line: light-dark(#e2e4e6, #2a3036); --accent: light-dark(#0b62c4, #6cb2ff); --good: light-dark(#0f6b3c, #7fd3a0);
  --odd: light-dark(#b3261e, #ff8a80); --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 var(--sans); }
header, main { max-width: 60rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { margin: 0; font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.02em; }
h2 { margin: 3rem 0 0.25rem; font-size: 1.4rem; letter-spacing: -0.01em; }
h3 { margin: 1.75rem 0 0.5rem; font-size: 1rem; }
p { max-width: 44rem; margin: 0.6rem 0; }
code { font-family: var(--mono); font-size: 0.88em; }
.facts { color: var(--faint); font-size: 0.88rem; }
nav ol { padding-left: 1.3rem; }
a { color: var(--accent); }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th { text-align: left; font-weight: 500; color: var(--faint); font-size: 0.8rem; white-space: nowrap; }
th, td { padding: 0.3rem 0.75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.figure { text-align: right; white-space: nowrap; }
.lines td, pre { font: 0.8rem/1.55 var(--mono); }
.lines td { padding-top: 0; padding-bottom: 0; border-bottom: 0; }
.lines .source { white-space: pre; }
.lines .idle { color: var(--faint); }
pre { margin: 0; padding: 0.75rem; }
.notes { margin: 0.4rem 0 0; padding-left: 1.1rem; color: var(--faint); font-size: 0.84rem; max-width: 52rem; }
svg { display: block; width: 16rem; height: 2.2rem; }
polyline { fill: none; stroke: var(--accent); stroke-width: 1.5; vector-effect: non-scaling-stroke; }
.shown { margin: 1.5rem 0 0; padding: 0.7rem 1rem; border-left: 3px solid var(--good); background: var(--card); }
.shown.odd { border-color: var(--odd); }
.shown p { margin: 0.2rem 0; }
.failed { color: var(--odd); }
footer { height: 4rem; }
@media print { .scroll { overflow: visible; } h2 { break-before: auto; } }
`
