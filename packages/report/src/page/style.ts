import { OVERLAY_COLOURS } from '../overlays/overlayPicture.ts';

const rgb = ([red, green, blue]: readonly [number, number, number]): string =>
  `rgb(${red} ${green} ${blue})`;

/** The page's style sheet: light and dark, wide and narrow, screen and paper. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --ink: #1b1e23; --muted: #646a73; --line: #d5d7d3; --grid: #ebece8;
  --found: #1f62b5; --alarm: #c25a00; --quiet: #9fb3a8; --third: #7a4fa3; --fourth: #16806f;
  --good: #16704a; --good-page: #e4f3ea; --warn: #8f4a00; --warn-page: #fdf0dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161a; --card: #1c1f24; --ink: #e8e9e6; --muted: #9aa1ab; --line: #3a3f47; --grid: #292d33;
    --found: #6fa8f2; --alarm: #f0913c; --quiet: #5d7267; --third: #b993e0; --fourth: #4fc0ab;
    --good: #7fd3a6; --good-page: #16301f; --warn: #f2b56b; --warn-page: #38270f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1180px; margin: 0 auto; padding: 28px 24px 48px; }
h1 { font-size: 26px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 40px 0 4px; letter-spacing: -0.005em; }
h3 { font-size: 14px; margin: 0; font-weight: 600; }
h2.sub { font-size: 16px; margin-top: 26px; }
h3.later { margin-top: 14px; }
p { margin: 6px 0; max-width: 92ch; }
a { color: inherit; text-decoration-color: var(--line); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
code, pre, .id { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.87em; }
.muted { color: var(--muted); }
.head { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; justify-content: space-between; }
.head nav { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 14px; color: var(--muted); }
.facts { margin: 4px 0 0; color: var(--muted); font-size: 14px; max-width: none; }
.facts span + span::before { content: "·"; padding: 0 0.5em; }
.remark, .stopped { margin: 14px 0 0; padding: 7px 12px; border-radius: 6px; background: var(--warn-page); color: var(--warn); max-width: none; font-size: 14px; }
.remark strong, .stopped strong { letter-spacing: 0.02em; }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 14px; margin-top: 18px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.big { padding: 14px 18px 15px; border-left: 5px solid var(--found); }
.big.alarm { border-left-color: var(--alarm); }
.big .number { font-size: 46px; line-height: 1.1; font-weight: 650; letter-spacing: -0.02em; color: var(--found); }
.big.alarm .number { color: var(--alarm); }
.big .number.absent { font-size: 22px; line-height: 50px; color: var(--muted); letter-spacing: 0; font-weight: 500; }
.big .label { font-size: 14px; font-weight: 600; }
.big .under { font-size: 14px; color: var(--muted); }
.verdict { margin-top: 14px; padding: 12px 18px; border-radius: 10px; background: var(--warn-page); }
.verdict p { margin: 0; max-width: 100ch; }
.verdict strong { color: var(--warn); }
.verdict.learning { background: var(--good-page); }
.verdict.learning strong { color: var(--good); }
.verdict ul { margin: 6px 0 0; padding-left: 20px; max-width: 100ch; }
.small { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin-top: 14px; overflow: hidden; gap: 1px; background: var(--line); }
.small div { padding: 9px 14px 10px; background: var(--card); }
.small dt { font-size: 12.5px; color: var(--muted); line-height: 1.35; }
.small dd { margin: 1px 0 0; font-size: 17px; font-weight: 600; }
.small dd small { font-size: 13px; font-weight: 400; color: var(--muted); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 14px; margin-top: 12px; }
.chart { margin: 0; padding: 12px 14px 8px; }
.chart p { margin: 0 0 4px; font-size: 13px; color: var(--muted); line-height: 1.4; }
.chart svg { display: block; width: 100%; height: auto; max-width: 510px; margin: 0 auto; }
.chart .lines { display: flex; flex-wrap: wrap; gap: 0 18px; margin: 6px 0 4px; color: var(--ink); }
.lines i { display: inline-block; width: 18px; margin-right: 6px; vertical-align: 3px; }
.chart .nothing { padding: 28px 0 32px; text-align: center; font-size: 14px; max-width: none; }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 460px), 1fr)); gap: 14px; margin-top: 12px; }
.gallery figure { margin: 0; padding: 8px; border-top: 4px solid var(--found); }
.gallery.alarm figure { border-top-color: var(--alarm); }
.gallery.good figure { border-top-color: var(--quiet); }
.gallery img { display: block; width: 100%; height: auto; border-radius: 3px; }
.gallery figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 12px; padding: 6px 2px 0; font-size: 13px; line-height: 1.4; }
.gallery .id { overflow-wrap: anywhere; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; margin: 8px 0 0; font-size: 13px; color: var(--muted); max-width: none; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border: 3px solid; border-radius: 2px; vertical-align: -1.5px; background: #5b5b5b; }
.legend .truth { border-color: ${rgb(OVERLAY_COLOURS.truth)}; }
.legend .predicted { border-color: ${rgb(OVERLAY_COLOURS.predicted)}; }
.legend .alarm { border-color: ${rgb(OVERLAY_COLOURS.alarm)}; }
.legend .probability { width: 44px; border: 0; background: linear-gradient(90deg, #080814, #3a1c6e, #962c7c, #ec5c54, #febe68, #fffcd6); }
.scroll { overflow-x: auto; margin-top: 12px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { padding: 6px 14px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
th { font-size: 12.5px; font-weight: 500; color: var(--muted); vertical-align: bottom; border-bottom-color: var(--line); }
td.n, th.n { text-align: right; white-space: nowrap; }
td.score { min-width: 15em; }
td.what { color: var(--muted); font-size: 13px; min-width: 22em; }
tr.key td { font-weight: 600; }
tr.key td.what { font-weight: 400; }
td.id { overflow-wrap: anywhere; min-width: 10em; }
td .bar { display: inline-block; width: 80px; height: 8px; margin-left: 10px; border-radius: 2px; background: linear-gradient(var(--found), var(--found)) no-repeat var(--grid); vertical-align: 0; }
details { margin-top: 12px; padding: 0 16px; }
details > summary { padding: 10px 0; cursor: pointer; font-weight: 600; font-size: 14px; }
details[open] { padding-bottom: 14px; }
details .scroll { margin-top: 0; }
pre { margin: 0; overflow-x: auto; line-height: 1.45; font-size: 12.5px; tab-size: 2; }
.settings { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 14px; margin-top: 12px; align-items: start; }
.settings .card { padding: 12px 16px; }
.settings dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 3px 14px; margin: 6px 0 0; font-size: 13.5px; }
.settings dt { color: var(--muted); }
.settings dd { margin: 0; overflow-wrap: anywhere; }
.settings .warnings { margin: 4px 0 0; padding-left: 18px; font-size: 13.5px; }
.settings pre { margin-top: 6px; }
.fine { color: var(--good); font-weight: 600; }
.wrong { color: var(--warn); font-weight: 600; }
section > ul { margin: 4px 0; padding-left: 20px; max-width: 100ch; }
.operating { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 26px; padding: 18px 20px; margin-top: 12px; }
.operating .area { position: relative; height: 210px; border-left: 1px solid var(--line); border-bottom: 1px solid var(--line); margin: 4px 12px 0 2px; }
.operating svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.operating input { position: absolute; opacity: 0; pointer-events: none; }
.operating label { position: absolute; width: 16px; height: 16px; margin: -8px; border: 3px solid var(--found); border-radius: 50%; background: var(--card); cursor: pointer; }
.operating label.chosen { border-radius: 2px; }
.operating label::after { content: ""; position: absolute; inset: -11px; }
.operating input:focus-visible + label { outline: 2px solid var(--ink); outline-offset: 3px; }
.operating .y, .operating .x { color: var(--muted); font-size: 12px; }
.operating .x { display: flex; justify-content: space-between; margin-right: 12px; }
.operating .axes { color: var(--muted); font-size: 13px; }
.choice { display: none; }
.choice dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 16px; margin: 8px 0; font-size: 14px; }
.choice dt { color: var(--muted); }
.choice dd { margin: 0; }
.choice small { color: var(--muted); }
.choice p { font-size: 13.5px; color: var(--muted); }
footer { margin-top: 36px; padding-top: 10px; border-top: 1px solid var(--line); color: var(--muted); font-size: 13px; }
@media (max-width: 720px) {
  main { padding: 18px 14px 36px; }
  h1 { font-size: 22px; }
  .big { padding: 10px 12px 11px; }
  .big .number { font-size: 32px; }
  .big .number.absent { font-size: 17px; line-height: 35px; }
  .big .label, .big .under { font-size: 13px; line-height: 1.35; }
  .pair { gap: 10px; }
  .small { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .settings, .operating { grid-template-columns: minmax(0, 1fr); }
  .operating { padding: 14px; gap: 12px; }
  .gallery { gap: 10px; }
  .compare td, .compare th { padding-right: 8px; }
  .compare td.score { min-width: 0; }
  .sweep td.score { min-width: 9em; overflow-wrap: anywhere; }
  .compare th { white-space: normal; overflow-wrap: break-word; }
  .compare td:last-child { overflow-wrap: anywhere; min-width: 4.5em; }
  .runs, .runs tbody, .runs tr { display: block; }
  .runs thead { display: none; }
  .runs tr { padding: 8px 0; border-bottom: 1px solid var(--grid); }
  .runs td { display: flex; justify-content: space-between; gap: 14px; padding: 1px 0; border: 0; }
  .runs td.score { font-weight: 600; overflow-wrap: anywhere; }
  .runs td::before { content: attr(data-title); flex: none; color: var(--muted); font-size: 13px; }
  .runs td.score::before { content: none; }
  .runs td br { display: none; }
  .runs td.what { min-width: 0; }
  .compare td.n small { display: inline-block; max-width: 6em; white-space: normal; }
  table.stack, .stack tbody { display: block; }
  .stack thead { display: none; }
  .stack tr { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 6px 0; border-bottom: 1px solid var(--grid); }
  .stack td { border: 0; padding: 0; min-width: 0; }
  .stack td.score { flex: 1; min-width: 0; }
  .stack td.what { flex: 0 0 100%; min-width: 0; }
}
@media print {
  :root { --page: #fff; }
  main { max-width: none; padding: 0; }
  .card, figure, tr { break-inside: avoid; }
}
`;
