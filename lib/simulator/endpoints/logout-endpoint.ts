import { OAuthRefusal } from '../authorization/refusal.ts'
import { decodeJwt } from '../keys/jwt.ts'
import type { Provider } from '../simulated-provider.ts'
import { redirection, type Call, type Reply } from '../reply.ts'
import { endSession } from '../session-end.ts'

/** Handles `GET /logout`. Ends One Login's session first, even if the rest of the request is wrong. */
export async function logout(provider: Provider, { query, headers }: Call): Promise<Reply> {
  const session = provider.sessions.find(headers.cookie)
  if (session) endSession(provider, session)
  const destination = await destinationOf(provider, query)
  const state = query.get('state')
  if (state !== null) destination.searchParams.set('state', state)
  return redirection(destination.href)
}

async function destinationOf(provider: Provider, query: URLSearchParams): Promise<URL> {
  const signedOut = new URL('signed-out', provider.issuer)
  const hint = query.get('id_token_hint')
  if (hint === null) return signedOut
  try {
    const address = query.get('post_logout_redirect_uri') ?? undefined
    return (await postLogoutAddress(provider, hint, address)) ?? signedOut
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    signedOut.searchParams.set('error_code', error.params.error)
    signedOut.searchParams.set('error_description', error.params.error_description)
    return signedOut
  }
}

async function postLogoutAddress(
  provider: Provider,
  hint: string,
  address: string | undefined,
): Promise<URL | undefined> {
  const jwt = decodeJwt(hint)
  if (!jwt || !(await provider.keys.verify(jwt))) {
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
  try {
    return new URL(address)
  } catch {
    throw new OAuthRefusal('invalid_request', 'invalid post logout redirect URI')
  }
}
