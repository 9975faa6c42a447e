import type { Request } from 'express'
import { buildAuthorizationURL } from '../sign-in/authorization-request.ts'
import { authorizationCode, readAuthorizationResponse } from '../sign-in/authorization-response.ts'
import { isOneLoginError, OneLoginError } from '../errors.ts'
import { publish } from '../events.ts'
import type { Settings } from '../options/strategy-options.ts'
import { Provider } from '../provider/provider.ts'
import { locales, parseSignInOptions, type SignInSettings } from '../options/sign-in-options.ts'
import {
  keepThroughLogIn,
  renewSession,
  saveSession,
  sessionData,
  signedInUser,
  writableSessionData,
  type OneLoginSessionData,
} from '../session/session-record.ts'
import { createSignInCompletion, type CompleteSignIn, type SignedIn } from '../sign-in/completion.ts'
import { nowInSeconds } from '../clock.ts'
import {
  createTransaction,
  keepTransaction,
  takeTransaction,
  type Transaction,
} from '../sign-in/transaction.ts'
import { UsedStates } from '../sign-in/used-states.ts'
import type { OneLoginUser } from '../sign-in/user.ts'
import type { OneLoginAuthInfo, Verification, VerifiedUser } from './verify-callback.ts'

/** A finished sign-in, before the app has logged the user in: the user as the app knows them. */
export interface FinishedSignIn extends VerifiedUser {
  readonly info: OneLoginAuthInfo
}

/** This service as a relying party: the two legs of a sign-in, between a request and its session. */
export class RelyingParty {
  readonly settings: Settings
  readonly provider: Provider
  readonly #completeSignIn: CompleteSignIn
  readonly #callbackPath: string
  readonly #usedStates = new UsedStates()

  constructor(settings: Settings) {
    this.settings = settings
    this.#callbackPath = new URL(settings.callbackURL).pathname
    this.provider = new Provider(settings, {
      refreshed: (url) => publish('document.refreshed', { url }),
      refreshFailed: (url, { code }) => publish('document.refresh-failed', { url, code }),
    })
    this.#completeSignIn = createSignInCompletion(settings, this.provider)
  }

  /**
   * Checks what a sign-in asks for. Nothing is kept by the options object: an app may reuse and change it.
   *
   * @throws OneLoginError `invalid_option`
   */
  signInSettings(options: object): SignInSettings {
    return parseSignInOptions(options, this.settings.signIn)
  }

  /**
   * The first leg: the address at One Login to send the browser to.
   *
   * @param user - who has to come back, and whose ID token is the hint for a re-authentication
   * @throws OneLoginError for a request that One Login would refuse, or when its documents cannot be had
   */
  async start(req: Request, signIn: SignInSettings, user = signedInUser(req)): Promise<string> {
    return tellingFailure(() => this.#start(req, signIn, user))
  }

  async #start(req: Request, signIn: SignInSettings, user: SignedIn | undefined): Promise<string> {
    const data = writableSessionData(req)
    const { authorization_endpoint } = await this.provider.metadata()
    const transaction = createTransaction(signIn, user?.sub)
    const locale = signIn.uiLocales ?? this.#localeOf(req)
    const url = await buildAuthorizationURL(
      authorization_endpoint,
      this.settings,
      { ...signIn, ...(locale && { uiLocales: locale }) },
      transaction,
      user?.idToken,
    )
    keepTransaction(data, transaction)
    publish('sign-in.started', { vtr: signIn.trust.vtr, ...(signIn.prompt && { prompt: signIn.prompt }) })
    return url
  }

