import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { OneLoginOptions } from '../../lib/index.ts'
import { startScriptedServer, type ReceivedRequest } from './scripted-server.ts'
import { honest, type Draft } from './forged-tokens.ts'
import { nowInSeconds } from '../../lib/clock.ts'

/** A key pair and its `kid` in the provider's document. */
export interface NamedKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public key as it is in the document. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** A document or a response before it is sent. */
export type Content = Record<string, unknown>

/**
 * A provider that checks nothing. It is honest until a test replaces one of its parts. It shares no code with the
 * library or the simulator.
 */
export interface HostileProvider extends AsyncDisposable {
  readonly issuer: string
  readonly didController: string
  readonly coreIdentityIssuer: string
  readonly clientId: string
  readonly requests: readonly ReceivedRequest[]
  /** The published keys: those of tokens are in the JWKS, the one of identities is in the DID document. */
  readonly keys: { readonly token: NamedKey; readonly rsa: NamedKey; readonly identity: NamedKey }
  /** The next user to sign in. */
  sub: string
  documents: { discovery: Content; jwks: Content; did: Content }
  /** Changes the redirect to the service. */
  callback: (params: URLSearchParams) => void
  idToken: (draft: Draft) => string
  coreIdentity: (draft: Draft) => string
  tokenResponse: (response: Content) => unknown
  userinfo: (claims: Content) => unknown
  /** The draft of a back-channel logout for a user. */
  logoutToken(sub: string): Draft
  /** Options for a strategy that trusts this provider. */
  optionsFor(serviceURL: string): OneLoginOptions
}

// Creating a key takes longer than a whole sign-in.
const serviceKey = rsaKey('service-key').privateKey
const providerRsaKey = rsaKey('rsa-key')
const clientId = 'a-service'
const claimPrefix = 'https://vocab.account.gov.uk/v1/'

