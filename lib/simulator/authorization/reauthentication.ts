import { decodeJwt } from '../keys/jwt.ts'
import type { ProviderKeys } from '../keys/provider-keys.ts'
import { OAuthRefusal } from './refusal.ts'
import type { AuthorizationRequest } from './received-request.ts'
import { parseVectors } from './requested-vectors.ts'

/** A user who must authenticate again. */
export interface Reauthentication {
  readonly sub: string
  /** The request, with the vector of the ID token if it names none itself. */
  readonly request: AuthorizationRequest
}

/**
 * Reads the `id_token_hint` of a request with `prompt=login`. The hint may have expired, but One Login must have
 * signed it, with ES256, for this service.
 *
 * @returns `undefined` if the request does not ask for re-authentication
 * @throws OAuthRefusal for a wrong hint
 */
export function reauthenticationOf(
  request: AuthorizationRequest,
  keys: ProviderKeys,
): Reauthentication | undefined {
  const { idTokenHint, prompts, client, vectorsGiven } = request
  if (idTokenHint === undefined || !prompts.includes('login')) return undefined
  const hint = decodeJwt(idTokenHint)
  if (!hint || !keys.verifyWithEcKey(hint)) {
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
  return { sub, request: vectors ? { ...request, vectors } : request }
}