  /** Whether a request is a callback from One Login, rather than the start of a sign-in. */
  isCallback(req: Request): boolean {
    const [path, query] = splitURL(req.originalUrl)
    if (path === this.#callbackPath) return true
    // A proxy may have changed the path.
    return query.has('state') && (query.has('code') || query.has('error'))
  }

  /** Whether a request is the callback of a sign-in that waits in its session. */
  isAwaited(req: Request): boolean {
    const [, query] = splitURL(req.originalUrl)
    const state = query.get('state')
    return (
      this.isCallback(req) && (sessionData(req).transactions?.some((one) => one.state === state) ?? false)
    )
  }

  /**
   * The second leg: from the callback to a verified user, ready for `req.logIn`.
   *
   * @param verify - asks the app who the user is to it
   * @throws OneLoginError for anything but a sign-in that kept every rule; or as `verify` does
   */
  async finish(req: Request, verify: Verification): Promise<FinishedSignIn> {
    return tellingFailure(() => this.#finish(req, verify))
  }

  async #finish(req: Request, verify: Verification): Promise<FinishedSignIn> {
    if (req.method !== 'GET')
      throw new OneLoginError('callback_invalid', 'The callback must be a GET request.')
    const response = readAuthorizationResponse(splitURL(req.originalUrl)[1])
    const data = sessionData(req)
    const transaction = await this.#take(req, data, response.state)
    const before = signedInUser(req)
    try {
      const code = authorizationCode(response, this.settings.environment.issuer)
      const { user, signedIn } = await this.#completeSignIn(code, transaction)
      if ([before?.sub, transaction.sub].some((sub) => sub !== undefined && sub !== signedIn.sub))
        throw new OneLoginError(
          'subject_mismatch',
          'Another user came back from One Login than the one who is signed in. The session has been ended.',
        )
      keepThroughLogIn(
        req,
        keptAfter(data, before, signedIn, transaction),
        before !== undefined,
        transaction.returnTo,
      )
      const info = authInfoOf(transaction)
      req.authInfo = info
      const verified = await verify(req, withKnownIdentity(user, req.user))
      const { identity } = signedIn
      publish('sign-in.succeeded', {
        sub: user.sub,
        ...(identity && { identity: { proven: identity.proven, level: identity.level } }),
      })
      return { user: verified.user, info: { ...verified.info, ...info } }
    } catch (error) {
      if (isOneLoginError(error) && (error.code === 'login_required' || error.code === 'subject_mismatch')) {
        await renewSession(req)
        publish('signed-out', { ...(before && { sub: before.sub }), reason: error.code })
      }
      throw error
    }
  }

  async #take(req: Request, data: OneLoginSessionData, state: string | undefined): Promise<Transaction> {
    const lost = () =>
      new OneLoginError(
        'session_lost',
        'This sign-in is not one that this browser has started and not yet finished: its session was lost, it took ' +
          'too long, or it was finished already. The user can start again.',
      )
    const transaction = state && takeTransaction(data, state, this.settings.transactionLifetime)
    if (!transaction || !this.#usedStates.use(transaction.state)) throw lost()
    await saveSession(req)
    return transaction
  }

  #localeOf(req: Request) {
    const { uiLocales } = this.settings
    const wanted = typeof uiLocales === 'function' ? uiLocales(req) : uiLocales
    // An app may hand on what the user's browser asks for.
    return locales.find((locale) => locale === wanted)
  }
}

/**
 * The path and the query of a request line, which may name a host too: that is the sender's to choose, and not
 * looked at.
 */
function splitURL(url: string): [path: string, query: URLSearchParams] {
  const local = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '').replace(/#.*/, '')
  const end = local.search(/\?|$/)
  return [local.slice(0, end), new URLSearchParams(local.slice(end))]
}

async function tellingFailure<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    publish('sign-in.failed', { code: isOneLoginError(error) ? error.code : 'unexpected' })
    throw error
  }
}

function authInfoOf({ returnTo, appState: state }: Transaction): OneLoginAuthInfo {
  return { ...(returnTo !== undefined && { returnTo }), ...(state !== undefined && { state }) }
}

function keptAfter(
  { transactions, inPersonReturn }: OneLoginSessionData,
  before: SignedIn | undefined,
  signedIn: Omit<SignedIn, 'startedAt'>,
  { prompt }: Transaction,
): OneLoginSessionData {
  const reauthenticatedAt = prompt ? nowInSeconds() : before?.reauthenticatedAt
  const identity = signedIn.identity ?? before?.identity
  return {
    ...(transactions && { transactions }),
    ...(inPersonReturn && { inPersonReturn: 'signed-in' }),
    lastSeenAt: nowInSeconds(),
    signedIn: {
      ...signedIn,
      startedAt: before?.startedAt ?? nowInSeconds(),
      // Stryker disable next-line ConditionalExpression: in a session, which is JSON, there is no undefined
      ...(reauthenticatedAt !== undefined && { reauthenticatedAt }),
      ...(identity && { identity }),
    },
  }
}

/** A sign-in without identity leaves what an earlier one of the same user has proven. */
function withKnownIdentity(user: OneLoginUser, known: Express.User | undefined): OneLoginUser {
  const { sub, identity } = (known ?? {}) as Partial<OneLoginUser>
  return user.identity || !identity || sub !== user.sub ? user : { ...user, identity }
}
