import type { Request, Response } from 'express'
import { isOneLoginError } from '../errors.ts'
import { publish } from '../events.ts'
import { locales, parseSignInOptions, type SignInSettings } from '../options/sign-in-options.ts'
import type { Settings } from '../options/strategy-options.ts'
import { Provider } from '../provider/provider.ts'
import { SessionEntries } from '../session/signed-in.ts'
import { createSignOutURL, type SignOutURL } from '../session/sign-out-url.ts'
import { WaitingSignIns } from '../session/waiting-sign-ins.ts'
import { buildAuthorizationURL } from '../sign-in/authorization-request.ts'
import { loadClient } from '../sign-in/code-exchange.ts'
import { createSignInCompletion, type CompleteSignIn } from '../sign-in/completion.ts'
import { createTransaction, type Transaction, type TransactionDetails } from '../sign-in/transaction.ts'
import { SignInCookies } from './browser-cookies.ts'
import { CallbackAddress, requestAddress } from './callback-address.ts'
import { SessionCheck } from './session-check.ts'
import { requireUsableSession } from './set-up.ts'

/** How a sign-in starts, other than what it requests. */
export interface Start extends Omit<TransactionDetails, 'sub' | 'startedFrom'> {
  /** Whether to return to the requested page, at the address that the browser knows. */
  readonly toThisPage?: boolean
}

/** This service as a relying party: it starts sign-ins, and holds what starting and completing them share. */
export class RelyingParty {
  readonly settings: Settings
  readonly provider: Provider
  readonly entries: SessionEntries
  readonly sessions: SessionCheck
  readonly waiting: WaitingSignIns
  readonly cookies: SignInCookies
  readonly callback: CallbackAddress
  readonly completeSignIn: CompleteSignIn
  readonly signOutURL: SignOutURL
  #isWarm = false
  #requestsIdentity: boolean

  constructor(settings: Settings) {
    const { environment, clientId, callbackURL, transactionLifetime } = settings
    const client = { issuer: environment.issuer, clientId }
    this.settings = settings
    this.#requestsIdentity = settings.signIn.trust.identity !== undefined
    this.provider = new Provider(settings, {
      refreshed: (url) => publish('document.refreshed', { url }),
      refreshFailed: (url, { code }) => publish('document.refresh-failed', { url, code }),
    })
    this.entries = new SessionEntries(client)
    this.sessions = new SessionCheck(settings, this.entries)
    this.waiting = new WaitingSignIns(client, transactionLifetime)
    this.cookies = new SignInCookies(client, callbackURL, transactionLifetime)
    this.callback = new CallbackAddress(callbackURL)
    this.completeSignIn = createSignInCompletion(settings, this.provider)
    this.signOutURL = createSignOutURL(settings, this.provider)
  }

  /**
   * Downloads One Login's documents in the background, once. Starts at once: Jest reports modules that are loaded in a
   * later turn, when its tests may have ended.
   */
  warmUp(): void {
    if (!this.settings.warmUp || this.#isWarm) return
    this.#isWarm = true
    void Promise.allSettled([loadClient(), this.provider.warmUp()])
    if (this.#requestsIdentity) void this.provider.warmUpIdentity()
  }

  /**
   * Checks what a sign-in requests. Nothing is cached by the options object, because an app may reuse and change it.
   *
   * @throws OneLoginError `invalid_option`
   */
  signInSettings(options: object): SignInSettings {
    const settings = parseSignInOptions(options, this.settings.signIn)
    if (settings.trust.identity && !this.#requestsIdentity) {
      this.#requestsIdentity = true
      if (this.#isWarm) void this.provider.warmUpIdentity()
    }
    return settings
  }

  /**
   * Starts a sign-in: stores it and gives its cookie to the browser.
   *
   * @returns the address at One Login to send the browser to
   * @throws OneLoginError for a request that One Login would reject, if its documents are unavailable, or if the
   * sign-in cannot be stored
   */
  async start(req: Request, res: Response, signIn: SignInSettings, how: Start = {}): Promise<string> {
    return publishingFailure(() => this.#start(req, res, signIn, how))
  }

  async #start(
    req: Request,
    res: Response,
    asked: SignInSettings,
    { toThisPage, ...details }: Start,
  ): Promise<string> {
    requireUsableSession(req, this.settings.callbackURL)
    const { signedIn, returning = signedIn, reauthenticate } = await this.sessions.check(req)
    const user = returning ?? reauthenticate
    const signIn: SignInSettings = {
      ...asked,
      ...(toThisPage && { returnTo: req.originalUrl }),
      // The session of this user has expired. Only the same user may come back.
      ...(reauthenticate && this.settings.signIn.requestObject && { prompt: 'login' as const }),
    }
    const transaction = createTransaction(signIn, {
      ...details,
      ...(user && { sub: user.sub }),
      ...(returning && { startedFrom: returning.id }),
      ...(toThisPage && { returnsToRequest: true }),
    })
    const url = await this.#authorizationURL(req, signIn, transaction, user?.idToken)
    const secret = await this.waiting.save(this.sessions.records(req), transaction)
    this.cookies.set(req, res, transaction.state, secret)
    publish('sign-in.started', { vtr: signIn.trust.vtr, ...(signIn.prompt && { prompt: signIn.prompt }) })
    return url
  }

  async #authorizationURL(
    req: Request,
    signIn: SignInSettings,
    transaction: Transaction,
    idToken: string | undefined,
  ): Promise<string> {
    const { authorization_endpoint } = await this.provider.metadata()
    const locale = signIn.uiLocales ?? this.#localeOf(req)
    const localised = { ...signIn, ...(locale && { uiLocales: locale }) }
    return buildAuthorizationURL(authorization_endpoint, this.settings, localised, transaction, idToken)
  }

  /** Whether a request is the callback of a waiting sign-in, of the user whose session this is. */
  async isAwaited(req: Request, sub: string): Promise<boolean> {
    const state = requestAddress(req).query.get('state')
    if (req.method !== 'GET' || !state || !this.callback.isAt(req) || !this.callback.isCallback(req))
      return false
    const secret = this.cookies.secretOf(req, state)
    if (secret === undefined) return false
    return (await this.waiting.find(this.sessions.records(req), state, secret))?.sub === sub
  }

  #localeOf(req: Request) {
    const { uiLocales } = this.settings
    const wanted = typeof uiLocales === 'function' ? uiLocales(req) : uiLocales
    // An app may pass on the language that the user's browser requests.
    return locales.find((locale) => locale === wanted)
  }
}

/** Publishes the error of a sign-in that could not be started or completed. */
export async function publishingFailure<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    publish('sign-in.failed', { code: isOneLoginError(error) ? error.code : 'unexpected' })
    throw error
  }
}
