import { readFile } from 'node:fs/promises'
import { parseEnv } from 'node:util'
import { examine, type Examination } from './doctor/examination.ts'
import type { Finding } from './doctor/finding.ts'
import { choiceOf, textOf, UsageError, type Subcommand } from './subcommand.ts'
import { coloured, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: passport-govuk-one-login doctor [flags]

Reads the ONE_LOGIN_* variables as the library does, asks GOV.UK One Login about them, and says what is right and
what to mend: options, key, One Login's documents, this machine's clock, and the registration of the service. It
signs nobody in, makes 30 calls at most, and shows no secret.

Flags:
  --variables FILE  also reads variables from a file. Those of the environment go first
  --env-file FILE   the same. Node reads a flag of this name, too, and some versions stop with a message of their own
                    if the file does not exist
  --redirect-uri URL  a registered redirect URI, to look further if ONE_LOGIN_CALLBACK_URL is not registered
  --level LEVEL     also asks for an identity: P1, P2 or P3, with the claims of ONE_LOGIN_CLAIMS
  --jwks-url URL    also looks at the public keys that your service publishes
  --json            answers in JSON
  --help            this text

Exit codes: 0 all right, also with a warning, 1 something is to be mended or could not be told, 2 called in a wrong way.
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
  if (file === undefined) return {}
  try {
    return parseEnv(await readFile(file, 'utf8'))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a directory' : 'cannot be read'
    throw new UsageError(`--${flag}: ${file} ${reason}.`)
  }
}

const marks = {
  ok: { text: 'ok  ', colour: 'green' },
  warning: { text: 'WARN', colour: 'yellow' },
  mend: { text: 'MEND', colour: 'red' },
  unknown: { text: '?   ', colour: 'yellow' },
} as const

function report({ stdout }: Terminal, { findings, calls }: Examination): void {
  for (const finding of findings) {
    const { text, colour } = marks[finding.outcome]
    writeLine(stdout, `${coloured(stdout, colour, text)}  ${finding.check.padEnd(14)}  ${words(finding)}`)
  }
  const count = (outcome: Finding['outcome']) =>
    findings.filter((finding) => finding.outcome === outcome).length
  const [toMend, notTold, warnings] = [count('mend'), count('unknown'), count('warning')]
  const result = toMend + notTold === 0 ? 'All right' : `${toMend} to mend, ${notTold} could not be told`
  const sum = warnings === 0 ? result : `${result}. ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  writeLine(stdout, `\n${coloured(stdout, 'bold', `${sum}.`)} ${calls} calls were made.`)
}

function words(finding: Finding): string {
  return 'remedy' in finding ? `${finding.says} ${finding.remedy}` : finding.says
}
