"""The look of the index page: its style sheet, kept in the page so that it stands alone."""

CSS = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2024; --soft: #5b6570; --rule: #d9dee3; --band: #f4f6f8;
  --link: #0b5cad; --accent: #0072b2;
  --look0: #eceff1; --look1: #d3e6f5; --look2: #ffe3b3; --look3: #cdeee2; --look4: #f6d9e7;
  --look5: #fbd9c5; --look6: #fbf4b8; --look7: #dcdcf7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15191d; --ink: #e3e7ea; --soft: #9aa5b0; --rule: #353d45; --band: #1d2328;
    --link: #7ab8f5; --accent: #56b4e9;
    --look0: #2b3238; --look1: #123f5e; --look2: #5a4000; --look3: #0b4a38; --look4: #58324a;
    --look5: #5e2d0c; --look6: #4d4a10; --look7: #38386b;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
.layout {
  display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 0 2.5rem;
  max-width: 92rem; margin: 0 auto; padding: 0 1.5rem;
}
nav {
  position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto;
  padding: 2.2rem 0 2rem; font-size: .86rem; line-height: 1.35;
}
nav ol { list-style: none; margin: 0; padding: 0; }
nav ol ol { margin: .15rem 0 .7rem; border-left: 2px solid var(--rule); }
nav a { display: block; text-decoration: none; padding: .2rem 0; font-weight: 700; }
nav ol ol a { padding: .16rem 0 .16rem .7rem; font-weight: 600; }
nav ol ol ol { margin: 0 0 .4rem .7rem; }
nav ol ol ol a { color: var(--soft); font-weight: 400; }
nav a:hover { color: var(--accent); text-decoration: underline; }
main { padding: 2rem 0 5rem; min-width: 0; }
h1 { font-size: 2rem; line-height: 1.15; letter-spacing: -.015em; margin: 0 0 .3rem; }
.study + .study { margin-top: 5rem; }
h2 {
  font-size: 1.7rem; letter-spacing: -.012em; margin: 2.5rem 0 .6rem; padding-top: .7rem;
  border-top: 4px solid var(--accent);
}
h3 {
  font-size: 1.35rem; letter-spacing: -.01em; margin: 3rem 0 1rem; padding-bottom: .35rem;
  border-bottom: 1px solid var(--rule);
}
h4 { font-size: 1.1rem; margin: 2.4rem 0 .5rem; }
h5 { font-size: .95rem; margin: 1.6rem 0 .4rem; }
h6 { font-size: .9rem; margin: 1.4rem 0 .4rem; }
p, ul { max-width: 46rem; }
.lead { color: var(--soft); font-size: 1.05rem; margin: 0 0 1.6rem; }
.facts { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.2rem 0 1.5rem; padding: 0; }
.facts div {
  background: var(--band); border: 1px solid var(--rule); border-radius: .5rem;
  padding: .7rem 1.1rem; min-width: 8rem;
}
.facts dt { color: var(--soft); font-size: .82rem; }
.facts dd { margin: 0; font-size: 1.5rem; font-weight: 650; line-height: 1.2; }
code { font: .88em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
figure { margin: 1rem 0 .6rem; }
figure .canvas {
  background: #fff; border: 1px solid var(--rule); border-radius: .5rem; padding: 1rem;
  overflow-x: auto;
}
figure svg { display: block; width: 100%; min-width: 36rem; height: auto; margin: 0 auto; }
.scroll {
  overflow-x: auto; margin: .8rem 0 .6rem; border: 1px solid var(--rule); border-radius: .5rem;
}
.scroll:focus-visible { outline: 2px solid var(--accent); }
table {
  border-collapse: separate; border-spacing: 0; width: 100%; font-size: .85rem;
  font-variant-numeric: tabular-nums; line-height: 1.3;
}
th, td { padding: .38rem .45rem; text-align: left; vertical-align: top; }
thead th {
  border-bottom: 2px solid var(--rule); font-weight: 600; vertical-align: bottom;
  background: var(--band); white-space: nowrap;
}
thead th.long { white-space: normal; min-width: 6.5rem; }
tbody th { font-weight: 500; white-space: nowrap; }
tbody th, thead th:first-child { position: sticky; left: 0; z-index: 1; }
tbody th { background: var(--paper); }
tbody tr + tr:not(.group) > * { border-top: 1px solid var(--rule); }
tr.group + tr > * { border-top: 0 !important; }
tr.group th {
  padding-top: .8rem; padding-bottom: .2rem; color: var(--soft); font-size: .76rem;
  font-weight: 650; text-transform: uppercase; letter-spacing: .06em;
}
tr.group em { font-style: normal; }
tr.group:not(:first-child) th { border-top: 2px solid var(--soft); }
tbody tr:not(.group):hover > * { background: var(--band); }
sub {
  display: block; color: var(--soft); font-size: .78em; line-height: 1.3; vertical-align: baseline;
  white-space: nowrap;
}
.scroll ~ ul, .scroll ~ p { color: var(--soft); font-size: .84rem; line-height: 1.45; }
.scroll ~ ul { padding-left: 1.1rem; margin-top: .5rem; }
.files { font-size: .84rem; color: var(--soft); }
.mixed { line-height: 2; margin: .5rem 0 1rem; }
.segment {
  padding: .1em .2em; border-radius: .2em; border-bottom: 2px solid var(--soft);
  -webkit-box-decoration-break: clone; box-decoration-break: clone;
  print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
.segment sup { margin-left: .2em; font-size: .68em; font-weight: 650; line-height: 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; }
.look0 { background: var(--look0); border-bottom-color: transparent; }
.look1 { background: var(--look1); border-bottom-style: solid; border-bottom-color: #0072b2; }
.look2 { background: var(--look2); border-bottom-style: dashed; border-bottom-color: #b87700; }
.look3 { background: var(--look3); border-bottom-style: dotted; border-bottom-color: #009e73; }
.look4 { background: var(--look4); border-bottom: 4px double #cc79a7; }
.look5 { background: var(--look5); border-bottom: 3px solid #d55e00; }
.look6 { background: var(--look6); border-bottom: 3px dashed #8a8000; }
.look7 { background: var(--look7); border-bottom: 3px dotted #5a5ac8; }
@media (max-width: 62rem) {
  .layout { display: block; padding: 0 1rem; }
  nav {
    position: static; max-height: none; padding: 1rem 0; border-bottom: 1px solid var(--rule);
  }
  nav ol ol { border: 0; margin: 0 0 .4rem; display: flex; flex-wrap: wrap; gap: 0 1.1rem; }
  nav ol ol a { padding-left: 0; }
  nav ol ol ol { display: none; }
  tbody th { white-space: normal; min-width: 6.5rem; max-width: 38vw; }
  tbody th.short { min-width: 0; }
  td.text { min-width: 16rem; }
}
@media print {
  nav, .files { display: none; }
  .layout { display: block; max-width: none; }
  .scroll { overflow: visible; border: 0; }
  table { font-size: 6.5pt; }
  h2, h3, h4, h5, figure { break-after: avoid; }
  .mixed { break-inside: avoid; }
}
"""
