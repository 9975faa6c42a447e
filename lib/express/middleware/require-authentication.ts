import type { RequestHandler } from 'express'
import * as v from 'valibot'
import { OneLoginError, type OneLoginErrorCode } from '../../errors.ts'
import { invalidOption, parseOptions } from '../../options/invalid-option.ts'
import { duration, type Duration } from '../../options/option-schema.ts'
import type { RelyingParty } from '../relying-party.ts'
import { sharedEntries } from '../../options/sign-in-options.ts'
import type { SignedIn } from '../../session/signed-in.ts'
import { nowInSeconds } from '../../clock.ts'
import { credentialSatisfies, parseVectors, type RequestedTrust } from '../../vectors-of-trust.ts'
import { isNavigation, redirect, refuse } from '../responses.ts'
import { handler } from '../handler.ts'

const optionsSchema = v.strictObject({
  vtr: v.optional(sharedEntries.vtr),
  maxAge: v.optional(sharedEntries.maxAge),
  reauthenticateWithin: v.optional(
    duration('1 second to 1 day, for example 300 or "5m"', { min: 1, max: 86_400 }),
  ),
})

/**
 * The sign-in that a page needs.
 *
 * @example
 * ```ts
 * const forBankDetails: AuthenticationNeeds = { vtr: ['Cl.Cm'], reauthenticateWithin: '5m' }
 * ```
 */
export interface AuthenticationNeeds {
  /** Vectors without identity, for example `['Cl.Cm']`. If not set, the strategy's `vtr`. */
  readonly vtr?: readonly string[]
  /** The longest time since the user last signed in to One Login. */
  readonly maxAge?: Duration
  /**
   * The longest time since the user last authenticated again for this service, from 1 second to 1 day. For sensitive
   * pages. It needs request objects and a client that is registered with `JarValidationRequired: true`. Without that
   * setting, a person at an unlocked browser can repeat the sign-in request as a plain query without `prompt`,
   * because a request object is signed but not encrypted. One Login then signs them in with the session that is open
   * there.
   */
  readonly reauthenticateWithin?: Duration
}

/**
 * Lets signed-in users through. Redirects a browser that loads a page to sign in and back to the page. Rejects any
 * other request with a problem document.
 *
 * @throws OneLoginError `invalid_option` from the call that creates the guard
 */
export function requireAuthentication(
  relyingParty: RelyingParty,
  needs: AuthenticationNeeds,
): RequestHandler {
  const { vtr, maxAge, reauthenticateWithin } = parseOptions(optionsSchema, needs)
  const { clockTolerance, signIn } = relyingParty.settings
  const trust: RequestedTrust = vtr ? parseVectors(vtr) : withoutIdentity(signIn.trust)
  if (trust.identity)
    throw invalidOption(needs, 'vtr', 'it requests an identity. Use requireIdentity instead')
  if (reauthenticateWithin !== undefined && !signIn.requestObject)
    throw invalidOption(
      needs,
      'reauthenticateWithin',
      'One Login re-authenticates users only with signed request objects. Set "requestObject" to true',
    )
  const again = { vtr: [...trust.vtr], claims: [] }
  const start = relyingParty.signInSettings({ ...again, maxAge })
  const reauthenticate =
    reauthenticateWithin === undefined ? start : relyingParty.signInSettings({ ...again, prompt: 'login' })

  const missing = (
    signedIn: SignedIn | undefined,
  ): { code: OneLoginErrorCode; settings: typeof start } | undefined => {
    if (!signedIn) return { code: 'not_signed_in', settings: start }
    if (!credentialSatisfies(signedIn.level, trust.credential))
      return { code: 'authentication_too_weak', settings: start }
    if ((signedIn.authTime ?? 0) < nowInSeconds() - (maxAge ?? Infinity) - clockTolerance)
      return { code: 'authentication_too_weak', settings: start }
    if ((signedIn.reauthenticatedAt ?? 0) < nowInSeconds() - (reauthenticateWithin ?? Infinity))
      return { code: 'authentication_too_weak', settings: reauthenticate }
    return undefined
  }

  return function guard(req, res, next) {
    try {
      const lacking = missing(relyingParty.sessions.concluded(req).signedIn)
      if (lacking) sendToSignIn(relyingParty, lacking.settings, lacking.code)(req, res, next)
      else next()
    } catch (error) {
      next(error)
    }
  }
}

/** Returns what the strategy requests by default, without the identity, which needs a separate request. */
function withoutIdentity({ credential }: RequestedTrust): RequestedTrust {
  return { vtr: [credential], credential }
}

const messages = {
  not_signed_in: 'Sign in first.',
  authentication_too_weak: 'Sign in again: this needs a stronger or a more recent sign-in.',
  identity_required: 'Prove your identity first.',
} as const satisfies Partial<Record<OneLoginErrorCode, string>>

/** Redirects a browser that loads a page to One Login and back to the page. Rejects any other request. */
export function sendToSignIn(
  relyingParty: RelyingParty,
  settings: ReturnType<RelyingParty['signInSettings']>,
  code: OneLoginErrorCode,
): RequestHandler {
  return handler(async (req, res, next) => {
    if (isNavigation(req)) redirect(res, await relyingParty.start(req, res, settings, { toThisPage: true }))
    else refuse(req, res, next, new OneLoginError(code, messages[code as keyof typeof messages]))
  })
}
