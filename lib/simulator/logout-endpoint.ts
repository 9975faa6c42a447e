import type { Request, Response } from 'express'
import { decodeJwt } from './jwt.ts'
import type { Provider } from './provider.ts'
import { redirect } from './redirect.ts'
import { OAuthRefusal } from './refusal.ts'
import { queryOf } from './request-log.ts'
import { endSession } from './session-end.ts'

/** Answers `GET /logout`. The session with the provider ends first, whatever else is wrong with the request. */
export async function logout(provider: Provider, req: Request, res: Response): Promise<void> {
  const session = provider.sessions.find(req)
  if (session) endSession(provider, session)
  const query = queryOf(req)
  const destination = await afterLogout(provider, query)
  const state = query.get('state')
  if (state !== null) destination.searchParams.set('state', state)
  redirect(res, destination.href)
}

async function afterLogout(provider: Provider, query: URLSearchParams): Promise<URL> {
  const signedOut = new URL('signed-out', provider.issuer)
  const hint = query.get('id_token_hint')
  if (hint === null) return signedOut
  try {
    const address = await postLogoutAddress(
      provider,
      hint,
      query.get('post_logout_redirect_uri') ?? undefined,
    )
    return address ?? signedOut
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    signedOut.searchParams.set('error_code', error.code)
    signedOut.searchParams.set('error_description', error.description ?? '')
    return signedOut
  }
}

async function postLogoutAddress(
  provider: Provider,
  hint: string,
  address: string | undefined,
): Promise<URL | undefined> {
  const jwt = decodeJwt(hint)
  if (!jwt || !(await provider.keys.hasSigned(jwt))) {
    throw new OAuthRefusal('invalid_request', 'unable to validate id_token_hint')
  }
  const [clientId] = [jwt.claims.aud].flat()
  if (typeof clientId !== 'string' || typeof jwt.claims.sub !== 'string') return undefined
  const client = provider.clients.find(clientId)
  if (!client) throw new OAuthRefusal('unauthorized_client', 'client not found')
  if (address === undefined) return undefined
  if (!client.postLogoutRedirectUris.includes(address)) {
    throw new OAuthRefusal('invalid_request', 'client registry does not contain post_logout_redirect_uri')
  }
  if (!URL.canParse(address)) throw new OAuthRefusal('invalid_request', 'invalid post logout redirect URI')
  return new URL(address)
}
