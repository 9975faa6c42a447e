import { createPrivateKey, type KeyObject } from 'node:crypto'
import { SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose'
import { nowInSeconds } from '../../lib/clock.ts'
import type { RunningSimulator } from './command-run.ts'

type Parameters = Readonly<Record<string, string | undefined>>

const clientIdOf = ({ variables }: RunningSimulator): string => variables.ONE_LOGIN_CLIENT_ID ?? ''
const callbackOf = ({ variables }: RunningSimulator): string => variables.ONE_LOGIN_CALLBACK_URL ?? ''

/** The private key that the simulator printed. */
export function printedKey({ variables }: RunningSimulator): KeyObject {
  const body = variables.ONE_LOGIN_PRIVATE_KEY ?? ''
  return createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' })
}

/** Sends an authorization request in the query, and follows no redirect. A parameter that is `undefined` is left out. */
export function sendAuthorize(simulator: RunningSimulator, parameters: Parameters = {}): Promise<Response> {
  const all: Parameters = {
    response_type: 'code',
    scope: 'openid email phone',
    client_id: clientIdOf(simulator),
    redirect_uri: callbackOf(simulator),
    state: 'a-state',
    nonce: 'a-nonce',
    ...parameters,
  }
  const url = new URL('authorize', simulator.url)
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return fetch(url, { redirect: 'manual' })
}

/** How a request object is signed. */
export interface Signing {
  readonly key?: KeyObject
  readonly header?: Partial<JWTHeaderParameters>
}

/** Sends an authorization request in a request object. A claim that is `undefined` is left out. */
export async function sendRequestObject(
  simulator: RunningSimulator,
  claims: JWTPayload = {},
  { key = printedKey(simulator), header = {} }: Signing = {},
  query: Parameters = {},
): Promise<Response> {
  const clientId = clientIdOf(simulator)
  const request = await new SignJWT({
    iss: clientId,
    aud: `${simulator.url}authorize`,
    response_type: 'code',
    client_id: clientId,
    redirect_uri: callbackOf(simulator),
    scope: 'openid email phone',
    state: 'a-state',
    nonce: 'a-nonce',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key)
  return sendAuthorize(simulator, { state: undefined, nonce: undefined, ...query, request })
}

/** A client assertion. A claim that is `undefined` is left out. */
export function assertion(
  simulator: RunningSimulator,
  claims: JWTPayload = {},
  { key = printedKey(simulator), header = {} }: Signing = {},
): Promise<string> {
  const clientId = clientIdOf(simulator)
  const seconds = nowInSeconds()
  return new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: `${simulator.url}token`,
    iat: seconds,
    exp: seconds + 60,
    jti: 'a-jti',
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(key)
}

/** Sends a token request. A field that is `undefined` is left out. */
export async function sendToken(simulator: RunningSimulator, fields: Parameters = {}): Promise<Response> {
  const all: Parameters = {
    grant_type: 'authorization_code',
    code: 'a-code',
    redirect_uri: callbackOf(simulator),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'client_assertion' in fields ? '' : await assertion(simulator),
    ...fields,
  }
  const body = new URLSearchParams()
  for (const [name, value] of Object.entries(all)) if (value !== undefined) body.set(name, value)
  return fetch(new URL('token', simulator.url), { method: 'POST', body })
}

/** Signs in with these parameters and returns the code. */
export async function codeFor(simulator: RunningSimulator, parameters: Parameters = {}): Promise<string> {
  const { headers } = await sendAuthorize(simulator, parameters)
  return new URL(headers.get('location') ?? '').searchParams.get('code') ?? ''
}

/** Signs in and gets tokens. */
export async function tokensFor(
  simulator: RunningSimulator,
  parameters: Parameters = {},
): Promise<{ access_token: string; id_token: string }> {
  const response = await sendToken(simulator, { code: await codeFor(simulator, parameters) })
  return (await response.json()) as { access_token: string; id_token: string }
}

/** Sends a userinfo request. */
export function sendUserinfo(simulator: RunningSimulator, accessToken: string): Promise<Response> {
  return fetch(new URL('userinfo', simulator.url), { headers: { authorization: `Bearer ${accessToken}` } })
}

/** How a request ended, in a form to compare: `302 invalid_scope`, `400 Invalid request`, `302 code`. */
export async function outcomeOf(response: Response): Promise<string> {
  const { status, headers } = response
  const body = await response.text()
  const location = headers.get('location')
  if (location !== null) {
    const { searchParams } = new URL(location)
    return `${status} ${searchParams.get('error') ?? (searchParams.has('code') ? 'code' : '')}`.trim()
  }
  const challenge = /error="(\w+)"/.exec(headers.get('www-authenticate') ?? '')?.[1]
  return `${status} ${challenge ?? errorOf(body)}`.trim()
}

function errorOf(body: string): string {
  if (!body.startsWith('{')) return body.startsWith('<') ? 'page' : body
  return (JSON.parse(body) as { error?: string }).error ?? ''
}
