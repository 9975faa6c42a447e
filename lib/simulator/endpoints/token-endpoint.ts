import { createHash } from 'node:crypto'
import { OAuthRefusal } from '../authorization/refusal.ts'
import { authenticateClient } from '../client-authentication.ts'
import { accessTokenLifetime, type Grant } from '../grants.ts'
import type { Provider } from '../simulated-provider.ts'
import { json, type Call, type Reply } from '../reply.ts'
import { issueAccessToken } from '../tokens/issued-access-token.ts'
import { issueIdToken } from '../tokens/issued-id-token.ts'

/** Handles `POST /token`. */
export async function exchangeCode(provider: Provider, { form }: Call): Promise<Reply> {
  try {
    const grant = await redeem(provider, form)
    const accessToken = await issueAccessToken(provider, grant)
    const response = {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: accessTokenLifetime,
      id_token: await issueIdToken(provider, grant, accessToken),
    }
    return json(200, response, { 'Cache-Control': 'no-store' })
  } catch (error) {
    if (!(error instanceof OAuthRefusal)) throw error
    return { ...json(400, error.params), problem: error.problem ?? error.message }
  }
}

/** Applies One Login's rules to a token request, in its order. The code is used up before the last rule. */
async function redeem(provider: Provider, form: URLSearchParams): Promise<Grant> {
  const code = checkParameters(form)
  const client = await authenticateClient(provider, form)
  const grant = provider.grants.redeemCode(code)
  const refuse = (problem: string) => new OAuthRefusal('invalid_grant', undefined, problem)
  if (!grant) throw refuse('the code is unknown, used, older than 300 seconds, or its session has ended')
  if (grant.request.client.clientId !== client.clientId) throw refuse('the code belongs to another service')
  if (grant.request.redirectUri !== form.get('redirect_uri')) {
    throw refuse(`redirect_uri is not the one in the authorization request, ${grant.request.redirectUri}`)
  }
  if (!isVerified(grant.request.codeChallenge, form.get('code_verifier') ?? undefined)) {
    throw new OAuthRefusal('invalid_grant', 'PKCE code verification failed')
  }
  return grant
}

function checkParameters(form: URLSearchParams): string {
  const refuse = (description: string) => new OAuthRefusal('invalid_request', description)
  const names = [...form.keys()]
  if (new Set(names).size < names.length)
    throw new OAuthRefusal('invalid_request', undefined, 'a parameter is there twice')
  if (!form.has('grant_type')) throw refuse('Request is missing grant_type parameter')
  if (form.get('grant_type') !== 'authorization_code') throw new OAuthRefusal('unsupported_grant_type')
  if (!form.has('redirect_uri')) throw refuse('Request is missing redirect_uri parameter')
  const code = form.get('code') ?? ''
  if (code === '') throw refuse('Request is missing code parameter')
  return code
}

function isVerified(challenge: string | undefined, verifier: string | undefined): boolean {
  if (challenge === undefined || verifier === undefined) return challenge === verifier
  if (!/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false
  return createHash('sha256').update(verifier).digest('base64url') === challenge
}
