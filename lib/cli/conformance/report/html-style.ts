/** The style of the page: the GOV.UK style without its font, which only services on gov.uk may use. */
export const style = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; color: #0b0c0c; background: #fff; font: 1.1875rem/1.32 arial, sans-serif; overflow-wrap: anywhere; }
header { background: #1d70b8; color: #fff; padding: 15px 0; font-weight: bold; }
.width { max-width: 960px; margin: 0 auto; padding: 0 15px; }
main.width { padding-top: 30px; padding-bottom: 60px; }
h1 { font-size: 2rem; line-height: 1.1; margin: 0 0 20px; }
h2 { font-size: 1.5rem; line-height: 1.2; margin: 50px 0 15px; }
h3 { font-size: 1.1875rem; line-height: 1.32; margin: 0 0 5px; }
p { margin: 0 0 15px; }
a { color: #1a65a6; text-decoration-thickness: max(1px, .0625rem); text-underline-offset: .1578em; }
a:focus { outline: 3px solid transparent; background: #fd0; color: #0b0c0c; box-shadow: 0 -2px #fd0, 0 4px #0b0c0c; }
code { font: .95em/1.2 ui-monospace, Menlo, Consolas, monospace; }
.tag { display: inline-block; padding: 2px 8px 3px; font-size: 1rem; line-height: 1.25; }
.kept { background: #cce2d8; color: #005a30; }
.broken, .crashed { background: #f4cdc6; color: #651b0f; }
.advice { background: #fff7bf; color: #594d00; }
.not-observable { background: #eeefef; color: #383f43; }
.counts { list-style: none; margin: 0 0 30px; padding: 0; display: flex; flex-wrap: wrap; gap: 10px 25px; }
.requirement { border-top: 1px solid #cecece; padding: 20px 0 10px; break-inside: avoid-page; }
.requirement .id { color: #484949; font-size: 1rem; }
.why { color: #484949; }
table { width: 100%; table-layout: fixed; border-collapse: collapse; font-size: 1rem; line-height: 1.25; margin: 0 0 15px; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: 6px 15px 6px 0; border-bottom: 1px solid #e5e6e7; }
th, td:first-child { white-space: nowrap; }
th:first-child, td:first-child { width: 9rem; }
th:nth-child(2) { width: 44%; }
@media (max-width: 640px) {
  body { font-size: 1rem; }
  h1 { font-size: 1.5rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { display: block; border-bottom: 1px solid #cecece; padding: 8px 0; }
  td, td:first-child { display: block; width: auto; border: 0; padding: 2px 0; }
}
@media print {
  body { font-size: 10pt; }
  header { background: none; color: #0b0c0c; border-bottom: 2pt solid #0b0c0c; }
  main.width { padding: 12pt 0; }
  h1 { font-size: 18pt; }
  h2 { font-size: 14pt; break-after: avoid-page; }
  h3 { font-size: 11pt; }
  .tag { border: 1pt solid currentcolor; print-color-adjust: exact; }
  table, .tag, .requirement .id { font-size: 8pt; }
  th:first-child, td:first-child { width: 72pt; }
  tr { break-inside: avoid-page; }
  a[href]::after { content: " (" attr(href) ")"; font-size: 8pt; }
}
`
