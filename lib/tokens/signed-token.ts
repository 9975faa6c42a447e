import type { JWTPayload } from 'jose'
import { isPresent } from '../wire-object.ts'
import { findOneLoginError, OneLoginError, type OneLoginErrorCode } from '../errors.ts'
import { readSigned } from './signature.ts'
import type { VerificationAlgorithm, VerificationKey } from '../provider/verification-keys.ts'
import { nowInSeconds } from '../clock.ts'

/** The checks that apply to every token from One Login. */
export interface TokenRequirements {
  /** The name of the token in messages. */
  readonly name: string
  /** The code of the error if the token is rejected. */
  readonly code: OneLoginErrorCode
  /** Finds the key that the header's `kid` names. */
  readonly findKey: (kid: string) => Promise<VerificationKey | undefined>
  readonly algorithms: readonly VerificationAlgorithm[]
  readonly issuer: string
  readonly clientId: string
  /** The required `sub`, if it is known. */
  readonly subject?: string
  /** The media type that `typ` in the header must have, if it is present. */
  readonly typ?: string
  /** In seconds. */
  readonly clockTolerance: number
}

/** The claims of a token that passed {@link TokenRequirements}. */
export type VerifiedClaims = JWTPayload & { readonly sub: string; readonly iat: number }

/**
 * Verifies a signed token from One Login. Checks the signature with the key that `kid` names and that key's
 * algorithm, then `iss`, `aud` and `sub`. `exp` must be in the future. `nbf` and `iat` must not be.
 *
 * @throws OneLoginError with the code of the rules, or the error of the key's document
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
 */
export async function verifySignedToken(
  jwt: string,
  requirements: TokenRequirements,
): Promise<VerifiedClaims> {
  const { name, code, findKey, algorithms, issuer, clientId, subject, clockTolerance } = requirements
  const refuse = (reason: string, cause?: unknown) =>
    new OneLoginError(code, `The ${name} was rejected: ${reason}.`, { cause })
  try {
    const payload = await readSigned(jwt, async ({ alg, kid, typ = requirements.typ }) => {
      if (requirements.typ !== undefined && typ !== requirements.typ)
        throw refuse('its header has another "typ"')
      if (!algorithms.some((allowed) => allowed === alg)) throw refuse('its "alg" is not allowed')
      if (typeof kid !== 'string' || kid === '') throw refuse('its header has no "kid"')
      const key = await findKey(kid)
      if (!key) throw refuse('its key is not in the JWKS')
      return key
    })
    const { iss, aud, azp, sub, exp, nbf, iat } = payload
    if (iss !== issuer) throw refuse(`its "iss" is not the issuer "${issuer}"`)
    const audiences = Array.isArray(aud) ? aud : [aud]
    if (audiences.length !== 1 || audiences[0] !== clientId)
      throw refuse(`its "aud" is not the client "${clientId}"`)
    if (isPresent(azp) && azp !== clientId) throw refuse('its "azp" is another client')
    if (typeof sub !== 'string' || sub === '') throw refuse('its "sub" is not text')
    if (subject !== undefined && sub !== subject) throw refuse('its "sub" is another user')
    if (typeof exp !== 'number' || exp <= nowInSeconds() - clockTolerance)
      throw refuse('its "exp" is missing or past')
    if (isPresent(nbf) && !isPast(nbf, clockTolerance)) throw refuse('its "nbf" is in the future')
    if (!isPast(iat, clockTolerance)) throw refuse('its "iat" is missing or in the future')
    return { ...payload, sub, iat }
  } catch (error) {
    throw findOneLoginError(error) ?? refuse(lowerFirst((error as Error).message), error)
  }
}

function isPast(time: unknown, clockTolerance: number): time is number {
  // JSON can hold infinite numbers, and a session cannot store one.
  // Stryker disable next-line ConditionalExpression: Number.isFinite() is false for everything but numbers
  return typeof time === 'number' && Number.isFinite(time) && time <= nowInSeconds() + clockTolerance
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
