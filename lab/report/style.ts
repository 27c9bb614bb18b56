/** The colours, as CSS variables, in light and dark. */
export const COLORS = `
:root { color-scheme: light dark;
  --page: #fff; --ink: #1c2430; --soft: #55606e; --line: #d5dae1; --card: #f6f8fa;
  --none: #1c2430; --s0: #0069c2; --s1: #c84a00; --s2: #00805f; --s3: #b0388c; --s4: #8a6d00; --s5: #6a4fd0; --s6: #b3202c; --s7: #3f7f95; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --ink: #e8ebef; --soft: #a9b3bf; --line: #343c47; --card: #1a2028;
  --none: #e8ebef; --s0: #62b3ff; --s1: #ff9656; --s2: #3ecfa0; --s3: #f28fd0; --s4: #e2c044; --s5: #b09cff; --s6: #ff8088; --s7: #7cc7de; } }
`;

/** The look of a report: one column that becomes several where there is room, in light and dark. */
export const STYLE = `${COLORS}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 1160px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .2rem 0 .6rem } h2 { font-size: 1.3rem; margin: 2.4rem 0 .4rem; border-top: 1px solid var(--line); padding-top: 1.2rem }
h3 { font-size: 1.15rem; margin: 1.8rem 0 .2rem } h4 { font-size: 1rem; margin: 1.2rem 0 .2rem } p { max-width: 46rem; margin: .4rem 0 } .soft { color: var(--soft); font-size: .9rem }
.findings { padding-left: 1.1rem; max-width: 50rem } .findings li { margin: .45rem 0 }
.row { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); gap: 1rem 1.4rem; margin: .6rem 0 }
figure { margin: 0; min-width: 0 } figcaption { font-weight: 600; font-size: .9rem; margin-bottom: .1rem } figcaption span { font-weight: 400; color: var(--soft) }
svg { width: 100%; max-width: 400px; height: auto; color: var(--ink); display: block }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; padding: .35rem 0; margin: .2rem 0; font-size: .9rem; position: sticky; top: 0; background: var(--page); z-index: 1 }
.legend i { display: inline-block; width: 1.4em; border-top: 3px solid; vertical-align: .25em; margin-right: .4em } .legend i.dashed { border-top-style: dashed }
.scroll { overflow-x: auto; max-width: 100% } table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: .5rem 0 }
caption { text-align: left; color: var(--soft); padding: .2rem 0 } th, td { padding: .22rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap }
th:first-child, td:first-child, table.text th, table.text td { text-align: left } tbody th { font-weight: 400 } thead th { border-bottom: 2px solid var(--line); vertical-align: bottom } tbody.group { border-top: 2px solid var(--line) }
td.best { font-weight: 700; background: var(--card) } td.lost { color: var(--soft) } td small { display: block; font-weight: 400; font-size: .82em; color: var(--soft); line-height: 1.2 }
details { margin: .6rem 0 } summary { cursor: pointer; color: var(--soft) } dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; font-size: .9rem; margin: .5rem 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere } code { font-size: .9em; overflow-wrap: anywhere }
@media (max-width: 520px) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } th, td { padding: .2rem .45rem } h1 { font-size: 1.35rem } }
@media print { .legend { position: static } details::details-content { content-visibility: visible } }
`;
