import { parseEnv } from 'node:util'
import { examine, type Examination } from './doctor/examination.ts'
import type { Finding } from './doctor/finding.ts'
import { readInputFile } from './input-file.ts'
import { choiceOf, textOf, type Subcommand } from './subcommand.ts'
import { coloured, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: passport-govuk-one-login doctor [flags]

Reads the ONE_LOGIN_* variables as the library does and checks them with GOV.UK One Login: options, key, One Login's
documents, this machine's clock, and the registration of the service. Shows what is right and what to fix.
It signs no user in, makes at most 30 calls and shows no secret.

Flags:
  --variables FILE  also reads variables from a file. The environment overrides the file
  --env-file FILE   the same. Node also reads this flag, and some versions stop with their own message if the file
                    does not exist
  --redirect-uri URL  a registered redirect URI, to continue with if ONE_LOGIN_CALLBACK_URL is not registered
  --level LEVEL     also requests an identity: P1, P2 or P3, with the claims in ONE_LOGIN_CLAIMS
  --jwks-url URL    also checks the public keys that your service publishes
  --json            writes the result as JSON
  --help            this text

Exit codes: 0 all is well, or there are only warnings, 1 something needs fixing or could not be checked, 2 invalid
arguments.
`

/** `doctor`: finds problems with a service's options and registration. */
export const doctorCommand: Subcommand = {
  help,
  flags: {
    variables: { type: 'string' },
    'env-file': { type: 'string' },
    'redirect-uri': { type: 'string' },
    level: { type: 'string' },
    'jwks-url': { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(values, terminal) {
    const level = choiceOf(values, 'level', ['P1', 'P2', 'P3'])
    const env = {
      ...(await variablesOf('env-file', textOf(values, 'env-file'))),
      ...(await variablesOf('variables', textOf(values, 'variables'))),
      ...terminal.env,
      ...(level && { ONE_LOGIN_VTR: `Cl.Cm.${level}` }),
    }
    const examination = await examine({
      env,
      jwksURL: textOf(values, 'jwks-url'),
      redirectURI: textOf(values, 'redirect-uri'),
    })
    const isWell = examination.findings.every(({ outcome }) => outcome === 'ok' || outcome === 'warning')
    if (values.json === true)
      writeJson(terminal.stdout, { ok: isWell, calls: examination.calls, checks: examination.findings }, 2)
    else report(terminal, examination)
    return isWell ? 0 : 1
  },
}

async function variablesOf(flag: string, file: string | undefined): Promise<NodeJS.Dict<string>> {
  return file === undefined ? {} : parseEnv(await readInputFile(flag, file))
}

const marks = {
  ok: { text: 'ok  ', colour: 'green' },
  warning: { text: 'WARN', colour: 'yellow' },
  fix: { text: 'FIX ', colour: 'red' },
  unknown: { text: '?   ', colour: 'yellow' },
} as const

function report({ stdout }: Terminal, { findings, calls }: Examination): void {
  for (const finding of findings) {
    const { text, colour } = marks[finding.outcome]
    writeLine(stdout, `${coloured(stdout, colour, text)}  ${finding.check.padEnd(14)}  ${words(finding)}`)
  }
  const count = (outcome: Finding['outcome']) =>
    findings.filter((finding) => finding.outcome === outcome).length
  const [toFix, unchecked, warnings] = [count('fix'), count('unknown'), count('warning')]
  const result =
    toFix + unchecked === 0 ? 'All is well' : `${toFix} to fix, ${unchecked} could not be checked`
  const sum = warnings === 0 ? result : `${result}. ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  writeLine(stdout, `\n${coloured(stdout, 'bold', `${sum}.`)} ${calls} calls were made.`)
}

function words(finding: Finding): string {
  return 'remedy' in finding ? `${finding.message} ${finding.remedy}` : finding.message
}
