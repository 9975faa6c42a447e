/** A test as the report of a run has it. */
export interface TestResult {
  /** Relative to the project, with slashes. */
  readonly file: string
  /** With those of the groups that it is in. */
  readonly title: string
  readonly status: string
}

/** The table, and what keeps it from being one of proofs. */
export interface Conformance {
  readonly text: string
  readonly complaints: readonly string[]
}

/** The one requirement that needs more than Node: the official simulator, which is in no registry. */
const external = 'SIM-4'
const externalTests = 'test/official/'
/** Days that a run against it proves something: it changes, and nobody tells. */
const externalProofLasts = 90

/** Whether a run had the official simulator, and got on with it. */
export function hasExternalRun(results: readonly TestResult[]): boolean {
  const own = results.filter(({ file }) => file.startsWith(externalTests))
  return own.length > 0 && own.every(({ status }) => status === 'passed')
}

/** The date of the last run against the official simulator that a table tells. */
export function externalRunIn(table: string): string | undefined {
  return new RegExp(`^\\| ${external} .*?(\\d{4}-\\d\\d-\\d\\d)`, 'm').exec(table)?.[1]
}

/** Whether a run is too long ago to prove anything. Both dates are ISO dates. */
function hasExpired(lastExternalRun: string, today: string): boolean {
  return Date.parse(today) - Date.parse(lastExternalRun) > externalProofLasts * 86_400_000
}

const families: Readonly<Record<string, string>> = {
  CONF: 'Configuration and documents of the provider',
  KEY: "The service's own keys",
  AUTHZ: 'The way to One Login',
  CB: 'The way back, and the token request',
  IDT: 'The ID token',
  UI: 'Userinfo',
  CID: 'The core identity',
  SESS: 'Sessions and signing out',
  F2F: 'Return from an identity check in person',
  USE: 'Where services build and run',
  CHK: 'The conformance check of any service',
  SIM: 'Trying it without One Login',
}

/** Where the simulator and the command are tested: that they know a rule does not prove that the library keeps it. */
const ofTheSimulator = /^test\/(?:simulator|cli)\//

/** What is asked of the simulator and the command themselves. */
const askedOfTheSimulator = /^(?:SIM-|CHK-|F2F-3$|AUTHZ-20$)/

/** Files named in a row: the table is to be read, and vitest finds the others. */
const mostFiles = 3

/**
 * Makes the table of the requirements and the tests that prove them. There are no figures in it that change with
 * every test that is added.
 *
 * @param requirements - the text of each, by its id
 * @param results - every test of a run
 * @param lastExternalRun - ISO date of the last run against the official simulator, if there was one
 * @param today - ISO date: a run against the official simulator proves nothing after 90 days
 */
export function makeTable(
  requirements: Readonly<Record<string, string>>,
  results: readonly TestResult[],
  lastExternalRun: string | undefined,
  today: string,
): Conformance {
  const complaints: string[] = []
  const isExternalProof = lastExternalRun !== undefined && !hasExpired(lastExternalRun, today)
  const named = results.map((result) => ({ ...result, ids: idsIn(result.title) }))
  for (const { ids, file, title } of named)
    for (const id of ids)
      if (!Object.hasOwn(requirements, id)) complaints.push(`${id} is no requirement: ${file}, “${title}”`)

  const lines = [...introduction]
  let family = ''
  for (const [id, requirement] of Object.entries(requirements)) {
    const own = named.filter(
      ({ ids, file }) => ids.includes(id) && (askedOfTheSimulator.test(id) || !ofTheSimulator.test(file)),
    )
    const failed = own.filter(({ status }) => status === 'failed')
    const isSeen = id === external ? isExternalProof : own.some(({ status }) => status === 'passed')
    if (!isSeen)
      complaints.push(
        id === external && lastExternalRun !== undefined
          ? `${id} was last proven on ${lastExternalRun}, more than ${externalProofLasts} days ago: run test/official/ with the official simulator`
          : `${id} has no test that passes`,
      )
    for (const { title } of failed) complaints.push(`${id} has a test that fails: “${title}”`)

    const [prefix = ''] = id.split('-')
    if (prefix !== family) lines.push('', `## ${families[prefix] ?? prefix}`, '', ...head)
    family = prefix
    const note = id === external ? ` Last seen: ${lastExternalRun ?? 'never'}.` : ''
    lines.push(
      `| ${id} | ${requirement}${note} | ${isSeen && failed.length === 0 ? '✓' : '**✗**'} | ${filesOf(own)} |`,
    )
  }
  return { text: `${lines.join('\n')}\n`, complaints }
}

/**
 * The titles in a file of another step of `.ci/run`, which fails if they do not hold: it needs servers, a browser or the
 * packed package, so the tests of one run do not have them.
 */
export function titlesIn(file: string, source: string): TestResult[] {
  const titles = source.match(/\[(?:USE|CHK)-\d[^\]\n]*\][^'"`\n]*/g) ?? []
  return titles.map((title) => ({ file, title, status: 'passed' }))
}

/** The ids in the square brackets of a title. */
function idsIn(title: string): string[] {
  return [...title.matchAll(/\[([A-Z][A-Z\d]*-\d+(?:, [A-Z][A-Z\d]*-\d+)*)\]/g)].flatMap(([, ids = '']) =>
    ids.split(', '),
  )
}

/** The files that have most of the tests, in the order of their names. */
function filesOf(tests: readonly TestResult[]): string {
  const counts = new Map<string, number>()
  for (const { file } of tests) counts.set(file, (counts.get(file) ?? 0) + 1)
  const files = [...counts]
    .sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1))
    .map(([file]) => file)
  const shown = files.slice(0, mostFiles).sort()
  const names = shown.map((file) => `\`${file.replace(/^test\/|\.test\.ts$/g, '')}\``)
  return names.join(' · ') + (files.length > mostFiles ? ' · …' : '')
}

const head = ['| id | requirement | | proven in |', '|---|---|---|---|']

const introduction = [
  '# Conformance',
  '',
  'Written by `npm run conformance`: what GOV.UK One Login asks of a service, in our words, and where that is proven. A test',
  "carries the ids of what it proves in its title; `npx vitest run -t 'IDT-6'` runs those of one requirement. Named are the",
  'files with most of them. The table is not to be had with a requirement that has no passing test, or one that fails.',
]
