import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { SignJWT } from 'jose'
import {
  Provider,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import type { OneLoginOptions } from '../../lib/index.ts'
import { nowInSeconds } from '../../lib/clock.ts'
import { listen } from './listen.ts'

/** The addresses of a service that signs in with a {@link CertifiedProvider}. */
export interface ServiceAddresses {
  readonly callbackURL: string
  readonly postLogoutRedirectURL: string
  readonly backChannelLogoutURL: string
}

/** An OpenID provider by other authors, set up to behave like One Login. */
export interface CertifiedProvider extends AsyncDisposable {
  readonly issuer: string
  /** The user that it signs in at every request. */
  readonly sub: string
  /** The provider's errors, for the message of a failing test. */
  readonly problems: string[]
  /** The results of its back-channel logouts. */
  readonly logouts: string[]
  /** Registers a service, and returns the options with which it signs in. */
  register(addresses: ServiceAddresses, options: { requestObject: boolean }): OneLoginOptions
}

const clientId = 'tax-your-dragon'
const sub = 'urn:fdc:gov.uk:2022:certified'
const coreIdentityClaim = 'https://vocab.account.gov.uk/v1/coreIdentityJWT'
const returnCodeClaim = 'https://vocab.account.gov.uk/v1/returnCode'

/**
 * Starts `oidc-provider`, which the OpenID Foundation has certified, with a DID document.
 *
 * Two settings follow One Login. The audience of a request object is the authorization endpoint, while oidc-provider
 * expects the issuer, so both have the same address here. And `vtr` is a list in a request object, which oidc-provider
 * rejects as a repeated parameter. So a hook reads it from request objects, and queries declare it as an extra parameter.
 */
export async function startCertifiedProvider(): Promise<CertifiedProvider> {
  let response: (req: IncomingMessage, res: ServerResponse) => unknown = (_req, res) =>
    res.writeHead(503).end()
  const server = createServer((req, res) => void response(req, res))
  const listening = await listen(server)
  const issuer = `${listening.url}/`
  const problems: string[] = []
  const logouts: string[] = []
  const identities = identityIssuer(issuer)
  return {
    issuer,
    sub,
    problems,
    logouts,
    register: (addresses, { requestObject }) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const provider = createProvider(issuer, requestObject, identities, {
        client_id: clientId,
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [publicJwk(publicKey, 'RS256')] },
        redirect_uris: [addresses.callbackURL],
        post_logout_redirect_uris: [addresses.postLogoutRedirectURL],
        backchannel_logout_uri: addresses.backChannelLogoutURL,
        id_token_signed_response_alg: 'ES256',
        request_object_signing_alg: 'RS256',
        require_signed_request_object: requestObject,
      })
      const note = (_ctx: unknown, error: Error & { error_detail?: string | undefined }) => {
        problems.push(`${error.name}: ${error.message}: ${error.error_detail ?? ''}`)
      }
      provider.on('authorization.error', note)
      provider.on('grant.error', note)
      provider.on('userinfo.error', note)
      provider.on('server_error', note)
      provider.on('backchannel.success', (_ctx, client) => logouts.push(`${client.clientId}: taken`))
      provider.on('backchannel.error', (_ctx, error, client) =>
        logouts.push(`${client.clientId}: ${error.message}`),
      )
      response = handlerOf(provider, identities.document)
      return {
        environment: {
          issuer,
          didDocumentURL: `${issuer}.well-known/did.json`,
          didController: identities.controller,
          coreIdentityIssuer: identities.issuer,
          allowInsecureRequests: true,
        },
        clientId,
        privateKey: { ...privateKey.export({ format: 'jwk' }), kid: thumbprint(publicKey) },
        callbackURL: addresses.callbackURL,
        postLogoutRedirectURL: addresses.postLogoutRedirectURL,
        requestObject,
      }
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function createProvider(
  issuer: string,
  requestObject: boolean,
  identities: IdentityIssuer,
  client: ClientMetadata,
): Provider {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signingKey = { ...privateKey.export({ format: 'jwk' }), ...publicJwk(publicKey, 'ES256') }
  /** The requested vectors, by the nonce of the request, and the granted vectors, by the ID of the grant. */
  const asked = new Map<string, readonly string[]>()
  const granted = new Map<string, readonly string[]>()

  const provider = new Provider(issuer, {
    clients: [client],
    adapter: adapterFactory(),
    jwks: { keys: [signingKey] },
    routes: { authorization: '/' },
    cookies: { keys: ['for tests'] },
    scopes: ['openid', 'email'],
    claims: {
      openid: ['sub', 'vot', 'vtm'],
      email: ['email', 'email_verified'],
      [coreIdentityClaim]: null,
      [returnCodeClaim]: null,
    },
    ...(!requestObject && { extraParams: { vtr: noteVectors } }),
    pkce: { required: () => true },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], requestObjectSigningAlgValues: ['RS256'] },
    ttl: {
      AccessToken: 180,
      AuthorizationCode: 300,
      Grant: 3600,
      IdToken: 120,
      Interaction: 3600,
      Session: 3600,
    },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = form
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = 'Signed out'
        },
      },
      requestObjects: {
        enabled: requestObject,
        assertJwtClaimsAndHeader: (_ctx, claims) => {
          asked.set(claims.nonce as string, claims.vtr as string[])
        },
      },
    },
    // By default oidc-provider does not call loopback addresses, and the service has one.
    fetch: (url, { signal = null, ...request } = {}) =>
      fetch(url, {
        signal,
        method: request.method ?? 'GET',
        headers: request.headers ?? {},
        body: request.body ?? null,
        redirect: 'manual',
      }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    // One Login asks for consent elsewhere, so every request is granted what it asks for.
    loadExistingGrant: async (ctx) => {
      const { Grant } = ctx.oidc.provider
      const grant = new Grant({ clientId: client.client_id, accountId: sub })
      grant.addOIDCScope('openid email')
      grant.addOIDCClaims([coreIdentityClaim, returnCodeClaim])
      granted.set(await grant.save(), asked.get(String(ctx.oidc.params?.nonce)) ?? [])
      return grant
    },
    findAccount: (_ctx, accountId, token) => ({
      accountId,
      claims: async (use) => {
        const vectors = granted.get((token as { grantId?: string } | undefined)?.grantId ?? '') ?? []
        if (use === 'id_token')
          return { sub: accountId, vot: credentialOf(vectors[0] ?? ''), vtm: `${issuer}trustmark` }
        return {
          sub: accountId,
          email: 'sarah@example.com',
          email_verified: true,
          ...(vectors[0]?.includes('P2') && {
            [coreIdentityClaim]: await identities.sign(accountId),
            [returnCodeClaim]: [],
          }),
        }
      },
    }),
  })
  return provider

  function noteVectors({ oidc }: KoaContextWithOIDC, vtr: string | undefined): void {
    asked.set(String(oidc.params?.nonce), JSON.parse(vtr ?? '[]') as string[])
  }
}

