import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { AuthorizationRequest, CheckedRequest } from './authorization-request.ts'
import type { BrowserSession } from './browser-sessions.ts'
import type { ClientRegistration } from './client-registration.ts'
import { decodeJwt } from './jwt.ts'
import type { PendingSignIn } from './pending-sign-ins.ts'
import type { Provider } from './provider.ts'
import {
  checkQueryRequest,
  parseAuthorizationQuery,
  registeredTarget,
  type AuthorizationQuery,
} from './query-request.ts'
import { redirect, redirectAddress } from './redirect.ts'
import { OAuthRefusal, PageRefusal } from './refusal.ts'
import { queryOf } from './request-log.ts'
import { checkRequestObject } from './request-object.ts'
import { finishSignIn, refusalParams } from './sign-in.ts'
import { signInPage } from './sign-in-page.ts'
import { parseVectors } from './vectors-of-trust.ts'

/** Answers `GET /authorize`. */
export async function authorize(provider: Provider, req: Request, res: Response): Promise<void> {
  try {
    const query = parseAuthorizationQuery(queryOf(req))
    const client = provider.clients.find(query.clientId)
    if (!client) throw new PageRefusal('Invalid request')
    const checked = await check(provider, query, client)
    if (checked.passed) startSignIn(provider, checked.request, req, res)
    else redirect(res, redirectAddress(checked.target, refusalParams(checked.refusal)))
  } catch (error) {
    if (!(error instanceof PageRefusal)) throw error
    res.status(error.status).type('text').send(error.message)
  }
}

async function check(
  provider: Provider,
  query: AuthorizationQuery,
  client: ClientRegistration,
): Promise<CheckedRequest> {
  const refuse = (...[code, description]: ConstructorParameters<typeof OAuthRefusal>): CheckedRequest => ({
    passed: false,
    target: registeredTarget(query, client),
    refusal: new OAuthRefusal(code, description),
  })
  if (query.malformed) return refuse('invalid_request')
  const isObject = query.get('request') !== undefined
  if (client.requestObjectRequired && !isObject) {
    return refuse('access_denied', 'JAR required for client but request does not contain Request Object')
  }
  const checked = isObject
    ? await checkRequestObject(query, client, {
        authorizationEndpoint: `${provider.issuer}authorize`,
        clientKeys: provider.clientKeys,
        seconds: provider.clock.seconds(),
      })
    : checkQueryRequest(query, client)
  if (client.status === 'active') return checked
  const target = checked.passed ? checked.request : checked.target
  return {
    passed: false,
    target,
    refusal: new OAuthRefusal('unauthorized_client', `client ${client.status}`),
  }
}

function startSignIn(provider: Provider, request: AuthorizationRequest, req: Request, res: Response): void {
  try {
    const pending = prepare(provider, request, req)
    provider.sessions.touch(pending.session, res)
    if (provider.interactive) {
      provider.pendingSignIns.add(pending)
      res.status(200).type('html').send(signInPage(pending))
    } else {
      redirect(res, finishSignIn(provider, pending, provider.answer))
    }
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    redirect(res, redirectAddress(request, refusalParams(error)))
  }
}

function prepare(provider: Provider, request: AuthorizationRequest, req: Request): PendingSignIn {
  if (request.prompts.includes('select_account')) throw new OAuthRefusal('unmet_authentication_requirements')
  const found = provider.sessions.find(req)
  const previous = found && isTooOld(provider, request, found) ? found : undefined
  const session = found && !previous ? found : provider.sessions.start()
  const journey = { sid: randomBytes(20).toString('base64url'), clientId: request.client.clientId }
  session.journeys.push(journey)
  const reauthenticate = subjectToReauthenticate(provider, request)
  return {
    request: reauthenticate?.request ?? request,
    session,
    journey,
    ...(reauthenticate && { reauthenticate: reauthenticate.subject }),
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

/** Who has to sign in again, and the request with the vectors of their ID token when it names none itself. */
function subjectToReauthenticate(
  provider: Provider,
  request: AuthorizationRequest,
): { subject: string; request: AuthorizationRequest } | undefined {
  const { idTokenHint, prompts, client, vectorsGiven } = request
  if (idTokenHint === undefined || !prompts.includes('login')) return undefined
  const hint = decodeJwt(idTokenHint)
  if (!hint || !provider.keys.hasSignedWithEcKey(hint)) {
    throw new OAuthRefusal('invalid_request', 'Unable to validate id_token_hint')
  }
  const { sub, aud, vot } = hint.claims
  const [audience] = [aud].flat()
  if (typeof sub !== 'string' || typeof audience !== 'string') {
    throw new OAuthRefusal('invalid_request', 'Invalid id_token_hint')
  }
  if (audience !== client.clientId)
    throw new OAuthRefusal('invalid_request', 'Invalid id_token_hint for client')
  const vectors = vectorsGiven ? undefined : parseVectors([vot])
  return { subject: sub, request: vectors ? { ...request, vectors } : request }
}
