import type { Request, Response } from 'express'
import { isOneLoginError, OneLoginError } from '../errors.ts'
import { publish } from '../events.ts'
import type { SignInSettings } from '../options/sign-in-options.ts'
import { followLogIn } from '../session/log-in.ts'
import { leavesProven, renewSignedIn } from '../session/renewal.ts'
import type { SignedIn } from '../session/signed-in.ts'
import { authorizationCode, readAuthorizationResponse } from '../sign-in/authorization-response.ts'
import type { VerifiedSignIn } from '../sign-in/completion.ts'
import type { Transaction } from '../sign-in/transaction.ts'
import type { OneLoginUser } from '../sign-in/user.ts'
import { requestAddress } from './callback-address.ts'
import { announceRenewal, currentSignIn, refuseSignedOut, signInLost } from './current-sign-in.ts'
import { publishingFailure, type RelyingParty } from './relying-party.ts'
import { nobody } from './session-check.ts'
import { renewSession } from './session-end.ts'
import type { OneLoginAuthInfo, VerifiedUser, VerifyUser } from './verify-callback.ts'

/** The result of a callback: a user for `req.logIn`, or an address to redirect the browser to. */
export type Finish =
  | (VerifiedUser & { readonly info: OneLoginAuthInfo; readonly redirectTo?: undefined })
  | { readonly redirectTo: string }

/**
 * Completes a sign-in: from the callback to a verified user.
 *
 * @param verify - asks the app for its own user
 * @throws OneLoginError for a sign-in that fails a check, or the error of `verify`
 */
export async function finishSignIn(
  party: RelyingParty,
  req: Request,
  res: Response,
  verify: VerifyUser,
): Promise<Finish> {
  return publishingFailure(() => finish(party, req, res, verify))
}

async function finish(party: RelyingParty, req: Request, res: Response, verify: VerifyUser): Promise<Finish> {
  if (req.method !== 'GET') throw new OneLoginError('callback_invalid', 'The callback was not a GET request.')
  const response = readAuthorizationResponse(requestAddress(req).query)
  const checked = await party.sessions.check(req)
  const repeated = checked.signedIn?.callbacks.find(({ state }) => state === response.state)
  if (repeated && req.user && req.user === checked.user) return { redirectTo: repeated.returnTo }
  const transaction = await consumeTransaction(party, req, res, response.state)
  const before = checked.returning ?? checked.signedIn
  if (transaction.startedFrom !== before?.id) await refuseSignedOut(party, req, transaction)
  try {
    const code = authorizationCode(response, party.settings.environment.issuer)
    const { user, signedIn } = await party.completeSignIn(code, transaction)
    refuseOtherSubject(signedIn, transaction, before)
    return await accept(party, req, verify, { user, signedIn, transaction, before, known: checked.user })
  } catch (error) {
    if (isStale(error) && !transaction.isRetry)
      return { redirectTo: await party.start(req, res, settingsOf(transaction), retryOf(transaction)) }
    await endSessionAfter(error, party, req, transaction, before)
    throw error
  }
}

async function consumeTransaction(
  { waiting, cookies, sessions }: RelyingParty,
  req: Request,
  res: Response,
  state: string | undefined,
): Promise<Transaction> {
  const secret = state === undefined ? undefined : cookies.secretOf(req, state)
  const transaction =
    state === undefined || secret === undefined
      ? undefined
      : await waiting.consume(sessions.records(req), state, secret)
  if (!transaction) throw signInLost()
  cookies.clear(res, transaction.state)
  return transaction
}

interface Verified {
  readonly user: OneLoginUser
  readonly signedIn: VerifiedSignIn
  readonly transaction: Transaction
  /** The sign-in of the session when the browser came back. */
  readonly before: SignedIn | undefined
  /** Their user, as Passport found it. */
  readonly known: Express.User | undefined
}

