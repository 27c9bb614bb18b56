const LIGHT = `
  --page: #fff; --ink: #1c2430; --soft: #55606e; --line: #d5dae1; --card: #f6f8fa;
  --none: #1c2430; --s0: #0069c2; --s1: #c84a00; --s2: #00805f; --s3: #b0388c; --s4: #8a6d00; --s5: #6a4fd0; --s6: #b3202c; --s7: #3f7f95; }`;

/** The colours, as CSS variables, in light and dark. */
export const COLORS = `
:root { color-scheme: light dark;${LIGHT}
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --ink: #e8ebef; --soft: #a9b3bf; --line: #343c47; --card: #1a2028;
  --none: #e8ebef; --s0: #62b3ff; --s1: #ff9656; --s2: #3ecfa0; --s3: #f28fd0; --s4: #e2c044; --s5: #b09cff; --s6: #ff8088; --s7: #7cc7de; } }
`;

const TEXT = `
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 1160px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.6rem; line-height: 1.25; margin: .2rem 0 .6rem }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .4rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
h3 { font-size: 1.15rem; margin: 1.8rem 0 .2rem }
h4 { font-size: 1rem; margin: 1.2rem 0 .2rem }
p { max-width: 46rem; margin: .4rem 0 }
.soft { color: var(--soft); font-size: .9rem }
pre { margin: .3rem 0; padding: .5rem .7rem; background: var(--card); border-radius: 4px; white-space: pre-wrap }
.answers { list-style: none; padding: 0; max-width: 50rem }
.answers li { margin: .6rem 0 }
.sample { font-family: ui-monospace, monospace; white-space: pre-wrap }
.findings { padding-left: 1.1rem; max-width: 50rem }
.findings li { margin: .45rem 0 }
details { margin: .6rem 0 }
summary { cursor: pointer; color: var(--soft) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .9rem; margin: .5rem 0 }
dt { color: var(--soft) }
dd { margin: 0 }
h1, dd, code, .findings, td, th, caption, figcaption { overflow-wrap: anywhere }
code { font-size: .9em }
`;

const TABLES = `
.scroll { overflow-x: auto; max-width: 100% }
@media (min-width: 521px) { details > .scroll { display: inline-block; vertical-align: top; margin-right: 1.6rem } }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: .5rem 0 }
caption { text-align: left; color: var(--soft); padding: .2rem 0 }
th, td { padding: .22rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child, table.text th, table.text td { text-align: left }
tbody th { font-weight: 400 }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom }
td.best { font-weight: 700; background: var(--card) }
td.lost { color: var(--soft) }
td small { display: block; font-weight: 400; font-size: .82em; color: var(--soft); line-height: 1.2 }
`;

const CHARTS = `
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 1rem 1.4rem; margin: .6rem 0 }
figure { margin: 0; min-width: 0 }
figcaption { font-weight: 600; font-size: .9rem; margin-bottom: .1rem }
figcaption span { font-weight: 400; color: var(--soft) }
figure svg {
  display: block; width: 100%; max-width: 400px; height: auto; overflow: visible; color: var(--ink);
  font-size: 12px; font-family: inherit;
}
figure svg text, figure svg tspan { white-space: pre }
.legend {
  display: flex; flex-wrap: wrap; gap: .3rem .8rem; list-style: none; padding: .35rem 0; margin: .2rem 0; font-size: .9rem;
  position: sticky; top: 0; background: var(--page); z-index: 2;
}
.swatch { width: 22px; height: 4px; vertical-align: .25em; margin-right: .4em; stroke-width: 3 }
button {
  font: inherit; font-size: .9rem; color: inherit; background: none; border: 1px solid var(--line); border-radius: 4px;
  padding: .1rem .5rem; min-height: 26px; cursor: pointer;
}
button:hover { border-color: var(--soft) }
:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px }
.unseen { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`;

/** What has been drawn again in the page stands in for what was drawn for print. */
const SCREEN = `
@media screen {
  .live > svg, figure.off { display: none }
  .chart { position: relative; max-width: 400px }
  .chart:hover, .chart:focus { z-index: 1 }
  .legend [aria-pressed="false"] { text-decoration: line-through; color: var(--soft) }
  .legend [aria-pressed="false"] .swatch { opacity: .3 }
  .scale[aria-pressed="true"] { background: var(--ink); color: var(--page) }
}
@media (max-width: 520px) {
  h1 { font-size: 1.35rem }
  dl { grid-template-columns: 1fr }
  dd { margin-bottom: .4rem }
  th, td { padding: .2rem .45rem }
  .legend { flex-wrap: nowrap; overflow-x: auto; margin: .2rem -1rem; padding: .35rem 1rem }
  .legend li { flex: none }
  table.stack, .stack tbody, .stack tr, .stack th, .stack td { display: block; white-space: normal }
  .stack thead { display: none }
  .stack tr { border-bottom: 1px solid var(--line); padding: .3rem 0 }
  .stack th, .stack td { border: none; padding: .1rem 0; text-align: left }
  .stack tbody th { font-weight: 600 }
  .stack td::before { content: attr(data-label) ": "; color: var(--soft) }
  .stack td small { display: inline; margin-left: .4em }
}
`;

/** On paper nothing can be opened or scrolled, so all of it is there. */
const PRINT = `
@media print {
  :root { color-scheme: light;${LIGHT}
  @page { margin: 14mm }
  body { padding: 0 }
  .chart, .scale, .hint, .legend li:not([data-line]) { display: none }
  .legend { position: static }
  .legend button { border: none; padding: 0 }
  .scroll { overflow: visible }
  table { font-size: .75rem }
  th, td { white-space: normal; padding: .12rem .4rem }
  tbody th { white-space: nowrap }
  details::details-content { content-visibility: visible; block-size: auto }
  figure, tr, table { break-inside: avoid }
  h2, h3, h4, .soft, .legend, summary { break-after: avoid }
}
`;

/** The look of a report: one column that becomes several where there is room, in light and dark, and on paper. */
export const STYLE = [COLORS, TEXT, TABLES, CHARTS, SCREEN, PRINT].join('');
