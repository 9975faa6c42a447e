import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, type JWK } from 'jose'
import { readyUser, type Simulator, type SimulatorUser } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import {
  authorizationURL,
  Browser,
  claimsRequest,
  identityFor,
  identityRequest,
  now,
  paramsOf,
  start,
  tokensFor,
  userinfo,
  vocabulary,
} from './relying-party.ts'

interface DidDocument {
  readonly id: string
  readonly assertionMethod: readonly { readonly id: string; readonly publicKeyJwk: JWK }[]
}

/** Verifies a core identity as a service does, with the keys of the published document. */
async function verifiedIdentity(op: Simulator, jwt: string) {
  const document = (await (await fetch(op.options.environment.didDocumentURL)).json()) as DidDocument
  const { kid = '' } = decodeProtectedHeader(jwt)
  expect(kid.split('#')[0]).toBe(document.id)
  const keys = document.assertionMethod.map(({ id, publicKeyJwk }) => ({ ...publicKeyJwk, kid: id }))
  return (await jwtVerify(jwt, createLocalJWKSet({ keys }))).payload
}

describe('the userinfo response', () => {
  it('[SIM-1] [UI-2] contains the claims of the requested scopes', async () => {
    const op = await start()
    const of = async (scope: string) =>
      (await userinfo(op, (await tokensFor(op, { scope })).accessToken)).body
    expect(Object.keys(await of('openid'))).toEqual(['sub'])
    expect(await of('openid email phone wallet-subject-id')).toEqual({
      sub: expect.any(String) as string,
      email: 'typical@example.com',
      email_verified: true,
      phone_number: '+447700900123',
      phone_number_verified: true,
      wallet_subject_id: expect.stringMatching(/^urn:fdc:wallet\.account\.gov\.uk:2024:[\w-]+$/) as string,
    })
  })

  it('[SIM-3] [UI-2] has no phone number for a user who does not receive codes by phone', async () => {
    const op = await start()
    op.respondWith({ user: 'no-phone' })
    const { accessToken } = await tokensFor(op, { scope: 'openid phone' })
    expect((await userinfo(op, accessToken)).body).toEqual({
      sub: expect.any(String) as string,
      phone_number_verified: false,
    })
  })

  it('[SIM-3] [UI-2] marks the email address and phone number as not verified if the user is set up that way', async () => {
    const op = await start()
    const user = { ...readyUser('typical'), emailVerified: false, phoneNumberVerified: false }
    op.respondWith({ user })
    const { accessToken } = await tokensFor(op, { scope: 'openid email phone' })
    expect((await userinfo(op, accessToken)).body).toMatchObject({
      email: user.email,
      email_verified: false,
      phone_number: user.phoneNumber,
      phone_number_verified: false,
    })
  })

  it('[SIM-2] [UI-3] is an empty 401 with a challenge if the token is wrong or missing', async () => {
    const op = await start()
    const wrong = await userinfo(op, 'abc')
    expect([wrong.status, wrong.body]).toEqual([401, {}])
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
    const missing = await fetch(`${op.issuer}userinfo`)
    expect(missing.status).toBe(401)
    expect(missing.headers.get('www-authenticate')).toBe('Bearer')
    const { idToken } = await tokensFor(op)
    expect((await userinfo(op, idToken)).status).toBe(401)
  })

  it('[SIM-1] [CID-4] contains the core identity, signed with a key of the DID document', async () => {
    const op = await start()
    const body = await identityFor(op)
    const jwt = String(body[`${vocabulary}coreIdentityJWT`])
    const claims = await verifiedIdentity(op, jwt)
    expect(claims).toEqual({
      iss: op.options.environment.coreIdentityIssuer,
      aud: op.options.clientId,
      sub: body.sub,
      vot: 'P2',
      vtm: `${op.issuer}trustmark`,
      nbf: claims.iat,
      iat: claims.iat,
      exp: (claims.iat ?? 0) + 1800,
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
    })
    expect(claims.iat).toBeLessThanOrEqual(now(op))
    const { alg, typ } = decodeProtectedHeader(jwt)
    expect({ alg, typ }).toEqual({ alg: 'ES256', typ: 'JWT' })
  })

  it('[SIM-3] [CID-5] contains a core identity with the claims that a test replaced or removed', async () => {
    const op = await start()
    op.respondWith({ coreIdentity: { vot: 'P1', vc: { type: ['Mine'] }, nbf: undefined } })
    const body = await identityFor(op)
    const claims = await verifiedIdentity(op, String(body[`${vocabulary}coreIdentityJWT`]))
    expect(claims).toMatchObject({ sub: body.sub, vot: 'P1', vc: { type: ['Mine'] } })
    expect(claims).not.toHaveProperty('nbf')
  })

  it('[SIM-1] [CID-11] contains every identity claim that was requested, as a list', async () => {
    const op = await start()
    op.respondWith({ user: 'every-document' })
    const body = await identityFor(op)
    expect(body).toEqual({
      sub: readyUser('every-document').sub,
      email: 'every-document@example.com',
      email_verified: true,
      [`${vocabulary}coreIdentityJWT`]: expect.stringMatching(/^eyJ/) as string,
      [`${vocabulary}address`]: [
        {
          uprn: 100120012077,
          buildingNumber: '8',
          streetName: 'HADLEY ROAD',
          addressLocality: 'BATH',
          postalCode: 'BA2 5AA',
          addressCountry: 'GB',
          validFrom: '2014-01-01',
        },
      ],
      [`${vocabulary}passport`]: [
        { documentNumber: '321654987', icaoIssuerCode: 'GBR', expiryDate: '2035-01-01' },
      ],
      [`${vocabulary}drivingPermit`]: [
        { personalNumber: 'DECER607085K99AE', issueNumber: '23', issuedBy: 'DVLA', expiryDate: '2033-01-18' },
      ],
      [`${vocabulary}returnCode`]: [],
    })
    const some = await identityFor(op, { claims: claimsRequest('address') })
    expect(Object.keys(some).filter((name) => name.startsWith(vocabulary))).toEqual([`${vocabulary}address`])
  })

  it('[SIM-2] [CID-11] leaves out documents that the user did not show, and always has addresses and return codes', async () => {
    const op = await start()
    op.respondWith({
      user: { ...readyUser('typical'), identity: { level: 'P2', names: [], birthDates: [] } },
    })
    const body = await identityFor(op)
    for (const claim of ['passport', 'drivingPermit']) expect(body).not.toHaveProperty([vocabulary + claim])
    for (const claim of ['address', 'returnCode']) expect(body[vocabulary + claim]).toEqual([])
  })

  it('[SIM-2] [AUTHZ-7] contains no identity claim if no identity was requested', async () => {
    const op = await start()
    const body = await identityFor(op, { vtr: '["Cl.Cm"]' })
    expect(Object.keys(body).filter((name) => name.startsWith(vocabulary))).toEqual([])
  })

  it('[SIM-2] [AUTHZ-5] proves the highest requested level that the user reaches', async () => {
    const op = await start({ client: { levels: ['P1', 'P2', 'P3'] } })
    const votOf = async (vtr: string, user: 'high-confidence' | 'low-confidence') => {
      op.respondWith({ user })
      const jwt = (await identityFor(op, { vtr }))[`${vocabulary}coreIdentityJWT`]
      return typeof jwt === 'string' ? (await verifiedIdentity(op, jwt)).vot : undefined
    }
    expect(await votOf('["Cl.Cm.P1"]', 'high-confidence')).toBe('P1')
    expect(await votOf('["Cl.Cm.P1","Cl.Cm.P2"]', 'high-confidence')).toBe('P2')
    expect(await votOf('["Cl.Cm.P1","Cl.Cm.P2"]', 'low-confidence')).toBe('P1')
    expect(await votOf('["Cl.Cm.P2"]', 'low-confidence')).toBeUndefined()
  })
})

