import { isOneLoginError } from '../../errors.ts'
import { optionsFromEnvironment, optionVariables } from '../../options/from-environment.ts'
import { parseStrategyOptions, type Settings } from '../../options/strategy-options.ts'
import { modulusBits } from '../../options/signer.ts'
import { mend, ok, type Finding } from './finding.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What came of the options: the settings, unless they are wrong, and what was found. */
export interface OptionsResult {
  readonly settings?: Settings
  readonly findings: readonly Finding[]
}

/** Reads the options as the library does, and says what is wrong with them in the words of the variables. */
export function checkOptions(env: Variables): OptionsResult {
  const misspelt = misspeltVariables(env)
  try {
    const settings = parseStrategyOptions(optionsFromEnvironment(env))
    const { clientId, callbackURL, environment } = settings
    const all =
      misspelt.length > 0
        ? []
        : [ok('options', `${clientId} at ${environment.issuer}, callback ${callbackURL}`)]
    return { settings, findings: [...misspelt, ...all, keyFinding(settings)] }
  } catch (error) {
    if (!isOneLoginError(error)) throw error
    return { findings: [...misspelt, refusalOf(error.message)] }
  }
}

function keyFinding({ signers: [signer] }: Settings): Finding {
  if (!signer) return ok('key', 'none: the service has a client secret, with which it can sign users in only')
  return ok(
    'key',
    `RSA, ${modulusBits(signer.publicJwk)} bits, signs with ${signer.alg}, key id (kid) ${signer.kid}`,
  )
}

function refusalOf(message: string): Finding {
  const [, option, variable = 'the variable'] =
    /^Option "([^"[]+)[^"]*"(?: \(variable (\w+)\))?/.exec(message) ?? []
  if (option !== 'privateKey') return mend('options', 'options-wrong', message, `Correct ${variable}.`)
  const remedy =
    'Set ONE_LOGIN_PRIVATE_KEY to the content of the private key file, or set ONE_LOGIN_CLIENT_SECRET. To make a key pair, run "npx passport-govuk-one-login keys".'
  return mend('key', 'key-wrong', message, remedy)
}

/** Variables that look like the library's, are none, and would be left unread in silence. */
function misspeltVariables(env: Variables): Finding[] {
  const known = Object.keys(optionVariables)
  return Object.keys(env)
    .filter((variable) => variable.startsWith('ONE_LOGIN_') && !known.includes(variable))
    .map((variable) => {
      const [nearest] = known
        .filter((candidate) => env[candidate] === undefined)
        .map((candidate) => ({ candidate, distance: distanceBetween(variable, candidate) }))
        .filter(({ distance }) => distance <= 4)
        .sort((a, b) => a.distance - b.distance)
      const remedy = nearest
        ? `Rename it to ${nearest.candidate}.`
        : 'Take it out, or give it a name that does not start with ONE_LOGIN_.'
      return mend('options', 'variable-unknown', `${variable} is no variable of the library's.`, remedy)
    })
}

/** How many letters differ (Levenshtein's distance). */
function distanceBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[b.length] ?? 0
}
