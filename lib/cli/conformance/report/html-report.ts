import { packageName, packageVersion } from '../../../package-version.ts'
import { requirementOf } from '../catalogue/catalogue.ts'
import { phases, type Phase } from '../catalogue/requirement.ts'
import type { Check, RequirementResult, Verdict } from '../results.ts'
import { style } from './html-style.ts'
import { escapeMarkup, verdicts } from './summary.ts'

const headings: Readonly<Record<Phase, string>> = {
  controls: 'What works',
  requests: 'What the service sends to One Login',
  tokens: 'Tokens and claims that the service must reject',
  callback: 'Attacks on the callback',
  'sign-out': 'Sign-out',
  'back-channel': 'Back-channel logout',
  people: 'Users, and malformed data',
  outage: 'When One Login fails',
  'cold-start': 'Starting while One Login fails',
  slow: 'Checks that take minutes',
}

const meanings: Readonly<Record<Verdict, string>> = {
  crashed: 'The service stopped.',
  broken: 'The service accepted something that it must reject, or does not do something that it must do.',
  advice: 'The service could do more. This is not a failure.',
  'not observable': 'This could not be checked. The report gives the reason.',
  kept: 'Every check that could be made passed.',
}

/** Returns the report as one page without other files or scripts. */
export function htmlReport(page: URL, results: readonly RequirementResult[], now: Date): string {
  const date = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(now)
  const sections = phases.map((phase) => section(phase, results)).join('')
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance with GOV.UK One Login: ${escapeMarkup(page.host)}</title>
<style>${style}</style>
</head>
<body>
<header><div class="width">GOV.UK One Login conformance check</div></header>
<main class="width">
<h1>Conformance with GOV.UK One Login</h1>
<p>The service at <code>${escapeMarkup(page.origin)}</code> was checked on ${date} with ${packageName} ${packageVersion}.
A simulator played One Login. The check shows what the service did. It is not an assessment by GOV.UK One Login.</p>
<ul class="counts">
${verdicts.map((verdict) => count(verdict, results)).join('')}</ul>
${toFix(results)}${sections}
<h2>What the verdicts mean</h2>
<table><caption>What the verdicts mean</caption><tbody>
${verdicts.map((verdict) => `<tr><td>${tag(verdict)}</td><td>${meanings[verdict]}</td></tr>\n`).join('')}</tbody></table>
</main>
</body>
</html>
`
}

function count(verdict: Verdict, results: readonly RequirementResult[]): string {
  const { length } = results.filter((result) => result.verdict === verdict)
  return length === 0 ? '' : `<li>${length} ${tag(verdict)}</li>\n`
}

const tag = (verdict: Verdict): string =>
  `<strong class="tag ${verdict.replace(' ', '-')}">${verdict.charAt(0).toUpperCase()}${verdict.slice(1)}</strong>`

function toFix(results: readonly RequirementResult[]): string {
  const bad = results.filter(({ verdict }) => verdict === 'crashed' || verdict === 'broken')
  if (bad.length === 0) return ''
  const items = bad.map(({ id }) => `<li><a href="#${id}">${inWords(requirementOf(id).title)}</a></li>\n`)
  return `<h2>What to fix</h2>\n<ul>\n${items.join('')}</ul>\n`
}

function section(phase: Phase, results: readonly RequirementResult[]): string {
  const own = results.filter(({ id }) => requirementOf(id).phase === phase)
  if (own.length === 0) return ''
  return `<h2>${headings[phase]}</h2>\n${own.map(requirement).join('')}`
}

function requirement({ id, verdict, checks }: RequirementResult): string {
  const { title, why, link, rule } = requirementOf(id)
  return `<section class="requirement" id="${id}">
<h3>${inWords(title)}</h3>
<p>${tag(verdict)} <span class="id">${id} (${rule})</span></p>
<p class="why">${inWords(why)} <a href="${escapeMarkup(link)}">Where this is written<span hidden> about ${id}</span></a></p>
<table><caption>Checks of ${id}</caption>
<thead><tr><th scope="col">Verdict</th><th scope="col">What was done</th><th scope="col">What came back</th></tr></thead>
<tbody>
${checks.map(row).join('')}</tbody></table>
</section>
`
}

const row = ({ verdict, done, seen }: Check): string =>
  `<tr><td>${tag(verdict)}</td><td>${inWords(done)}</td><td>${inWords(seen)}</td></tr>\n`

/** Returns text as HTML, with the names between backticks as code. */
const inWords = (text: string): string => escapeMarkup(text).replace(/`([^`]+)`/g, '<code>$1</code>')
