import { faultsByPlace } from '../../lib/simulator/faults/fault-names.ts'
import type { Fault } from '../../lib/simulator/faults/fault.ts'
import { networkFaults } from '../../lib/simulator/faults/network-faults.ts'
import { jsonFaults } from '../../lib/simulator/faults/response-fault.ts'
import { documentFaults } from '../../lib/simulator/faults/document-faults.ts'
import { signedTokenFaults } from '../../lib/simulator/faults/signed-token-faults.ts'

type Table = Readonly<Record<string, Fault<unknown>>>

const start = '<!-- faults: written by npm run docs:faults -->'
const end = '<!-- end of faults -->'

/** Faults that several places have. */
const shared: Readonly<Record<string, Table>> = {
  'Every endpoint: the network': networkFaults,
  'Every JSON response (`discovery`, `jwks`, `did`, `token`, `userinfo`)': jsonFaults,
  'Every document (`discovery`, `jwks`, `did`)': without(documentFaults, [jsonFaults]),
  'Every signed token (`id-token`, `core-identity`, `logout-token`)': signedTokenFaults,
}

/** The page of the simulator with a table of faults for each place, written from the code. */
export function withFaults(page: string): string {
  const [before, after] = [page.indexOf(start), page.indexOf(end)]
  if (before < 0 || after < before) throw new Error('The page has no place for the faults')
  const sections = [
    ...Object.entries(shared),
    ...Object.entries(faultsByPlace).map(
      ([place, table]) => [`\`${place}\``, without(table, Object.values(shared))] as const,
    ),
  ]
  const text = sections.map(([title, table]) => sectionOf(title, table)).join('')
  return `${page.slice(0, before + start.length)}\n${text}\n${page.slice(after)}`
}

/** A table without the faults that several places have. */
function without(table: Table, others: readonly Table[]): Table {
  return Object.fromEntries(
    Object.entries(table).filter(([name, fault]) => !others.some((other) => other[name] === fault)),
  )
}

function sectionOf(title: string, table: Table): string {
  const rows = Object.entries(table).map(
    ([name, { changes }]) => `| \`${name}\` | ${changes.map(wordsOf).join(', ')} |`,
  )
  if (rows.length === 0) return ''
  return `\n### ${title}\n\n| fault | what is different |\n|---|---|\n${rows.join('\n')}\n`
}

function wordsOf(change: string): string {
  return change.replace(/^((?:no )?(?:claim|header|member|parameter|field)) (\S+)$/, '$1 `$2`')
}
