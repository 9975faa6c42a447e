import type { RequestHandler } from 'express'
import * as v from 'valibot'
import type { ClaimName } from '../../claims.ts'
import { OneLoginError } from '../../errors.ts'
import { parseOptions } from '../../options/invalid-option.ts'
import { described } from '../../options/option-schema.ts'
import type { RelyingParty } from '../relying-party.ts'
import { sharedEntries } from '../../options/sign-in-options.ts'
import type { IdentityOutcome } from '../../sign-in/completion.ts'
import { confidenceSatisfies, type IdentityLevel } from '../../vectors-of-trust.ts'
import { refuse } from '../responses.ts'
import { requireAuthentication, sendToSignIn } from './require-authentication.ts'

const optionsSchema = v.strictObject({
  level: described(v.picklist(['P1', 'P2', 'P3']), '"P1", "P2" or "P3"'),
  claims: v.optional(sharedEntries.claims),
})

/**
 * The identity that a page needs.
 *
 * @example
 * ```ts
 * const forTreasure: IdentityNeeds = { level: 'P2', claims: ['address'] }
 * ```
 */
export interface IdentityNeeds {
  /** The lowest level of confidence to accept. */
  readonly level: IdentityLevel
  /** Claims to request in addition to the core identity. If not set, the strategy's `claims`. */
  readonly claims?: readonly ClaimName[]
}

/**
 * Lets users through whose identity is proven. Other users are signed in first, and then asked for their identity in
 * a second request. If that does not prove it, the request is rejected, with the return codes in the error.
 *
 * @throws OneLoginError `invalid_option` from the call that creates the guard
 */
export function requireIdentity(relyingParty: RelyingParty, needs: IdentityNeeds): RequestHandler {
  const { level, claims = relyingParty.settings.signIn.claims } = parseOptions(optionsSchema, needs)
  const stepUp = relyingParty.signInSettings({ vtr: [`Cl.Cm.${level}`], claims: [...claims] })
  const authenticate = requireAuthentication(relyingParty, { vtr: ['Cl.Cm'] })

  const coversNeeds = (outcome: IdentityOutcome) =>
    confidenceSatisfies(outcome.level, level) &&
    stepUp.claims.every((claim) => outcome.claims.includes(claim))

  return function guard(req, res, next) {
    authenticate(req, res, (error?: unknown) => {
      if (error) {
        next(error)
        return
      }
      const { identity, failedIdentity } = relyingParty.sessions.concluded(req).signedIn ?? {}
      const outcomes = [identity, failedIdentity].filter((outcome) => outcome !== undefined)
      const outcome = outcomes.find(coversNeeds)
      if (outcome?.proven) next()
      else if (outcome) refuse(req, res, next, notProven(outcome.returnCodes))
      else {
        // Requests the claims of other pages again. If it did not, two pages could send the user to One Login in
        // turns.
        const claims = [...new Set([...stepUp.claims, ...outcomes.flatMap((known) => known.claims)])]
        sendToSignIn(relyingParty, { ...stepUp, claims }, 'identity_required')(req, res, next)
      }
    })
  }
}

function notProven(returnCodes: readonly string[]): OneLoginError {
  return new OneLoginError('identity_not_proven', 'One Login could not prove the identity of the user.', {
    returnCodes,
  })
}
