import * as v from 'valibot'
import { OneLoginError } from '../errors.ts'
import type { Settings } from '../options/strategy-options.ts'
import type { Provider } from '../provider/provider.ts'
import { verifySignedToken } from './signed-token.ts'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

const claimsSchema = v.object({
  jti: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
  events: v.strictObject({ [logoutEvent]: v.custom(isEmptyObject) }),
  nonce: v.optional(v.undefined()),
})

// valibot's strictObject accepts an empty array.
function isEmptyObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).length === 0
}

/** The content of a verified back-channel logout token. */
export interface LogoutTokenClaims {
  /** The user who has signed out. */
  readonly sub: string
  /** When it was issued, by One Login's clock. In seconds since 1970. */
  readonly iat: number
  readonly jti: string
}

/**
 * Verifies a back-channel logout token.
 *
 * @param jwt - the `logout_token` from the request body
 * @throws OneLoginError `logout_token_invalid`, or the error of the JWKS
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation
 */
export async function verifyLogoutToken(
  jwt: string,
  provider: Pick<Provider, 'tokenKey'>,
  { environment, clientId, clockTolerance }: Pick<Settings, 'environment' | 'clientId' | 'clockTolerance'>,
): Promise<LogoutTokenClaims> {
  const { sub, iat, ...claims } = await verifySignedToken(jwt, {
    name: 'logout token',
    code: 'logout_token_invalid',
    findKey: (kid) => provider.tokenKey(kid),
    // Even if ID tokens are signed with RS256.
    algorithms: ['ES256'],
    typ: 'logout+jwt',
    issuer: environment.issuer,
    clientId,
    clockTolerance,
  })
  const { success, output, issues } = v.safeParse(claimsSchema, claims)
  // Stryker disable next-line OptionalChaining: each issue is about a member, so it has a path
  if (!success) throw refusal(`its "${String(issues[0].path?.[0]?.key)}" is not valid in a logout token`)
  return { sub, iat, jti: output.jti }
}

function refusal(reason: string): OneLoginError {
  return new OneLoginError('logout_token_invalid', `The logout token was rejected: ${reason}.`)
}
