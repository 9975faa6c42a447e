import type * as v from 'valibot'
import {
  didSettings,
  environments,
  isSecure,
  knownEnvironment,
  missingDidSettings,
  type Environment,
} from './environments.ts'
import { invalidOption, optionLabel, parseOptions } from './invalid-option.ts'
import type { OneLoginOptions, OneLoginOptionsWithRequest } from './one-login-options.ts'
import { withoutUndefined } from './option-schema.ts'
import { signerFromPrivateKey } from './private-key.ts'
import { verifyingSigner, type Signer } from './signer.ts'
import type { SignInDefaults } from './sign-in-options.ts'
import { optionsSchema } from './strategy-options-schema.ts'
import { parseVectors } from '../vectors-of-trust.ts'

type CheckedOptions = v.InferOutput<typeof optionsSchema>
type InAnotherForm = 'environment' | 'privateKey' | 'signer' | 'requestObject' | 'vtr' | 'claims' | 'maxAge'

/** {@link OneLoginOptions} after all checks, with default values and parsed keys. Lengths of time are in seconds. */
export interface Settings extends Readonly<Omit<CheckedOptions, InAnotherForm>> {
  readonly environment: Environment & { readonly allowInsecureRequests: boolean }
  /** The keys of this service. The first one signs. Empty if the service has a client secret. */
  readonly signers: readonly Signer[]
  readonly signIn: SignInDefaults
}

/**
 * Checks each option, and the options against each other.
 *
 * @param options - see {@link OneLoginOptions}
 * @throws OneLoginError `invalid_option` that names the option, what was received, and what to use
 */
export function parseStrategyOptions(options: OneLoginOptions | OneLoginOptionsWithRequest): Settings {
  const { privateKey, signer, requestObject, vtr, claims, maxAge, ...checked } = parseOptions(
    optionsSchema,
    options,
  )
  const refuse: Refuse = (name, problem) => invalidOption(options, name, problem)
  const environment = resolveEnvironment(checked.environment, refuse)
  const { protocol } = new URL(checked.callbackURL)
  if (environment.issuer === environments.production.issuer && protocol !== 'https:')
    throw refuse('callbackURL', 'it is plain http, which production rejects. Use https')
  requireOneCredential({ privateKey, signer, clientSecret: checked.clientSecret }, refuse)
  const signers = signer?.map(verifyingSigner) ?? readKeys(privateKey ?? [], options)
  if (new Set(signers.map(({ kid }) => kid)).size < signers.length)
    throw refuse(signer ? 'signer' : 'privateKey', 'two keys have the same "kid". Give each key its own')
  const hasKey = signers.length > 0
  if (requestObject && !hasKey)
    throw refuse(
      'requestObject',
      'a request object is signed with a key. Set "privateKey" or "signer", or set this option to false',
    )
  const trust = parseVectors(vtr, optionLabel(options, 'vtr'))
  const hasDid = missingDidSettings(environment).length === 0
  if (trust.identity && !hasKey)
    throw refuse(
      'clientSecret',
      'One Login returns no identity to a service with a client secret. Use "privateKey", or a "vtr" without identity',
    )
  if (trust.identity && !hasDid)
    throw refuse(
      'environment',
      `"vtr" requests an identity, which cannot be verified without ${didSettings.join(', ')}. Set them, or use a "vtr" without identity`,
    )
  const { absolute, idle } = checked.session
  if ((idle ?? 0) > absolute)
    throw refuse(
      'session.idle',
      'it is longer than "session.absolute", so no session would reach it. Set a shorter time',
    )
  return Object.freeze({
    ...checked,
    environment,
    signers: Object.freeze(signers),
    signIn: Object.freeze({ trust, claims, maxAge, requestObject: requestObject ?? hasKey, hasKey, hasDid }),
  })
}

type Refuse = (option: string, problem: string) => Error

function resolveEnvironment(given: CheckedOptions['environment'], refuse: Refuse): Settings['environment'] {
  const { allowInsecureRequests, ...custom } =
    typeof given === 'string' ? { issuer: given, allowInsecureRequests: false } : given
  const known = knownEnvironment(custom.issuer)
  const environment = { ...known, ...withoutUndefined(custom), ...(known && { issuer: known.issuer }) }
  const missing = missingDidSettings(environment)
  if (missing[0] && missing.length < didSettings.length)
    throw refuse(`environment.${missing[0]}`, `it is missing. Set all of ${didSettings.join(', ')}, or none`)
  for (const name of ['issuer', 'didDocumentURL'] as const) {
    const url = environment[name]
    if (url !== undefined && !isSecure(new URL(url), allowInsecureRequests))
      throw refuse(
        `environment.${name}`,
        'it is plain http. Use https, or for a simulator on a loopback host set "allowInsecureRequests"',
      )
  }
  return Object.freeze({ ...environment, allowInsecureRequests })
}

function requireOneCredential(credentials: Readonly<Record<string, unknown>>, refuse: Refuse): void {
  const names = Object.keys(credentials)
  const given = names.filter((name) => credentials[name] !== undefined)
  if (given.length === 1) return
  const all = names.map((name) => `"${name}"`).join(', ')
  const found = given.length === 0 ? 'none is set' : `${given.join(', ')} are set`
  throw refuse(given[0] ?? 'privateKey', `${found}. Set exactly one of ${all}`)
}

function readKeys(keys: NonNullable<CheckedOptions['privateKey']>, options: object): Signer[] {
  return keys.map((key, at, { length }) =>
    signerFromPrivateKey(key, optionLabel(options, length > 1 ? `privateKey[${at}]` : 'privateKey')),
  )
}
