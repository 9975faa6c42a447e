// A provider that costs next to nothing. It prepares whatever it can. It signs only what must be signed for each
// sign-in: the ID token, for its nonce, with ES256. The code contains the nonce.
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import * as http from 'node:http'
import { clientId, didController } from './app.ts'
import { nowInSeconds } from '../lib/clock.ts'
import { listen } from '../test/support/listen.ts'

const subject = 'urn:fdc:gov.uk:2022:bench'
const tokenKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const identityKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (header: object, claims: object, key: KeyObject) => {
  const input = `${encode({ alg: 'ES256', ...header })}.${encode(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = responses[request.url ?? '']?.(Buffer.concat(chunks).toString())
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': 'application/json',
      'cache-control': 'max-age=86400',
    })
    response.end(body)
  })
})
server.keepAliveTimeout = 60_000
const issuer = `${(await listen(server)).url}/`

const documents = {
  discovery: JSON.stringify({
    issuer,
    authorization_endpoint: `${issuer}authorize`,
    token_endpoint: `${issuer}token`,
    userinfo_endpoint: `${issuer}userinfo`,
    jwks_uri: `${issuer}jwks`,
    end_session_endpoint: `${issuer}logout`,
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    code_challenge_methods_supported: ['S256'],
    request_parameter_supported: true,
  }),
  jwks: JSON.stringify({
    keys: [{ ...tokenKey.publicKey.export({ format: 'jwk' }), kid: 'token', alg: 'ES256', use: 'sig' }],
  }),
  did: JSON.stringify({
    id: didController,
    assertionMethod: [
      {
        id: `${didController}#identity`,
        type: 'JsonWebKey',
        controller: didController,
        publicKeyJwk: identityKey.publicKey.export({ format: 'jwk' }),
      },
    ],
  }),
}

const startedAt = nowInSeconds()
const coreIdentity = jwt(
  { kid: `${didController}#identity` },
  {
    iss: `${issuer}identity`,
    aud: clientId,
    sub: subject,
    iat: startedAt,
    nbf: startedAt,
    exp: startedAt + 7200,
    vot: 'P2',
    vc: {
      type: ['VerifiableCredential', 'VerifiableIdentityCredential'],
      credentialSubject: {
        name: [
          {
            nameParts: [
              { type: 'GivenName', value: 'Kenneth' },
              { type: 'FamilyName', value: 'Decerqueira' },
            ],
          },
        ],
        birthDate: [{ value: '1965-07-08' }],
      },
    },
  },
  identityKey.privateKey,
)
const userinfo = { sub: subject, email: 'kenneth@example.com', email_verified: true }
const plainUserinfo = JSON.stringify(userinfo)
const identityUserinfo = JSON.stringify({
  ...userinfo,
  'https://vocab.account.gov.uk/v1/coreIdentityJWT': coreIdentity,
  'https://vocab.account.gov.uk/v1/returnCode': [],
})
let withIdentity = false

const responses: Record<string, ((body: string) => string) | undefined> = {
  '/.well-known/openid-configuration': () => documents.discovery,
  '/jwks': () => documents.jwks,
  '/did.json': () => documents.did,
  '/userinfo': () => (withIdentity ? identityUserinfo : plainUserinfo),
  '/identity-on': () => ((withIdentity = true), '{}'),
  '/identity-off': () => ((withIdentity = false), '{}'),
  '/token': (body) => {
    const nonce = /(?:^|&)code=([\w-]+)/.exec(body)?.[1]
    const iat = nowInSeconds()
    const id_token = jwt(
      { kid: 'token' },
      {
        iss: issuer,
        aud: clientId,
        sub: subject,
        iat,
        exp: iat + 120,
        nonce,
        vot: 'Cl.Cm',
        auth_time: iat,
        sid: 'bench',
      },
      tokenKey.privateKey,
    )
    return JSON.stringify({ access_token: 'access', token_type: 'Bearer', expires_in: 180, id_token })
  },
}
process.send?.({ issuer })
