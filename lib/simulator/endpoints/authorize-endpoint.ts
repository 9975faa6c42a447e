import { randomBytes } from 'node:crypto'
import type { SimulatorResponse } from '../outcome.ts'
import {
  checkQueryRequest,
  parseAuthorizationQuery,
  registeredTarget,
  type AuthorizationQuery,
} from '../authorization/query.ts'
import { reauthenticationOf } from '../authorization/reauthentication.ts'
import { refusalAddress } from '../authorization/redirect.ts'
import { GatewayFailure, OAuthRefusal, PageRefusal } from '../authorization/refusal.ts'
import { checkRequestObject } from '../authorization/request-object.ts'
import type {
  AuthorizationRequest,
  CheckedRequest,
  RedirectTarget,
} from '../authorization/received-request.ts'
import { asksForIdentity } from '../authorization/requested-vectors.ts'
import type { BrowserSession } from '../browser-sessions.ts'
import type { ClientRegistration } from '../client-registration.ts'
import { refusalPage } from '../pages/refusal-page.ts'
import { signInPage } from '../pages/sign-in-page.ts'
import type { PendingSignIn } from '../pending-sign-ins.ts'
import type { Provider } from '../simulated-provider.ts'
import { json, page, redirection, text, type Call, type Reply } from '../reply.ts'
import { finishSignIn } from '../completed-sign-in.ts'

/** Handles `GET /authorize`. */
export async function authorize(provider: Provider, call: Call): Promise<Reply> {
  try {
    const query = parseAuthorizationQuery(call.query)
    const client = provider.clients.find(query.clientId)
    if (!client) throw new PageRefusal('Invalid request', `client_id ${query.clientId} is unknown`)
    const checked = await check(provider, query, client)
    if (checked.passed) return startSignIn(provider, checked.request, call)
    return refused(checked.target, checked.refusal)
  } catch (error) {
    if (error instanceof GatewayFailure)
      return { ...json(502, { message: 'Internal server error' }), problem: error.message }
    if (error instanceof PageRefusal) return refusedOnPage(provider, error)
    throw error
  }
}

async function check(
  provider: Provider,
  query: AuthorizationQuery,
  client: ClientRegistration,
): Promise<CheckedRequest> {
  const refuse = (refusal: OAuthRefusal): CheckedRequest => ({
    passed: false,
    target: registeredTarget(query, client),
    refusal,
  })
  if (query.malformation !== undefined) {
    return refuse(new OAuthRefusal('invalid_request', undefined, query.malformation))
  }
  const requestObject = query.get('request')
  if (client.requestObjectRequired && requestObject === undefined) {
    const description = 'JAR required for client but request does not contain Request Object'
    return refuse(new OAuthRefusal('access_denied', description))
  }
  const checked =
    requestObject === undefined
      ? checkQueryRequest(query, client)
      : await checkRequestObject(requestObject, query, client, {
          authorizationEndpoint: `${provider.issuer}authorize`,
          clientKeys: provider.clientKeys,
          seconds: provider.clock.seconds(),
        })
  const status = statusOf(provider, client)
  if (status === 'active') return checked
  return {
    passed: false,
    target: targetBeforeRequestObject(query, status),
    refusal:
      status === 'rate-limited'
        ? new OAuthRefusal('temporarily_unavailable')
        : new OAuthRefusal('unauthorized_client', `client ${status}`),
  }
}

/** Returns the status of a client. The fault `client-deactivated` deactivates it for one request. */
function statusOf({ faults }: Provider, { status }: ClientRegistration): ClientRegistration['status'] {
  return faults.use('authorize', isDeactivation).length > 0 ? 'deactivated' : status
}

const isDeactivation = (name: string): name is 'client-deactivated' => name === 'client-deactivated'

/** One Login checks the status of a client when it has read only the query. */
function targetBeforeRequestObject({ redirectUri, get }: AuthorizationQuery, status: string): RedirectTarget {
  if (redirectUri === undefined)
    throw new GatewayFailure(`client ${status}, and there is no redirect URI outside of the request object`)
  const state = get('state')
  const responseMode = get('response_mode') === 'fragment' ? 'fragment' : 'query'
  return { redirectUri, responseMode, ...(state !== undefined && { state }) }
}

function startSignIn(provider: Provider, request: AuthorizationRequest, call: Call): Reply {
  try {
    const pending = prepare(provider, request, call)
    const cookie = { 'Set-Cookie': provider.sessions.renew(pending.session) }
    const reply = needsPage(provider, pending)
      ? showSignInPage(provider, pending)
      : redirection(finishSignIn(provider, pending, responseFor(provider, pending)))
    return { ...reply, headers: { ...reply.headers, ...cookie } }
  } catch (error) {
    if (error instanceof OAuthRefusal) return refused(request, error)
    throw error
  }
}

/**
 * A person gets a page that shows what is wrong. Programs, and test suites of the official simulator, get One Login's
 * own text.
 */
function refusedOnPage(
  { interactive, signInPage: otherPage }: Provider,
  { status, message, problem }: PageRefusal,
): Reply {
  const reply =
    interactive && !otherPage ? page(status, refusalPage(message, problem)) : text(status, message)
  return { ...reply, problem }
}

function refused(target: RedirectTarget, refusal: OAuthRefusal): Reply {
  return { ...redirection(refusalAddress(target, refusal)), problem: refusal.problem ?? refusal.message }
}

function prepare(provider: Provider, request: AuthorizationRequest, call: Call): PendingSignIn {
  if (request.prompts.includes('select_account')) throw new OAuthRefusal('unmet_authentication_requirements')
  const found = provider.sessions.find(call.headers.cookie)
  const previous = found && isTooOld(provider, request, found) ? found : undefined
  const session = found && !previous ? found : provider.sessions.start()
  const journey = { sid: randomBytes(20).toString('base64url'), clientId: request.client.clientId }
  session.journeys.push(journey)
  const again = reauthenticationOf(request, provider.keys)
  return {
    request: again?.request ?? request,
    session,
    journey,
    ...(again && { reauthenticate: again.sub }),
    ...(previous && { previous }),
  }
}

function isTooOld(
  provider: Provider,
  { client, maxAge }: AuthorizationRequest,
  session: BrowserSession,
): boolean {
  if (!client.maxAgeEnabled || maxAge === undefined || session.authTime === undefined) return false
  return session.authTime + maxAge < provider.clock.seconds()
}

/**
 * Whether to show a page. No page if the simulator is set to skip it, or the user is signed in and the request asks
 * for nothing else.
 */
function needsPage(
  { interactive, signInPage: otherPage, response }: Provider,
  { request, session }: PendingSignIn,
): boolean {
  if (otherPage) return interactive && response.error === undefined
  if (session.chosen !== undefined) return false
  const isSignedIn = session.user !== undefined && !request.prompts.includes('login')
  return interactive && !(isSignedIn && !request.vectors.some(asksForIdentity))
}

/**
 * Returns the response for a session. If a person chose the user, the same user stays signed in for the whole
 * session.
 */
function responseFor({ interactive, response }: Provider, { session }: PendingSignIn): SimulatorResponse {
  if (session.chosen !== undefined) return { user: session.chosen }
  return interactive && session.user ? { ...response, user: session.user } : response
}

function showSignInPage(provider: Provider, pending: PendingSignIn): Reply {
  provider.pendingSignIns.add(pending)
  return page(200, provider.signInPage?.(pending) ?? signInPage(pending, provider.response, provider.issuer))
}
