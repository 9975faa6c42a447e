import { createPrivateKey } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, SignJWT, type JWTPayload } from 'jose'
import { optionsFromEnvironment } from '../../lib/index.ts'
import { Browser, type Page } from '../support/browser.ts'
import { startService } from '../support/service.ts'
import type { RunningSimulator } from './command-run.ts'

/** The result for a service that reads the printed variables. */
export interface Visit {
  readonly status: number
  /** The signed-in user, or the error. */
  readonly body: Readonly<Record<string, unknown>>
  readonly page: Page
}

/** Goes to `/identity` (or another page) of a service with this library that uses a simulator. */
export async function visit(
  simulator: RunningSimulator,
  path = '/identity',
  env: Readonly<Record<string, string>> = {},
): Promise<Visit> {
  await using service = await startService((url) => ({
    ...optionsFromEnvironment({ ...simulator.variables, ...env }),
    callbackURL: `${url}/auth/callback`,
    timeout: 10,
  }))
  const { clientConfiguration, errorConfiguration } = await simulator.configuration()
  const redirectUrls = [...(clientConfiguration.redirectUrls as string[]), `${service.url}/auth/callback`]
  await simulator.configure({ clientConfiguration: { redirectUrls }, errorConfiguration })
  const page = await new Browser().visit(`${service.url}${path}`)
  return { status: page.status, page, body: bodyOf(page) }
}

/** The simulator has its own words for some errors. */
function bodyOf({ body }: Page): Record<string, unknown> {
  return body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : { text: body }
}

/** Tokens and claims as a service in another language gets them, not verified. */
export interface Taken {
  readonly idTokenJWT: string
  readonly idToken: JWTPayload
  readonly idTokenHeader: Readonly<Record<string, unknown>>
  readonly userinfo: Readonly<Record<string, unknown>>
  readonly coreIdentity: JWTPayload | undefined
}

export const vocabulary = 'https://vocab.account.gov.uk/v1/'

/** Sends an authorization request with plain parameters, and returns the address to which it redirects. */
export async function authorize(
  simulator: RunningSimulator,
  parameters: Readonly<Record<string, string>> = {},
): Promise<URL> {
  const { ONE_LOGIN_CLIENT_ID, ONE_LOGIN_CALLBACK_URL } = simulator.variables
  const url = new URL('authorize', simulator.url)
  url.search = new URLSearchParams({
    response_type: 'code',
    scope: 'openid email phone',
    client_id: ONE_LOGIN_CLIENT_ID ?? '',
    redirect_uri: ONE_LOGIN_CALLBACK_URL ?? '',
    state: 'a-state',
    nonce: 'a-nonce',
    ...parameters,
  }).toString()
  const { headers } = await new Browser().send(url.href)
  return new URL(headers.location ?? 'about:blank')
}

/** A request for an identity. */
export const identityRequest = {
  vtr: '["Cl.Cm.P2"]',
  claims: JSON.stringify({
    userinfo: Object.fromEntries(
      ['coreIdentityJWT', 'address', 'returnCode'].map((name) => [`${vocabulary}${name}`, null]),
    ),
  }),
}

async function assertion({ url, variables }: RunningSimulator): Promise<string> {
  const { ONE_LOGIN_CLIENT_ID: id = '', ONE_LOGIN_PRIVATE_KEY: body = '' } = variables
  const key = createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' })
  const jwt = new SignJWT().setIssuer(id).setSubject(id).setAudience(`${url}token`).setExpirationTime('1m')
  return jwt.setIssuedAt().setProtectedHeader({ alg: 'RS256' }).sign(key)
}

/** Signs in and gets tokens and claims. */
export async function pressButton(
  simulator: RunningSimulator,
  parameters: Readonly<Record<string, string>> = identityRequest,
): Promise<Taken> {
  const callback = await authorize(simulator, parameters)
  const response = await fetch(new URL('token', simulator.url), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: callback.searchParams.get('code') ?? '',
      redirect_uri: simulator.variables.ONE_LOGIN_CALLBACK_URL ?? '',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(simulator),
    }),
  })
  const { id_token, access_token } = (await response.json()) as { id_token: string; access_token: string }
  const claims = await fetch(new URL('userinfo', simulator.url), {
    headers: { authorization: `Bearer ${access_token}` },
  })
  const userinfo = (await claims.json()) as Record<string, unknown>
  const jwt = userinfo[`${vocabulary}coreIdentityJWT`]
  return {
    idTokenJWT: id_token,
    idToken: decodeJwt(id_token),
    idTokenHeader: decodeProtectedHeader(id_token),
    userinfo,
    coreIdentity: typeof jwt === 'string' ? decodeJwt(jwt) : undefined,
  }
}
