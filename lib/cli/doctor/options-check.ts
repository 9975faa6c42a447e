import { isOneLoginError, type OneLoginError } from '../../errors.ts'
import { optionsFromEnvironment, optionVariables } from '../../options/from-environment.ts'
import { parseStrategyOptions, type Settings } from '../../options/strategy-options.ts'
import { modulusBits } from '../../options/signer.ts'
import { nearestName } from '../nearest-name.ts'
import { fix, ok, type Finding } from './finding.ts'
import { withoutFault } from './valid-variables.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The result of the options check: the findings, and the settings if the options are valid. */
export interface OptionsResult {
  readonly settings?: Settings
  readonly findings: readonly Finding[]
}

/** Reads the options as the library does. Its findings name the variables. */
export function checkOptions(env: Variables): OptionsResult {
  const misspelt = misspeltVariables(env)
  const refusals = refusalsOf(env)
  if (refusals.length > 0) return { findings: [...misspelt, ...refusals] }
  const settings = parseStrategyOptions(optionsFromEnvironment(env))
  const { clientId, callbackURL, environment } = settings
  const valid = ok('options', `${clientId} at ${environment.issuer}, callback ${callbackURL}`)
  return { settings, findings: [...misspelt, valid, keyFinding(settings)] }
}

/**
 * Returns what is wrong with the options. The library names only the first problem, so the wrong value is replaced
 * with a valid one and the options are read again. One run then finds all problems.
 */
function refusalsOf(env: Variables): Finding[] {
  const findings: Finding[] = []
  const replaced = new Set<string>()
  let current = env
  for (;;) {
    const refusal = refusalIn(current)
    if (refusal === undefined) return findings
    const variable = variableOf(refusal)
    if (replaced.has(variable)) return findings
    findings.push(findingOf(refusal, variable, current))
    if (variable === '') return findings
    replaced.add(variable)
    current = withoutFault(current, variable)
  }
}

function refusalIn(env: Variables): OneLoginError | undefined {
  try {
    parseStrategyOptions(optionsFromEnvironment(env))
    return undefined
  } catch (error) {
    if (!isOneLoginError(error)) throw error
    return error
  }
}

/** Returns the variable that sets the option of an error. */
function variableOf({ option = '' }: OneLoginError): string {
  const path = option.replace(/\[\d+\]$/, '')
  return Object.keys(optionVariables).find((variable) => optionVariables[variable] === path) ?? ''
}

function keyFinding({ signers: [signer] }: Settings): Finding {
  if (!signer)
    return ok(
      'key',
      'none: the service uses a client secret, so it can sign users in but cannot request identities',
    )
  return ok(
    'key',
    `RSA, ${modulusBits(signer.publicJwk)} bits, signs with ${signer.alg}, key ID (kid) ${signer.kid}`,
  )
}

function findingOf({ message }: OneLoginError, variable: string, env: Variables): Finding {
  if (variable !== 'ONE_LOGIN_PRIVATE_KEY')
    return fix('options', 'options-wrong', message, `Correct ${variable || 'the variable'}.`)
  const credentials = [env.ONE_LOGIN_PRIVATE_KEY, env.ONE_LOGIN_CLIENT_SECRET].filter((text) => text?.trim())
  if (credentials.length === 0)
    return fix(
      'key',
      'key-missing',
      'Neither ONE_LOGIN_PRIVATE_KEY nor ONE_LOGIN_CLIENT_SECRET is set.',
      `Set ONE_LOGIN_PRIVATE_KEY to the content of the private key file. ${howToMakeKeys}`,
    )
  if (credentials.length === 2)
    return fix(
      'key',
      'key-and-secret',
      'ONE_LOGIN_PRIVATE_KEY and ONE_LOGIN_CLIENT_SECRET are both set.',
      'Remove the one that is not registered. A service that asks for identities needs the key.',
    )
  const remedy = `Set ONE_LOGIN_PRIVATE_KEY to the content of the private key file. ${howToMakeKeys}`
  return fix('key', 'key-wrong', message, remedy)
}

const howToMakeKeys = 'To make a key pair, run "npx passport-govuk-one-login keys".'

const prefix = /^(?:GOV_?UK_)?ONE_?LOGIN_/i

/** Finds variables with names similar to the library's. The library would ignore them. */
function misspeltVariables(env: Variables): Finding[] {
  const known = Object.keys(optionVariables)
  return Object.keys(env)
    .filter((variable) => prefix.test(variable) && !known.includes(variable))
    .map((variable) => {
      const free = nearestVariable(
        variable,
        known.filter((candidate) => !env[candidate]?.trim()),
      )
      const set = free === undefined ? nearestVariable(variable, known) : undefined
      let remedy = 'Remove it, or give it a name that does not start with ONE_LOGIN_.'
      if (free !== undefined) remedy = `Rename it to ${free}.`
      if (set !== undefined) remedy = `Remove it, because ${set} is set too.`
      return fix('options', 'variable-unknown', `The library does not read ${variable}.`, remedy)
    })
}

/** Returns the variable with the most similar name. All names share the prefix, so only the rest is compared. */
function nearestVariable(name: string, variables: readonly string[]): string | undefined {
  const rests = variables.map((variable) => variable.replace(prefix, ''))
  const nearest = nearestName(name.replace(prefix, ''), rests)
  return nearest === undefined ? undefined : `ONE_LOGIN_${nearest}`
}