async function accept(
  party: RelyingParty,
  req: Request,
  verify: VerifyUser,
  { user, signedIn, transaction, before, known }: Verified,
): Promise<Finish> {
  const returnTo =
    transaction.returnTo === undefined
      ? undefined
      : (transaction.returnsToRequest ? party.callback.prefixOf(req) : '') + transaction.returnTo
  const info = authInfo(returnTo, transaction)
  req.authInfo = info
  const verified = await verify(req, withKnownIdentity(user, signedIn, before, known)).catch(
    (error: unknown) => {
      delete req.authInfo
      throw error
    },
  )
  const current = await currentSignIn(party, req, transaction, before)
  await announceRenewal(party, req, transaction, current)
  followLogIn(req, verified.user, party.entries, {
    signedIn: renewSignedIn(signedIn, transaction, current, returnTo ?? '/'),
    keepsData: current !== undefined,
    returnTo,
    loggedIn: (record) => party.sessions.concludeLogIn(req, record),
  })
  // The app may log in another user, or none.
  party.sessions.conclude(req, nobody)
  const { identity } = signedIn
  publish('sign-in.succeeded', {
    sub: user.sub,
    ...(identity && { identity: { proven: identity.proven, level: identity.level } }),
  })
  return { user: verified.user, info: { ...verified.info, ...info } }
}

function refuseOtherSubject(
  { sub }: VerifiedSignIn,
  transaction: Transaction,
  before: SignedIn | undefined,
): void {
  if ([before?.sub, transaction.sub].every((known) => known === undefined || known === sub)) return
  throw new OneLoginError(
    'subject_mismatch',
    'One Login returned a different user from the one who was signed in, so the session was ended.',
  )
}

/** Ends the session if One Login has ended its own, or if the browser now belongs to another user. */
async function endSessionAfter(
  error: unknown,
  party: RelyingParty,
  req: Request,
  { prompt }: Transaction,
  before: SignedIn | undefined,
): Promise<void> {
  if (!isOneLoginError(error)) return
  const { code } = error
  const failedReauthentication = code === 'login_required' || (code === 'access_denied' && prompt)
  if (!failedReauthentication && code !== 'subject_mismatch') return
  const { sessions } = party
  if (before) await sessions.signOuts(req).end(sessions.subject(before.sub), before.id)
  await renewSession(req)
  sessions.conclude(req, nobody)
  const reason = failedReauthentication ? 'login_required' : 'subject_mismatch'
  publish('signed-out', { ...(before && { sub: before.sub }), reason })
}

function isStale(error: unknown): boolean {
  return isOneLoginError(error) && error.code === 'authentication_too_old'
}

function settingsOf({ trust, claims, maxAge, prompt, returnTo, appState }: Transaction): SignInSettings {
  return {
    trust,
    claims,
    ...(maxAge !== undefined && { maxAge }),
    ...(prompt && { prompt }),
    ...(returnTo !== undefined && { returnTo }),
    ...(appState !== undefined && { state: appState }),
  }
}

function retryOf({ returnsToRequest, inPersonReturn }: Transaction) {
  return {
    isRetry: true,
    ...(returnsToRequest && { returnsToRequest }),
    ...(inPersonReturn && { inPersonReturn }),
  }
}

function authInfo(returnTo: string | undefined, { appState: state }: Transaction): OneLoginAuthInfo {
  return { ...(returnTo !== undefined && { returnTo }), ...(state !== undefined && { state }) }
}

/** Keeps the identity from an earlier sign-in of the same user, unless this sign-in has proven one. */
function withKnownIdentity(
  user: OneLoginUser,
  { identity: outcome }: VerifiedSignIn,
  before: SignedIn | undefined,
  known: Express.User | undefined,
): OneLoginUser {
  const { sub, identity } = (known ?? {}) as Partial<OneLoginUser>
  const keepsKnown = outcome === undefined || leavesProven(outcome, before)
  return before && keepsKnown && identity && sub === user.sub ? { ...user, identity } : user
}
