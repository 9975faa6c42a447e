import { parseURL } from '../../parsed-url.ts'
import { isSecure } from '../../options/environments.ts'
import type { Settings } from '../../options/strategy-options.ts'
import type { Calls } from './calls.ts'
import { fix, ok, type Finding, type Problem } from './finding.ts'

/** The longest time that One Login waits for the keys, in seconds. */
const limit = 5
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

type Member = Readonly<Record<string, unknown>>

/** A problem with a JWKS, and how to fix it. */
type Fault = readonly [problem: Problem, message: string, remedy: string]

/** Reads the JWKS that the service publishes, as One Login does. */
export async function checkPublishedKeys(url: string, settings: Settings, calls: Calls): Promise<Finding> {
  const fault = await faultOf(url, settings, calls)
  const [signer] = settings.signers
  if (!fault)
    return ok('published keys', `${url} contains the key ${signer?.kid ?? ''} that this service signs with`)
  const [problem, message, remedy] = fault
  return fix('published keys', problem, `${url}: ${message}`, remedy)
}

async function faultOf(url: string, settings: Settings, calls: Calls): Promise<Fault | undefined> {
  const address = parseURL(url)
  if (!address || !isSecure(address, settings.environment.allowInsecureRequests))
    return ['jwks-url-insecure', 'it is not an https URL.', 'Publish the keys at an https URL.']
  const result = await calls.makeToService(url, { headers: { accept: 'application/json' } })
  const reach = `Make sure that One Login gets a JWKS from it with status 200, without a redirect, within ${limit} s.`
  if ('failure' in result)
    return ['jwks-unreachable', result.failure.replaceAll('One Login', 'your server'), reach]
  const { response, milliseconds } = result
  if (response.status !== 200) return ['jwks-unreachable', `it returned status ${response.status}.`, reach]
  if (milliseconds > limit * 1000)
    return ['jwks-unreachable', `it took ${(milliseconds / 1000).toFixed(1)} s to respond.`, reach]
  const keys = keysOf(await response.json().catch(() => undefined))
  const serve =
    'Publish the keys with routes() or jwks(), or publish the file one-login-jwks.json that "keys" creates.'
  if (!keys) return ['jwks-malformed', 'it is not a JSON Web Key Set.', serve]
  return faultOfKeys(keys, settings, serve)
}

function keysOf(json: unknown): readonly Member[] | undefined {
  const { keys } = (json ?? {}) as { keys?: unknown }
  const isObject = (key: unknown) => typeof key === 'object' && key !== null
  return Array.isArray(keys) && keys.every(isObject) ? (keys as readonly Member[]) : undefined
}

function faultOfKeys(
  keys: readonly Member[],
  { signers: [signer] }: Settings,
  serve: string,
): Fault | undefined {
  const leaked = privateMembers.filter((member) => keys.some((key) => Object.hasOwn(key, member)))
  if (leaked.length > 0)
    return [
      'jwks-private-member',
      `it publishes private members of a key (${leaked.join(', ')}).`,
      'Remove it at once. Create a new key pair and register its public key, because anyone may have the old private key.',
    ]
  const kids = keys.map(({ kid }) => kid)
  if (kids.some((kid) => typeof kid !== 'string') || new Set(kids).size < kids.length)
    return [
      'jwks-malformed',
      'a key has no "kid", or 2 keys have the same one.',
      'Give each key its own "kid".',
    ]
  if (!signer) return undefined
  const key = keys.find(({ kid }) => kid === signer.kid)
  if (!key)
    return [
      'jwks-key-missing',
      `it does not contain ${signer.kid}, the key that this service signs with.`,
      `Publish that key, at least 24 hours before it signs. ${serve}`,
    ]
  if (key.kty !== 'RSA' || key.n !== signer.publicJwk.n || key.e !== signer.publicJwk.e)
    return ['jwks-key-differs', `its key ${signer.kid} is not the key that this service signs with.`, serve]
  if ((key.use ?? 'sig') !== 'sig' || (key.alg ?? signer.alg) !== signer.alg)
    return ['jwks-key-differs', `its key ${signer.kid} is not for signatures with ${signer.alg}.`, serve]
  return undefined
}
