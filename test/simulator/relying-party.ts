import { createPrivateKey, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { startSimulator, type Simulator, type SimulatorOptions } from 'passport-govuk-one-login/simulator'
import { onTestFinished } from 'vitest'

export const callbackURL = 'http://127.0.0.1:3000/auth/callback'
export const vocabulary = 'https://vocab.account.gov.uk/v1/'

/** Starts a simulator that is closed when the test ends. */
export async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const op = await startSimulator({ callbackURL, logoutRetryDelay: 0, ...options })
  onTestFinished(() => op.close())
  return op
}

type Params = Readonly<Record<string, string | undefined>>

const present = (params: Params): [string, string][] =>
  Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))

/** The claims parameter that asks for these identity claims. */
export function claimsRequest(...names: string[]): string {
  return JSON.stringify({
    userinfo: Object.fromEntries(names.map((name) => [`${vocabulary}${name}`, null])),
  })
}

/** The service's signature over a JWT. */
export async function sign(
  op: Simulator,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
  key: KeyObject = createPrivateKey(op.options.privateKey),
): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header }).sign(key)
}

/** Seconds since 1970, by the simulator's clock. */
export const now = (op: Simulator): number => Math.floor(op.clock.now() / 1000)

/** The URL of an authorization request. A parameter that is `undefined` is left out. */
export function authorizationURL(op: Simulator, params: Params = {}): URL {
  const url = new URL('authorize', op.issuer)
  const all = {
    response_type: 'code',
    scope: 'openid email',
    client_id: op.options.clientId,
    redirect_uri: op.options.callbackURL,
    state: 'a-state',
    nonce: 'a-nonce',
    ...params,
  }
  url.search = new URLSearchParams(present(all)).toString()
  return url
}

/** The URL of an authorization request with a request object. A claim that is `undefined` is left out. */
export async function requestObjectURL(
  op: Simulator,
  claims: Readonly<Record<string, unknown>> = {},
  params: Params = {},
  header: Partial<JWTHeaderParameters> = {},
  key?: KeyObject,
): Promise<URL> {
  const object = {
    aud: `${op.issuer}authorize`,
    iss: op.options.clientId,
    client_id: op.options.clientId,
    exp: now(op) + 300,
    response_type: 'code',
    redirect_uri: op.options.callbackURL,
    scope: 'openid email',
    state: 'a-state',
    nonce: 'a-nonce',
    ...claims,
  }
  const request = await sign(op, object, header, key)
  return authorizationURL(op, {
    redirect_uri: undefined,
    state: undefined,
    nonce: undefined,
    request,
    ...params,
  })
}

/** A browser that keeps cookies and does not follow redirects by itself. */
export class Browser {
  #cookies = new Map<string, string>()

  async get(url: URL | string): Promise<Response> {
    return this.#send(url, { method: 'GET' })
  }

  async post(url: URL | string, form: Params): Promise<Response> {
    return this.#send(url, { method: 'POST', body: new URLSearchParams(present(form)) })
  }

  /** The URL that a request is redirected to. */
  async redirect(url: URL | string): Promise<URL> {
    return location(await this.get(url))
  }

  async #send(url: URL | string, init: { method: string; body?: URLSearchParams }): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers: Record<string, string> = cookie === '' ? {} : { Cookie: cookie }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = (line.split(';')[0] ?? '').split('=')
      this.#cookies.set(name ?? '', value ?? '')
    }
    return response
  }
}

/** The URL that a response redirects to. */
export function location(response: Response): URL {
  const address = response.headers.get('location')
  if (address === null) throw new Error(`No redirect but ${response.status}`)
  return new URL(address)
}

/** The parameters of a URL's query. */
export const paramsOf = (url: URL): Record<string, string> => Object.fromEntries(url.searchParams)

/** A code for a user who signed in. */
export async function codeFor(op: Simulator, params: Params = {}, browser = new Browser()): Promise<string> {
  const callback = await browser.redirect(authorizationURL(op, params))
  const code = callback.searchParams.get('code')
  if (code === null) throw new Error(`No code but ${callback.search}`)
  return code
}

/** A client assertion. A claim that is `undefined` is left out. */
export function assertion(
  op: Simulator,
  claims: Readonly<Record<string, unknown>> = {},
  header: Partial<JWTHeaderParameters> = {},
  key?: KeyObject,
): Promise<string> {
  const { clientId } = op.options
  const iat = now(op)
  const all = {
    iss: clientId,
    sub: clientId,
    aud: `${op.issuer}token`,
    exp: iat + 300,
    iat,
    jti: randomUUID(),
  }
  return sign(op, { ...all, ...claims }, header, key)
}

/** A JSON response. */
export interface TokenEndpointResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

/** Requests tokens. A parameter that is `undefined` is left out. */
export async function exchange(
  op: Simulator,
  code: string,
  params: Params = {},
): Promise<TokenEndpointResponse> {
  const response = await tokenRequest(op, code, params)
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as TokenEndpointResponse['body'],
  }
}

/** Requests tokens, and returns the response as it is. */
export async function tokenRequest(op: Simulator, code: string, params: Params = {}): Promise<Response> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: op.options.callbackURL,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await assertion(op),
    ...params,
  }
  return fetch(new URL('token', op.issuer), { method: 'POST', body: new URLSearchParams(present(form)) })
}

/** The tokens of a user who signed in. */
export async function tokensFor(
  op: Simulator,
  params: Params = {},
  browser = new Browser(),
): Promise<{ accessToken: string; idToken: string }> {
  const { body } = await exchange(op, await codeFor(op, params, browser))
  const { access_token: accessToken, id_token: idToken } = body
  if (typeof accessToken !== 'string' || typeof idToken !== 'string') throw new Error(JSON.stringify(body))
  return { accessToken, idToken }
}

/** The userinfo response for an access token. */
export async function userinfo(op: Simulator, accessToken: string): Promise<TokenEndpointResponse> {
  const response = await fetch(new URL('userinfo', op.issuer), {
    headers: { Authorization: `Bearer ${accessToken}` },
  })
  const text = await response.text()
  const body = text === '' ? {} : (JSON.parse(text) as TokenEndpointResponse['body'])
  return { status: response.status, headers: response.headers, body }
}

export const randomVerifier = (): string => randomBytes(32).toString('base64url')

/** A request for a full identity. */
export const identityRequest = {
  vtr: '["Cl.Cm.P2"]',
  claims: claimsRequest('coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'),
}

/** The claims of the userinfo response to a request for a full identity. */
export async function identityFor(op: Simulator, params: Params = {}): Promise<Record<string, unknown>> {
  const { accessToken } = await tokensFor(op, { ...identityRequest, ...params })
  const { body } = await userinfo(op, accessToken)
  return body
}
