import { startSimulator, type Simulator } from '../simulator/index.ts'
import { examineService } from './conformance/examination.ts'
import { readExpectations, surprises } from './conformance/expectations.ts'
import { readSettings, settingFlags } from './conformance/flags.ts'
import { jsonReport } from './conformance/report/json-report.ts'
import { checkReportFiles, writeReports } from './conformance/report/report-files.ts'
import { writeCatalogue, writeTextReport } from './conformance/report/text-report.ts'
import { isListening } from './conformance/listening.ts'
import { ServiceProcess } from './conformance/service-process.ts'
import type { Settings } from './conformance/settings.ts'
import { serviceVariables } from './conformance/service-variables.ts'
import { listeningProblem } from './listening-problem.ts'
import { CommandFailure, textOf, UsageError, type FlagValues, type Subcommand } from './subcommand.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'
import { parseURL } from '../parsed-url.ts'

const help = `Usage: passport-govuk-one-login conformance --page URL [flags] [-- COMMAND …]

Checks a running service, in any language, against the requirements of GOV.UK One Login. It visits the service as
browsers and attackers would, with a simulator instead of One Login, and writes only reports. The service must use
the address in --one-login as One Login.

What is checked:
  --page URL              a page that needs a signed-in user (required)
  --identity-page URL     a page that needs a proven identity
  --identity-start URL    where a signed-in user starts to prove their identity, if not on that page
  --identity-text REGEX   a text of that page, if the command cannot recognise the page without it
  --sign-out URL          the address that signs a user out
  --back-channel URL      the address for back-channel logouts
  --only NAMES            checks these requirements or phases only (--list shows them)
  --skip NAMES            skips these
  --slow                  also runs the checks that take minutes

The service:
  -- COMMAND …            starts, watches and restarts the service. It gets the variables ONE_LOGIN_* of this package
  --public-key FILE       the public key of the service, PEM. Or:
  --jwks URL              the address where the service publishes its keys. Or:
  --client-secret SECRET  the client secret of the service
  --id-token-alg ALG      ES256 (default) or RS256
  --press TEXT            a button or link to press on the way to One Login. You can use it several times, in order
  --cookie NAME=VALUE     a cookie for every browser
  --header "NAME: VALUE"  a header of every request to the service
  --timeout 15s           the longest time for a response
  --start-timeout 60s     the longest time for the service to start
  --allow-host HOST       allows a service on another host than this machine

One Login:
  --one-login URL         the address of the simulator (default: http://127.0.0.1:3001/)
  --core-identity-issuer URL   the issuer of core identities (default: that address followed by identity/)

Reports:
  --json                  writes the report as JSON
  --junit FILE            writes it as JUnit XML too
  --html FILE             writes it as one HTML page too, for people and for paper
  --expect FILE           a JSON file with the known problems: { "session-renewed": "broken" }
  --list                  only shows the requirements
  --help                  this text

Exit codes: 0 no unexpected problems, 1 a requirement is broken or the service crashed, 2 the check could not run.
`

/** `conformance`: checks a running service against the requirements of One Login. */
export const conformanceCommand: Subcommand = {
  help,
  takesCommand: true,
  flags: {
    ...settingFlags,
    'one-login': { type: 'string' },
    'core-identity-issuer': { type: 'string' },
    list: { type: 'boolean' },
    json: { type: 'boolean' },
    junit: { type: 'string' },
    html: { type: 'string' },
    expect: { type: 'string' },
  },
  async run(values, terminal) {
    if (values.list === true) {
      writeCatalogue(terminal)
      return 0
    }
    const settings = await readSettings(values)
    const expected = textOf(values, 'expect')
    const expectations = expected === undefined ? {} : await readExpectations(expected)
    const files = { junit: textOf(values, 'junit'), html: textOf(values, 'html') }
    await checkReportFiles(files)
    const op = await openSimulator(values, settings)
    try {
      const results = await check(settings, op, terminal)
      await writeReports(files, settings.page, results)
      if (values.json === true) writeJson(terminal.stdout, jsonReport(settings.page, results), 2)
      else writeTextReport(terminal, results)
      const found = surprises(results, expectations)
      if (expected !== undefined) for (const surprise of found) writeLine(terminal.stderr, surprise)
      return found.length === 0 ? 0 : 1
    } finally {
      await op.close()
    }
  },
}

async function openSimulator(values: FlagValues, settings: Settings): Promise<Simulator> {
  const text = textOf(values, 'one-login') ?? 'http://127.0.0.1:3001/'
  const url = parseURL(text)
  if (url?.protocol !== 'http:' || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UsageError(
      `--one-login is "${text}", which is not an http address without a path. Use an address such as http://127.0.0.1:3001/.`,
    )
  const coreIdentityIssuer = textOf(values, 'core-identity-issuer')
  try {
    return await startSimulator({
      host: url.hostname,
      port: url.port === '' ? 80 : Number(url.port),
      ...(coreIdentityIssuer !== undefined && { coreIdentityIssuer }),
      logoutRetryDelay: 0,
      logoutTimeout: settings.timeout,
    })
  } catch (error) {
    throw new CommandFailure(
      `The simulator cannot listen at ${url.href}: ${listeningProblem(error)}. Set another address with --one-login, and in your service.`,
    )
  }
}

async function check(settings: Settings, op: Simulator, terminal: Terminal) {
  const { signal } = untilStopped(terminal)
  const service = serviceOf(settings, { op, env: terminal.env, signal })
  if (service && (await isListening(settings.page)))
    throw new CommandFailure(
      `Another process already listens at ${settings.page.origin}. Stop it, so that the service can start.`,
    )
  try {
    if (service && !(await service.start()))
      throw new CommandFailure(
        `The service did not start. It wrote:\n${service.output}\nCheck the command after --, and that the service listens at --page.`,
      )
    const onPhase = (phase: string) => writeLine(terminal.stderr, `Checking: ${phase}`)
    return await examineService(settings, { op, service, onPhase, signal })
  } finally {
    await service?.stop()
  }
}

function untilStopped(terminal: Terminal): AbortController {
  const stop = new AbortController()
  void terminal
    .interruption()
    .then(() =>
      stop.abort(new CommandFailure('Stopped, so there is no report. Run the command again for a report.')),
    )
  return stop
}

interface ServiceParts {
  readonly op: Simulator
  readonly env: Terminal['env']
  readonly signal: AbortSignal
}

function serviceOf(settings: Settings, { op, env, signal }: ServiceParts): ServiceProcess | undefined {
  const { command, page, startTimeout } = settings
  if (command.length === 0) return undefined
  const { ONE_LOGIN_ENVIRONMENT: _, ...own } = env
  return new ServiceProcess({
    command,
    url: page,
    startTimeout,
    signal,
    env: { ...serviceVariables(op, settings), ...own },
  })
}
