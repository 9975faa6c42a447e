import { createPrivateKey, type webcrypto } from 'node:crypto'
import * as openid from 'openid-client'
import { startSimulator, type Simulator, type SimulatorOptions } from 'passport-govuk-one-login/simulator'
import { afterEach, describe, expect, it } from 'vitest'

const callbackURL = 'http://127.0.0.1:3000/auth/callback'
const vocabulary = 'https://vocab.account.gov.uk/v1/'
// The library marks it as deprecated only to draw attention to it.
const allowInsecureRequests = Reflect.get(openid, 'allowInsecureRequests')
const open: Simulator[] = []

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const op = await startSimulator({ callbackURL, ...options })
  open.push(op)
  return op
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((op) => op.close()))
})

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return crypto.subtle.importKey('pkcs8', Uint8Array.from(der), algorithm, false, ['sign'])
}

async function discover(
  op: Simulator,
  alg: string,
): Promise<{ config: openid.Configuration; key: webcrypto.CryptoKey }> {
  const key = await importKey(op.options.privateKey)
  const config = await openid.discovery(
    new URL(op.issuer),
    op.options.clientId,
    { id_token_signed_response_alg: alg },
    openid.PrivateKeyJwt(key),
    { execute: [allowInsecureRequests, openid.enableNonRepudiationChecks] },
  )
  return { config, key }
}

async function callbackOf(address: URL): Promise<URL> {
  const response = await fetch(address, { redirect: 'manual' })
  expect(response.status).toBe(302)
  return new URL(response.headers.get('location') ?? '')
}

describe('openid-client without this package', () => {
  it.each([
    { jar: false, alg: 'ES256' as const },
    { jar: true, alg: 'ES256' as const },
    { jar: true, alg: 'RS256' as const },
  ])(
    '[SIM-1] signs a user in and gets an identity, request object $jar, ID token $alg',
    async ({ jar, alg }) => {
      const op = await start({ client: { idTokenSigningAlg: alg } })
      const { config, key } = await discover(op, alg)
      const verifier = openid.randomPKCECodeVerifier()
      const claims = { userinfo: { [`${vocabulary}coreIdentityJWT`]: null, [`${vocabulary}address`]: null } }
      const params = {
        redirect_uri: callbackURL,
        scope: 'openid email',
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        vtr: '["Cl.Cm.P2"]',
        claims: JSON.stringify(claims),
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const plain = openid.buildAuthorizationUrl(config, params)
      const withObject = async () => {
        const url = await openid.buildAuthorizationUrlWithJAR(config, params, key, {
          [openid.modifyAssertion]: (_header, payload) => {
            payload.aud = `${op.issuer}authorize`
            payload.response_type = 'code'
          },
        })
        url.searchParams.set('response_type', 'code')
        url.searchParams.set('scope', params.scope)
        return url
      }
      const callback = await callbackOf(jar ? await withObject() : plain)
      expect(op.requests.at(-1)?.requestObject !== undefined).toBe(jar)

      const tokens = await openid.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier: verifier,
        expectedState: params.state,
        expectedNonce: params.nonce,
      })
      const idToken = tokens.claims()
      expect(idToken).toMatchObject({ vot: 'Cl.Cm', vtm: `${op.issuer}trustmark` })

      const userinfo = await openid.fetchUserInfo(config, tokens.access_token, idToken?.sub ?? '')
      expect(Object.keys(userinfo)).toEqual([
        'sub',
        'email',
        'email_verified',
        `${vocabulary}coreIdentityJWT`,
        `${vocabulary}address`,
      ])
    },
  )
})
