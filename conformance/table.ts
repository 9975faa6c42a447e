/** A test in the report of a run. */
export interface TestResult {
  /** The path in the project, with slashes. */
  readonly file: string
  /** The title, with the titles of its groups. */
  readonly title: string
  readonly status: string
}

/** The table, and the problems that stop it from being a proof. */
export interface Conformance {
  readonly text: string
  readonly complaints: readonly string[]
}

/** The only requirement that needs more than Node: the official simulator, which is in no registry. */
const external = 'SIM-4'
const externalTests = 'test/official/'
/** The number of days for which a run against the official simulator counts. It can change without notice. */
const externalProofLasts = 90

/** Whether a run used the official simulator and passed. */
export function hasExternalRun(results: readonly TestResult[]): boolean {
  const own = results.filter(({ file }) => file.startsWith(externalTests))
  return own.length > 0 && own.every(({ status }) => status === 'passed')
}

/** Returns the date of the last run against the official simulator that a table names. */
export function externalRunIn(table: string): string | undefined {
  return new RegExp(`^\\| ${external} .*?(\\d{4}-\\d\\d-\\d\\d)`, 'm').exec(table)?.[1]
}

/** Whether a run is too old to count. Both dates are ISO dates. */
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

/**
 * The tests of the simulator and the command. If these know a rule, that does not prove that the library applies it.
 */
const ofTheSimulator = /^test\/(?:simulator|cli)\//

/** The requirements for the simulator and the command. */
const askedOfTheSimulator = /^(?:SIM-|CHK-|F2F-3$|AUTHZ-20$)/

/** The most files in a row, so that the table stays readable. vitest finds the others. */
const mostFiles = 3

/**
 * Returns the table of the requirements and the tests that prove them. It contains no figures that change with every
 * new test.
 *
 * @param requirements - the text of each requirement, by its ID
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
 * Returns the titles in a file of another step of `.ci/run`, which fails if they do not hold. Such a step needs
 * servers, a browser or the packed package, so the tests of one run do not contain it.
 */
export function titlesIn(file: string, source: string): TestResult[] {
  const titles = source.match(/\[(?:USE|CHK)-\d[^\]\n]*\][^'"`\n]*/g) ?? []
  return titles.map((title) => ({ file, title, status: 'passed' }))
}

/** Returns the IDs in the square brackets of a title. */
function idsIn(title: string): string[] {
  return [...title.matchAll(/\[([A-Z][A-Z\d]*-\d+(?:, [A-Z][A-Z\d]*-\d+)*)\]/g)].flatMap(([, ids = '']) =>
    ids.split(', '),
  )
}

/** Returns the files that have most of the tests, sorted by name. */
function filesOf(tests: readonly TestResult[]): string {
  const counts = new Map<string, number>()
  for (const { file } of tests) counts.set(file, (counts.get(file) ?? 0) + 1)
  const files = [...counts]
    .sort(([file, many], [otherFile, few]) => few - many || (file < otherFile ? -1 : 1))
    .map(([file]) => file)
  const shown = files.slice(0, mostFiles).sort()
  const names = shown.map((file) => `\`${file.replace(/^test\/|\.test\.ts$/g, '')}\``)
  return names.join(' · ') + (files.length > mostFiles ? ' · …' : '')
}

const head = ['| id | requirement | | proven in |', '|---|---|---|---|']

const introduction = [
  '# Conformance',
  '',
  'Written by `npm run conformance`: what GOV.UK One Login requires of a service, in our words, and the tests that prove it. A test',
  "names the IDs of its requirements in its title. `npx vitest run -t 'IDT-6'` runs the tests of one requirement. The table names the",
  'files with most of them. The command fails if a requirement has no passing test, or has a failing one.',
]