/** Starts a hostile provider on 127.0.0.1. */
export async function startHostileProvider(): Promise<HostileProvider> {
  const grants = new Map<string, { sub: string; nonce: string; level: string | undefined }>()
  const keys = { token: ecKey('token-key'), rsa: providerRsaKey, identity: ecKey('') }
  const server = await startScriptedServer((response, request) => {
    const { pathname, searchParams } = new URL(request.url, server.url)
    routes[pathname]?.(response, request, searchParams)
    if (!response.writableEnded) send(response, 404, {})
  })
  const issuer = `${server.url}/`
  const didController = `did:web:${encodeURIComponent(new URL(issuer).host)}`
  const identity = { ...keys.identity, kid: `${didController}#identity-key` }

  const provider: HostileProvider = {
    issuer,
    didController,
    clientId,
    coreIdentityIssuer: `${server.url}/identity/`,
    requests: server.requests,
    keys: { ...keys, identity },
    sub: 'urn:fdc:gov.uk:2022:mallory',
    documents: {
      discovery: {
        issuer,
        authorization_endpoint: `${issuer}authorize`,
        token_endpoint: `${issuer}token`,
        userinfo_endpoint: `${issuer}userinfo`,
        jwks_uri: `${issuer}jwks`,
        end_session_endpoint: `${issuer}logout`,
      },
      jwks: { keys: [keys.token.jwk, keys.rsa.jwk] },
      did: {
        id: didController,
        assertionMethod: [
          { type: 'JsonWebKey', id: identity.kid, controller: didController, publicKeyJwk: identity.jwk },
        ],
      },
    },
    callback: () => undefined,
    idToken: honest,
    coreIdentity: honest,
    tokenResponse: (response) => response,
    userinfo: (claims) => claims,
    logoutToken: (sub) => ({
      header: { alg: 'ES256', kid: keys.token.kid, typ: 'logout+jwt' },
      claims: {
        ...commonClaims(sub),
        iss: issuer,
        jti: randomBytes(8).toString('hex'),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      },
      key: keys.token.privateKey,
    }),
    optionsFor: (serviceURL) => ({
      environment: {
        issuer,
        didDocumentURL: `${issuer}did.json`,
        didController,
        coreIdentityIssuer: `${server.url}/identity/`,
        allowInsecureRequests: true,
      },
      clientId,
      callbackURL: `${serviceURL}/auth/callback`,
      privateKey: serviceKey,
      requestObject: false,
      timeout: 2,
    }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }

  const routes: Partial<
    Record<string, (response: ServerResponse, request: ReceivedRequest, query: URLSearchParams) => void>
  > = {
    '/.well-known/openid-configuration': (response) => {
      send(response, 200, provider.documents.discovery)
    },
    '/jwks': (response) => {
      send(response, 200, provider.documents.jwks)
    },
    '/did.json': (response) => {
      send(response, 200, provider.documents.did)
    },
    '/authorize': (response, _request, query) => {
      const code = randomBytes(16).toString('hex')
      const [level] = /P[0-3]/.exec(query.get('vtr') ?? '') ?? []
      grants.set(code, { sub: provider.sub, nonce: query.get('nonce') ?? '', level })
      const params = new URLSearchParams({ code, state: query.get('state') ?? '' })
      provider.callback(params)
      response.writeHead(302, { location: `${query.get('redirect_uri') ?? ''}?${params.toString()}` }).end()
    },
    '/token': (response, { body }) => {
      const code = new URLSearchParams(body).get('code') ?? ''
      const grant = grants.get(code)
      if (!grant) {
        send(response, 400, { error: 'invalid_grant' })
        return
      }
      const id_token = provider.idToken({
        header: { alg: 'ES256', kid: keys.token.kid },
        claims: {
          ...commonClaims(grant.sub),
          iss: issuer,
          nonce: grant.nonce,
          vot: 'Cl.Cm',
          auth_time: nowInSeconds() - 10,
          at_hash: createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url'),
        },
        key: keys.token.privateKey,
      })
      send(
        response,
        200,
        provider.tokenResponse({ access_token: code, token_type: 'Bearer', expires_in: 180, id_token }),
      )
    },
    '/userinfo': (response, { headers }) => {
      const grant = grants.get(headers.authorization?.replace('Bearer ', '') ?? '')
      if (!grant) {
        send(response, 401, { error: 'invalid_token' })
        return
      }
      const claims: Content = { sub: grant.sub, email: 'somebody@example.com', email_verified: true }
      if (grant.level !== undefined) {
        claims[`${claimPrefix}coreIdentityJWT`] = identityOf(grant)
        claims[`${claimPrefix}returnCode`] = []
      }
      send(response, 200, provider.userinfo(claims))
    },
  }

  const identityOf = ({ sub, level }: { sub: string; level: string | undefined }) =>
    provider.coreIdentity({
      header: { alg: 'ES256', kid: identity.kid, typ: 'JWT' },
      claims: {
        ...commonClaims(sub),
        iss: provider.coreIdentityIssuer,
        nbf: nowInSeconds(),
        vot: level,
        vc: {
          type: ['VerifiableCredential', 'IdentityCheckCredential'],
          credentialSubject: {
            name: [
              {
                nameParts: [
                  { type: 'GivenName', value: 'Mallory' },
                  { type: 'FamilyName', value: 'Smith' },
                ],
              },
            ],
            birthDate: [{ value: '1970-01-01' }],
          },
        },
      },
      key: keys.identity.privateKey,
    })

  return provider
}

function commonClaims(sub: string) {
  return { sub, aud: clientId, iat: nowInSeconds(), exp: nowInSeconds() + 120 }
}

/** A new key for ES256. */
export function ecKey(kid: string): NamedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } }
}

/** A new key for RS256. */
export function rsaKey(kid: string, modulusLength = 2048): NamedKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' } }
}

function send(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'max-age=3600' })
  response.end(typeof content === 'string' ? content : JSON.stringify(content))
}