describe('an identity that is not proven', () => {
  it('[SIM-2] [CID-7] is a successful sign-in with return codes if the service requested them', async () => {
    const op = await start()
    op.respondWith({ user: 'not-proven' })
    const body = await identityFor(op)
    expect(body[`${vocabulary}returnCode`]).toEqual([{ code: 'B' }, { code: 'C' }])
    expect(body).not.toHaveProperty(`${vocabulary}coreIdentityJWT`)
    expect(body).not.toHaveProperty(`${vocabulary}address`)
  })

  it('[SIM-2] [CB-4] is access_denied if the service did not request return codes', async () => {
    const op = await start()
    op.respondWith({ user: 'not-proven' })
    const claims = claimsRequest('coreIdentityJWT')
    const browser = new Browser()
    const callback = await browser.redirect(authorizationURL(op, { ...identityRequest, claims }))
    expect(paramsOf(callback)).toMatchObject({ error: 'access_denied', state: 'a-state' })
    const end = now(op)
    op.clock.advance(600)
    const { auth_time: authTime } = decodeJwt((await tokensFor(op, {}, browser)).idToken)
    expect(authTime).toBeLessThanOrEqual(end)
  })

  it('[SIM-3] has a default return code if the test sets none, and is access_denied if the test sets an empty list', async () => {
    const op = await start()
    op.respondWith({ level: 'P0' })
    expect((await identityFor(op))[`${vocabulary}returnCode`]).toEqual([{ code: 'A' }])
    op.respondWith({ level: 'P0', returnCodes: [] })
    const callback = await new Browser().redirect(authorizationURL(op, identityRequest))
    expect(callback.searchParams.get('error')).toBe('access_denied')
  })

  it.each([
    ['the code A for a user without evidence', { user: 'no-identity' }, ['A']],
    [
      'the codes that a test sets instead of the codes of the user',
      { user: 'not-proven', returnCodes: ['X'] },
      ['X'],
    ],
    ['the code A for a user whose level a test lowers', { user: 'high-confidence', level: 'P1' }, ['A']],
  ] as const)('[SIM-3] [CID-11] has %s', async (_title, response, codes) => {
    const op = await start()
    op.respondWith(response)
    const body = await identityFor(op)
    expect(body[`${vocabulary}returnCode`]).toEqual(codes.map((code) => ({ code })))
    expect(body).not.toHaveProperty(`${vocabulary}coreIdentityJWT`)
  })

  it('[SIM-3] [CID-11] may have return codes, and so may a proven one', async () => {
    const op = await start()
    op.respondWith({ user: 'proven-with-return-code' })
    const body = await identityFor(op)
    expect(body[`${vocabulary}returnCode`]).toEqual([{ code: 'P' }])
    expect(body).toHaveProperty(`${vocabulary}coreIdentityJWT`)
  })
})

