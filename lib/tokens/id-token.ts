import { hash } from 'node:crypto'
import { isPresent } from '../wire-object.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import { OneLoginError } from '../errors.ts'
import { nowInSeconds } from '../clock.ts'
import { verifySignedToken } from './signed-token.ts'
import { credentialSatisfies, isCredentialLevel, type CredentialLevel } from '../vectors-of-trust.ts'

/** The content of a verified ID token. */
export interface IdTokenClaims {
  readonly sub: string
  /** When it was issued, by One Login's clock. In seconds since 1970. */
  readonly iat: number
  /** The credential level that the user reached. */
  readonly vot: CredentialLevel
  /** When the user last signed in to One Login. In seconds since 1970. */
  readonly authTime?: number
  /** One Login's ID of this journey. */
  readonly sid?: string
}

/** The values that an ID token must match. */
export interface IdTokenExpectations {
  readonly nonce: string
  /** The lowest requested credential level. */
  readonly credential: CredentialLevel
  /** The longest time, in seconds, between the user's last sign-in to One Login and `sentAt`, if there is a limit. */
  readonly maxAge?: number | undefined
  /**
   * The moment from which `maxAge` counts back, in seconds since 1970. Default: now. For an identity request it is
   * when the browser was sent to One Login, because One Login sets `auth_time` before the identity journey, which
   * takes a long time.
   */
  readonly sentAt?: number | undefined
  /** The access token from the same response. */
  readonly accessToken: string
}

/**
 * Verifies an ID token. Every check always runs.
 *
 * @param jwt - the ID token from the token endpoint
 * @throws OneLoginError `id_token_invalid`, `id_token_key_unknown`, `authentication_level_too_low`,
 * `authentication_too_old`, or the error of the JWKS
 * @see https://docs.sign-in.service.gov.uk/integrate-with-integration-environment/authenticate-your-user/#validate-your-id-token
 */
export async function verifyIdToken(
  jwt: string,
  expected: IdTokenExpectations,
  provider: Pick<Provider, 'tokenKey'>,
  { environment, clientId, clockTolerance }: Pick<Settings, 'environment' | 'clientId' | 'clockTolerance'>,
): Promise<IdTokenClaims> {
  const { sub, iat, nonce, vot, auth_time, at_hash, sid } = await verifySignedToken(jwt, {
    name: 'ID token',
    code: 'id_token_invalid',
    findKey: (kid) => findKey(kid, provider, clientId),
    algorithms: ['ES256', 'RS256'],
    issuer: environment.issuer,
    clientId,
    clockTolerance,
  })
  if (nonce !== expected.nonce) throw refusal('its "nonce" is not the one that was sent')
  if (isPresent(at_hash) && at_hash !== accessTokenHash(expected.accessToken))
    throw refusal('its "at_hash" does not match the access token')
  if (!isCredentialLevel(vot)) throw refusal('its "vot" is missing or not a credential level')
  if (!credentialSatisfies(vot, expected.credential))
    throw new OneLoginError(
      'authentication_level_too_low',
      `One Login signed the user in at ${vot}, but your service requested ${expected.credential}.`,
    )
  const authTime = readAuthTime(auth_time, expected, clockTolerance)
  return {
    sub,
    iat,
    vot,
    ...(authTime !== undefined && { authTime }),
    ...(typeof sid === 'string' && { sid }),
  }
}

async function findKey(kid: string, provider: Pick<Provider, 'tokenKey'>, clientId: string) {
  const key = await provider.tokenKey(kid)
  if (key) return key
  throw new OneLoginError(
    'id_token_key_unknown',
    "The ID token's key is not in One Login's JWKS. Do not trust this ID token. Contact GOV.UK One Login with the " +
      `name of your service and its client ID, which is "${clientId}".`,
  )
}

function readAuthTime(
  authTime: unknown,
  { maxAge, sentAt = nowInSeconds() }: Pick<IdTokenExpectations, 'maxAge' | 'sentAt'>,
  tolerance: number,
): number | undefined {
  if (!isPresent(authTime) && maxAge === undefined) return undefined
  if (typeof authTime !== 'number') throw refusal('its "auth_time" is missing or not a number')
  if (authTime < 0) throw refusal('its "auth_time" is before 1970')
  if (authTime > nowInSeconds() + tolerance) throw refusal('its "auth_time" is in the future')
  if (authTime < sentAt - (maxAge ?? Infinity) - tolerance)
    throw new OneLoginError(
      'authentication_too_old',
      'The user signed in at One Login longer ago than "maxAge" allows. Ask them to sign in again. If this continues, ' +
        'ask One Login whether this service is registered with "MaxAgeEnabled": without it, "max_age" has no effect.',
    )
  return authTime
}

/** Returns the left half of the hash. Both algorithms of ID tokens use SHA-256. */
function accessTokenHash(accessToken: string): string {
  return hash('sha256', accessToken, 'buffer').toString('base64url', 0, 16)
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('id_token_invalid', `The ID token was rejected: ${reason}.`)
}