/** Keeps the provider's records in memory. The default adapter shares them between providers, and warns about it. */
function adapterFactory(): (model: string) => Adapter {
  const records = new Map<string, AdapterPayload>()
  return (model) => {
    const find = (id: string) => Promise.resolve(records.get(`${model} ${id}`))
    return {
      find,
      findByUid: (uid) =>
        Promise.resolve(
          [...records].find(([key, record]) => key.startsWith(`${model} `) && record.uid === uid)?.[1],
        ),
      findByUserCode: () => Promise.resolve(undefined),
      upsert: (id, payload) => Promise.resolve(void records.set(`${model} ${id}`, payload)),
      consume: async (id) => {
        const record = await find(id)
        if (record) record.consumed = nowInSeconds()
      },
      destroy: (id) => Promise.resolve(void records.delete(`${model} ${id}`)),
      revokeByGrantId: (grantId) => {
        for (const [key, record] of records) if (record.grantId === grantId) records.delete(key)
        return Promise.resolve()
      },
    }
  }
}

/** `Cl.Cm` of `P2.Cl.Cm`. */
function credentialOf(vector: string): string {
  return vector
    .split('.')
    .filter((component) => component.startsWith('C'))
    .join('.')
}

/** Serves the DID document and a sign-in without a page. The provider handles all other requests. */
function handlerOf(provider: Provider, didDocument: object) {
  const call = provider.callback()
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (req.url === '/.well-known/did.json')
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(didDocument))
    else if (req.url?.startsWith('/interaction/'))
      await provider.interactionFinished(req, res, { login: { accountId: sub } })
    else await call(req, res)
  }
}

interface IdentityIssuer {
  readonly issuer: string
  readonly controller: string
  readonly document: object
  sign(sub: string): Promise<string>
}

/** Signs core identities with a key that its DID document names. */
function identityIssuer(address: string): IdentityIssuer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const controller = `did:web:${encodeURIComponent(new URL(address).host)}`
  const kid = `${controller}#${thumbprint(publicKey)}`
  const issuer = `${address}identity/`
  return {
    issuer,
    controller,
    document: {
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
      id: controller,
      assertionMethod: [
        { id: kid, type: 'JsonWebKey', controller, publicKeyJwk: publicKey.export({ format: 'jwk' }) },
      ],
    },
    sign: (sub) =>
      new SignJWT({
        vot: 'P2',
        vtm: `${address}trustmark`,
        vc: {
          type: ['VerifiableCredential', 'IdentityCheckCredential'],
          credentialSubject: {
            name: [
              {
                nameParts: [
                  { type: 'GivenName', value: 'Sarah' },
                  { type: 'FamilyName', value: 'Jones' },
                ],
              },
            ],
            birthDate: [{ value: '1980-05-01' }],
          },
        },
      })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(issuer)
        .setSubject(sub)
        .setAudience(clientId)
        .setIssuedAt()
        .setNotBefore('0s')
        .setExpirationTime('30m')
        .sign(privateKey),
  }
}

function publicJwk(key: KeyObject, alg: string) {
  return { ...key.export({ format: 'jwk' }), kid: thumbprint(key), alg, use: 'sig' }
}

function thumbprint(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}