describe('respondWith', () => {
  it('[SIM-3] accepts a user that the test defines', async () => {
    const op = await start()
    const user: SimulatorUser = { sub: 'urn:fdc:gov.uk:2022:me', email: 'me@example.com' }
    op.respondWith({ user })
    const { accessToken } = await tokensFor(op)
    expect((await userinfo(op, accessToken)).body).toEqual({
      sub: 'urn:fdc:gov.uk:2022:me',
      email: 'me@example.com',
      email_verified: true,
    })
  })

  it('[SIM-3] replaces and removes claims', async () => {
    const op = await start()
    op.respondWith({ claims: { email: 'other@example.com', [`${vocabulary}passport`]: undefined } })
    const body = await identityFor(op)
    expect(body.email).toBe('other@example.com')
    expect(body).not.toHaveProperty(`${vocabulary}passport`)
  })

  it('[SIM-3] redirects with an error instead of a code, until another response is set', async () => {
    const op = await start()
    op.respondWith({ error: { error: 'temporarily_unavailable' } })
    const browser = new Browser()
    expect(paramsOf(await browser.redirect(authorizationURL(op)))).toEqual({
      error: 'temporarily_unavailable',
      state: 'a-state',
    })
    op.respondWith({})
    expect((await browser.redirect(authorizationURL(op))).searchParams.get('code')).not.toBeNull()
  })

  it('[SIM-3] keeps the response that was set at the time of the sign-in, even if the service requests userinfo later', async () => {
    const op = await start()
    const { accessToken } = await tokensFor(op)
    op.respondWith({ user: 'no-phone' })
    expect((await userinfo(op, accessToken)).body.email).toBe('typical@example.com')
  })

  it('[SIM-3] rejects an unknown ready user, and lists the known ones', async () => {
    const op = await start()
    expect(() => op.respondWith({ user: 'nobody' as 'typical' })).toThrow(
      /'nobody'.*typical.*no-fixed-address/s,
    )
  })
})
