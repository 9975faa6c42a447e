import { authorizationCode, readAuthorizationResponse } from '../../lib/sign-in/authorization-response.ts'
import { demand, unlessRefused } from '../refusals.ts'

const codes = [
  'callback_invalid',
  'access_denied',
  'login_required',
  'temporarily_unavailable',
  'server_error',
  'unauthorized_client',
  'authorization_refused',
] as const

/** The query of a callback. */
export async function fuzz(data: Buffer): Promise<void> {
  const query = new URLSearchParams(data.toString())
  const issuer = 'https://oidc.example/'
  const code = await unlessRefused(codes, () => authorizationCode(readAuthorizationResponse(query), issuer))
  if (code === undefined) return
  demand(query.getAll('code').length === 1 && query.get('code') === code, 'a code that was not sent alone')
  demand(!query.get('error'), 'a code in spite of an error')
  demand(query.getAll('state').length < 2, 'a code with two states')
  demand((query.get('iss') ?? issuer) === issuer, 'a code of another issuer')
}
