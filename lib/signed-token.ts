import type { JWTPayload, JWTVerifyOptions } from 'jose'
import { jwtVerify } from 'jose/jwt/verify'
import { findOneLoginError, OneLoginError, type OneLoginErrorCode } from './errors.ts'
import type { VerificationKey } from './verification-keys.ts'

/** What every token of the provider's is held to. */
export interface TokenRules extends Pick<JWTVerifyOptions, 'algorithms' | 'issuer' | 'subject'> {
  /** What the token is called in messages. */
  readonly name: string
  /** The code of the error when it is refused. */
  readonly code: OneLoginErrorCode
  /** Finds the key that the header's `kid` names. */
  readonly findKey: (kid: string) => Promise<VerificationKey | undefined>
  readonly clientId: string
  /** The media type that the header's `typ` must have where it has one. */
  readonly typ?: string
  /** Seconds. */
  readonly clockTolerance: number
}

/** Claims of a token that kept {@link TokenRules}. */
export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly iat: number }

/**
 * Verifies a signed token of the provider's: signature by the key its `kid` names, with that key's algorithm;
 * `iss`, `aud` and `sub`; `exp` ahead, `nbf` and `iat` not.
 *
 * @throws OneLoginError with the code of the rules; or as the key's document fails
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function verifySignedToken(jwt: string, rules: TokenRules): Promise<VerifiedClaims> {
  const { name, code, findKey, clientId, typ: type, clockTolerance, ...expected } = rules
  const refuse = (reason: string, cause?: unknown) =>
    new OneLoginError(code, `The ${name} was refused: ${reason}.`, { cause })
  try {
    const { payload } = await jwtVerify(
      jwt,
      async ({ alg, kid, typ }) => {
        if (type !== undefined && (typ ?? type) !== type) throw refuse('its header has another "typ"')
        if (typeof kid !== 'string' || kid === '') throw refuse('its header has no "kid"')
        const found = await findKey(kid)
        if (!found) throw refuse("its key is not among One Login's")
        if (found.alg !== alg) throw refuse('its "alg" is not that of its key')
        return found.key
      },
      {
        ...expected,
        clockTolerance,
        requiredClaims: ['iss', 'aud', 'sub', 'exp', 'iat'],
      },
    )
    const { aud, sub, iat } = payload
    const audiences = Array.isArray(aud) ? aud : [aud]
    if (audiences.length !== 1 || audiences[0] !== clientId) throw refuse('it is for another client')
    if (typeof sub !== 'string' || sub === '') throw refuse('its "sub" is not a text')
    if (typeof iat !== 'number' || iat > now() + clockTolerance) throw refuse('it was issued in the future')
    return { ...payload, sub, iat }
  } catch (error) {
    throw findOneLoginError(error) ?? refuse(lowerFirst((error as Error).message), error)
  }
}

/** Seconds since 1970, as tokens count. */
export function now(): number {
  return Math.floor(Date.now() / 1000)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
