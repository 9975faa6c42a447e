import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactVerify, decodeProtectedHeader, importJWK, type JWK, type JWTPayload } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { optionsFromEnvironment } from '../../lib/index.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { readyUser, readyUserNames } from '../../lib/simulator/index.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import { startSimulatorCommand, type RunningSimulator } from './command-run.ts'
import { authorize, identityRequest, pressButton, visit, vocabulary } from './official-visit.ts'

const now = () => Date.now() / 1000

const errorOf = async (simulator: RunningSimulator, parameters?: Readonly<Record<string, string>>) => {
  const { searchParams } = await authorize(simulator, parameters)
  return [searchParams.get('error'), searchParams.get('error_description'), searchParams.get('state')]
}

const fingerprint = (pem: unknown): string =>
  createHash('sha256')
    .update(createPublicKey(String(pem)).export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 32)

type Tokens = Awaited<ReturnType<typeof pressButton>>

/** The names of the values that differ from those of a valid token. */
function wrongIn(token: JWTPayload, expected: Readonly<Record<string, unknown>>): string[] {
  const times = [
    ...(Number(token.iat) > now() + 60 ? ['iat'] : []),
    ...(Number(token.exp) < now() ? ['exp'] : []),
  ]
  return [...Object.keys(expected).filter((name) => token[name] !== expected[name]), ...times]
}

/** What is wrong with the signature of a token: its `alg`, or the signature itself. */
async function wrongInSignature(jwt: string, keys: readonly JWK[]): Promise<string[]> {
  const { alg, kid } = decodeProtectedHeader(jwt)
  if (alg !== 'ES256') return ['alg']
  const key = keys.find((jwk) => jwk.kid === kid) ?? {}
  return compactVerify(jwt, await importJWK(key, alg)).then(
    () => [],
    () => ['signature'],
  )
}

const documentOf = async (simulator: RunningSimulator, name: string) =>
  (await (await fetch(`${simulator.url}.well-known/${name}.json`)).json()) as {
    readonly keys?: readonly JWK[]
    readonly assertionMethod?: readonly { readonly id: string; readonly publicKeyJwk: JWK }[]
  }

async function wrongInIdToken(
  simulator: RunningSimulator,
  { idToken, idTokenJWT }: Tokens,
): Promise<string[]> {
  const { keys = [] } = await documentOf(simulator, 'jwks')
  const aud = simulator.variables.ONE_LOGIN_CLIENT_ID
  return [
    ...(await wrongInSignature(idTokenJWT, keys)),
    ...wrongIn(idToken, { iss: simulator.url, aud, nonce: 'a-nonce', vot: 'Cl.Cm' }),
  ]
}

async function wrongInCoreIdentity(
  simulator: RunningSimulator,
  { idToken, coreIdentity = {}, userinfo }: Tokens,
): Promise<string[]> {
  const { assertionMethod = [] } = await documentOf(simulator, 'did')
  const keys = assertionMethod.map(({ id, publicKeyJwk }) => ({ ...publicKeyJwk, kid: id }))
  const aud = simulator.variables.ONE_LOGIN_CLIENT_ID
  return [
    ...(await wrongInSignature(String(userinfo[`${vocabulary}coreIdentityJWT`]), keys)),
    ...wrongIn(coreIdentity, { iss: simulator.url, aud, sub: idToken.sub, vot: 'P2' }),
  ]
}

const { publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

describe('the environment variables of the official simulator', () => {
  it('[SIM-4] have its defaults', async () => {
    const { clientConfiguration, responseConfiguration, errorConfiguration, ...rest } = await (
      await startSimulatorCommand()
    ).configuration()
    expect(clientConfiguration).toMatchObject({
      clientId: 'HGIOgho9HIRhgoepdIOPFdIUWgewi0jw',
      publicKeySource: 'STATIC',
      scopes: ['openid', 'email', 'phone'],
      redirectUrls: ['http://localhost:8080/oidc/authorization-code/callback'],
      postLogoutRedirectUrls: ['http://localhost:8080/signed-out'],
      claims: ['coreIdentityJWT', 'address', 'returnCode'].map((name) => `${vocabulary}${name}`),
      identityVerificationSupported: true,
      idTokenSigningAlgorithm: 'ES256',
      clientLoCs: ['P0', 'P2'],
      token_auth_method: 'private_key_jwt',
    })
    expect(responseConfiguration).toMatchObject({
      sub: 'urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=',
      email: 'test@example.com',
      emailVerified: true,
      phoneNumber: '07123456789',
      phoneNumberVerified: true,
      maxLoCAchieved: 'P2',
      passportDetails: null,
      drivingPermitDetails: null,
      returnCodes: [],
    })
    expect(errorConfiguration).toEqual({ coreIdentityErrors: [], idTokenErrors: [], authoriseErrors: [] })
    expect(rest).toMatchObject({ publishNewIdTokenKeysEnabled: false, usingNewIdTokenSigningKeys: false })
  })

  it('[SIM-1] [SIM-3] set everything that GET /config shows', async () => {
    const simulator = await startSimulatorCommand({
      CLIENT_ID: 'me',
      PUBLIC_KEY: publicKey.replace(/-----[A-Z ]+-----|\n/g, ''),
      SCOPES: 'openid,email',
      REDIRECT_URLS: 'http://a.example/1,http://a.example/2',
      POST_LOGOUT_REDIRECT_URLS: 'http://a.example/out',
      CLAIMS: `${vocabulary}passport`,
      IDENTITY_VERIFICATION_SUPPORTED: 'false',
      ID_TOKEN_SIGNING_ALGORITHM: 'RS256',
      CLIENT_LOCS: 'P0,P1',
      SUB: 'urn:me',
      EMAIL: 'me@a.example',
      EMAIL_VERIFIED: 'false',
      PHONE_NUMBER: '07000000000',
      PHONE_NUMBER_VERIFIED: 'false',
      ID_TOKEN_ERRORS: 'INVALID_ISS',
      CORE_IDENTITY_ERRORS: 'INVALID_AUD',
      AUTHORISE_ERRORS: 'ACCESS_DENIED',
      SIMULATOR_URL: 'http://one-login.example:3000',
      PUBLISH_NEW_ID_TOKEN_SIGNING_KEYS: 'true',
      USE_NEW_ID_TOKEN_SIGNING_KEYS: 'true',
    })
    expect(await simulator.configuration()).toEqual({
      clientConfiguration: {
        clientId: 'me',
        publicKeySource: 'STATIC',
        publicKey,
        scopes: ['openid', 'email'],
        redirectUrls: ['http://a.example/1', 'http://a.example/2'],
        postLogoutRedirectUrls: ['http://a.example/out'],
        claims: [`${vocabulary}passport`],
        identityVerificationSupported: false,
        idTokenSigningAlgorithm: 'RS256',
        clientLoCs: ['P0', 'P1'],
        token_auth_method: 'private_key_jwt',
      },
      responseConfiguration: expect.objectContaining({
        sub: 'urn:me',
        email: 'me@a.example',
        emailVerified: false,
        phoneNumber: '07000000000',
        phoneNumberVerified: false,
      }) as unknown,
      errorConfiguration: {
        idTokenErrors: ['INVALID_ISS'],
        coreIdentityErrors: ['INVALID_AUD'],
        authoriseErrors: ['ACCESS_DENIED'],
      },
      simulatorUrl: 'http://one-login.example:3000',
      publishNewIdTokenKeysEnabled: true,
      usingNewIdTokenSigningKeys: true,
    })
    expect(simulator.variables).toMatchObject({
      ONE_LOGIN_ISSUER: 'http://one-login.example:3000/',
      ONE_LOGIN_DID_CONTROLLER: 'did:web:one-login.example%3A3000',
    })
    expect(simulator.variables).not.toHaveProperty('ONE_LOGIN_PRIVATE_KEY')
  })

  it('[SIM-2] PKCE_ENABLED makes PKCE obligatory', async () => {
    const simulator = await startSimulatorCommand({ PKCE_ENABLED: 'true' })
    expect((await errorOf(simulator))[0]).toBe('invalid_request')
    expect((await visit(simulator)).status).toBe(200)
  })

  it('[SIM-1] TOKEN_AUTH_METHOD and CLIENT_SECRET register a service with a secret', async () => {
    const simulator = await startSimulatorCommand({
      TOKEN_AUTH_METHOD: 'client_secret_post',
      CLIENT_SECRET: 'the-secret',
    })
    expect(simulator.variables).toMatchObject({ ONE_LOGIN_CLIENT_SECRET: 'the-secret' })
    const { status, body } = await visit(simulator, '/account')
    expect([status, body.email]).toEqual([200, 'test@example.com'])
  })
})

describe('POST /config', () => {
  it('[SIM-3] changes only the given parts of the registration', async () => {
    const simulator = await startSimulatorCommand()
    expect((await simulator.configure({ clientConfiguration: { scopes: ['openid', 'email'] } })).status).toBe(
      200,
    )
    expect((await errorOf(simulator))[0]).toBe('invalid_scope')
    await simulator.configure({ clientConfiguration: { identityVerificationSupported: false } })
    expect((await errorOf(simulator, { ...identityRequest, scope: 'openid' }))[0]).toBe('invalid_request')
    const { clientConfiguration } = await simulator.configuration()
    expect(clientConfiguration).toMatchObject({
      scopes: ['openid', 'email'],
      identityVerificationSupported: false,
      clientLoCs: ['P0', 'P2'],
    })
  })

  it('[SIM-3] renames the service, signs with RS256 and returns the configured claims and levels', async () => {
    const simulator = await startSimulatorCommand()
    const passportDetails = [{ documentNumber: '1', expiryDate: '2032-02-02' }, { documentNumber: '2' }]
    const drivingPermitDetails = [{ personalNumber: '3' }, { personalNumber: '4' }]
    const returnCodes = [{ code: 'A' }, { code: 'B' }]
    await simulator.configure({
      clientConfiguration: {
        clientId: 'renamed',
        idTokenSigningAlgorithm: 'RS256',
        claims: ['coreIdentityJWT', 'passport', 'drivingPermit', 'returnCode'].map(
          (name) => `${vocabulary}${name}`,
        ),
        clientLoCs: ['P0', 'P3'],
      },
      responseConfiguration: { passportDetails, drivingPermitDetails, returnCodes },
    })
    const renamed = { ...simulator, variables: { ...simulator.variables, ONE_LOGIN_CLIENT_ID: 'renamed' } }
    const requested = ['passport', 'drivingPermit', 'returnCode'].map((name) => [
      `${vocabulary}${name}`,
      null,
    ])
    const claims = JSON.stringify({ userinfo: Object.fromEntries(requested) as unknown })
    const { idToken, idTokenHeader, userinfo } = await pressButton(renamed, { vtr: '["Cl.Cm.P3"]', claims })
    expect([idToken.aud, idTokenHeader.alg]).toEqual(['renamed', 'RS256'])
    expect(requested.map(([name]) => userinfo[String(name)])).toEqual([
      passportDetails,
      drivingPermitDetails,
      returnCodes,
    ])
    expect((await errorOf(renamed, { vtr: '["Cl.Cm.P2"]' }))[0]).toBe('invalid_request')
  })

  it('[SIM-3] keeps the parts of the response that an earlier call has set', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({ responseConfiguration: { sub: 'urn:x' } })
    await simulator.configure({ responseConfiguration: { email: 'a@b.example', emailVerified: false } })
    expect((await pressButton(simulator)).userinfo).toMatchObject({
      sub: 'urn:x',
      email: 'a@b.example',
      email_verified: false,
      phone_number_verified: true,
    })
  })

  it('[SIM-3] keeps the JWKS URL of the configuration file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'official-configuration-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'config.json')
    const jwksURL = 'http://127.0.0.1:1/jwks'
    await writeFile(file, JSON.stringify({ url: 'http://a.example/', registration: { jwksURL } }))
    const simulator = await startSimulatorCommand({ SIMULATOR_URL: 'http://b.example' }, ['--config', file])
    const { port } = simulator
    await simulator.configure({ clientConfiguration: { scopes: ['openid'] } })
    expect(await simulator.configuration()).toMatchObject({
      simulatorUrl: 'http://a.example',
      clientConfiguration: { publicKeySource: 'JWKS', jwksUrl: jwksURL, scopes: ['openid'] },
    })
    const discovery = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`)
    expect(await discovery.json()).toMatchObject({ issuer: 'http://a.example/' })
  })

  it('[SIM-3] shows that the service has a JWKS without an address', async () => {
    const simulator = await startSimulatorCommand({ PUBLIC_KEY_SOURCE: 'JWKS' })
    const { clientConfiguration } = await simulator.configuration()
    expect(clientConfiguration.publicKeySource).toBe('JWKS')
    expect(clientConfiguration).not.toHaveProperty('jwksUrl')
  })

  it('[SIM-4] is served with a slash at the end, and in any case, as Express does', async () => {
    const { port } = await startSimulatorCommand()
    for (const path of ['config', 'config/', 'Config'])
      expect((await fetch(`http://127.0.0.1:${port}/${path}`, { method: 'POST' })).status).toBe(200)
  })

  it('[SIM-4] names the likely member for a misspelt one', async () => {
    const simulator = await startSimulatorCommand()
    const response = await simulator.configure({ clientConfiguration: { redirectURLs: [] } })
    expect(await response.text()).toContain('Did you mean redirectUrls?')
  })

  it.each<[string, string, unknown]>([
    ['passportDetails.0.documentNumbr', 'documentNumber', { passportDetails: [{ documentNumbr: '1' }] }],
    [
      'passportDetails.1.expirydate',
      'expiryDate',
      { passportDetails: [{ documentNumber: '1' }, { expirydate: '2032-02-02' }] },
    ],
    ['drivingPermitDetails.0.personalNr', 'personalNumber', { drivingPermitDetails: [{ personalNr: '1' }] }],
    [
      'postalAddressDetails.0.postcode',
      'postalCode',
      { postalAddressDetails: [{ uprn: 1, postcode: 'BA2 5AA' }] },
    ],
    [
      'coreIdentityVerifiableCredentials.credentialSubjct',
      'credentialSubject',
      { coreIdentityVerifiableCredentials: { type: [], credentialSubjct: {} } },
    ],
    [
      'coreIdentityVerifiableCredentials.credentialSubject.birthDates',
      'birthDate',
      { coreIdentityVerifiableCredentials: { credentialSubject: { birthDates: [] } } },
    ],
    [
      'coreIdentityVerifiableCredentials.credentialSubject.birthDate.0.valu',
      'value',
      { coreIdentityVerifiableCredentials: { credentialSubject: { birthDate: [{ valu: '1965-07-08' }] } } },
    ],
    [
      'coreIdentityVerifiableCredentials.credentialSubject.name.0.namePart',
      'nameParts',
      { coreIdentityVerifiableCredentials: { credentialSubject: { name: [{ namePart: [] }] } } },
    ],
    [
      'coreIdentityVerifiableCredentials.credentialSubject.name.0.nameParts.1.typ',
      'type',
      {
        coreIdentityVerifiableCredentials: {
          credentialSubject: { name: [{ nameParts: [{ type: 'GivenName', value: 'A' }, { typ: 'x' }] }] },
        },
      },
    ],
    ['returnCodes.0.cod', 'code', { returnCodes: [{ cod: 'A' }] }],
  ])('[SIM-4] rejects the misspelt member %s inside a claim', async (member, nearest, response) => {
    const simulator = await startSimulatorCommand()
    const sent = await simulator.configure({ responseConfiguration: response })
    const path = `responseConfiguration.${member}`
    const { errors } = (await sent.json()) as { errors: Readonly<Record<string, { msg: string }>> }
    expect([sent.status, Object.keys(errors)]).toEqual([400, expect.arrayContaining([path]) as unknown])
    expect(errors[path]?.msg).toBe(`is unknown. Did you mean ${nearest}?`)
  })

  it('[SIM-4] lists the members of a claim if an unknown one is like none of them', async () => {
    const simulator = await startSimulatorCommand()
    const passportDetails = [{ nationality: 'GBR' }]
    const sent = await simulator.configure({ responseConfiguration: { passportDetails } })
    expect([sent.status, await sent.text()]).toEqual([
      400,
      expect.stringContaining('Use one of documentNumber, icaoIssuerCode, expiryDate'),
    ])
  })

  it.each<[string, unknown]>([
    ['no members', { coreIdentityVerifiableCredentials: {}, passportDetails: [{}] }],
    [
      'placeholders',
      { passportDetails: [{ example: '1' }], coreIdentityVerifiableCredentials: { example: 1 } },
    ],
    [
      'dates in the parts of a name',
      {
        coreIdentityVerifiableCredentials: {
          type: ['VerifiableCredential'],
          credentialSubject: {
            name: [{ nameParts: [{ value: 'A', type: 'FamilyName', validUntil: '1999-12-31' }] }],
            birthDate: [{ value: '1980-01-01' }],
          },
        },
      },
    ],
    [
      'values of any kind, for tests of a service',
      {
        coreIdentityVerifiableCredentials: {
          type: { any: 1 },
          credentialSubject: { name: [1, null, [{ any: 1 }]], birthDate: 'x' },
        },
      },
    ],
    [
      'every member',
      {
        coreIdentityVerifiableCredentials: {
          '@context': [],
          type: [],
          credentialSubject: {
            name: [{ nameParts: [], validFrom: '1990-01-01', validUntil: '1999-12-31' }],
            birthDate: [{ value: '1980-01-01', validFrom: '1990-01-01', validUntil: null }],
          },
        },
        passportDetails: [{ documentNumber: '1', icaoIssuerCode: 'GBR', expiryDate: '2032-02-02' }],
        drivingPermitDetails: [
          {
            personalNumber: '1',
            issueNumber: '2',
            issuedBy: 'DVLA',
            issueDate: '2022-02-02',
            expiryDate: '2032-02-02',
            fullAddress: '1 Street',
          },
        ],
        postalAddressDetails: [
          {
            uprn: 1,
            organisationName: 'a',
            departmentName: 'b',
            subBuildingName: 'c',
            buildingNumber: '1',
            buildingName: 'd',
            dependentStreetName: 'e',
            streetName: 'f',
            doubleDependentAddressLocality: 'g',
            dependentAddressLocality: 'h',
            addressLocality: 'i',
            addressRegion: 'j',
            postalCode: 'k',
            addressCountry: 'GB',
            validFrom: '2000-01-01',
            validUntil: '2001-01-01',
          },
        ],
      },
    ],
  ])('[SIM-4] accepts a response with %s', async (_what, responseConfiguration) => {
    const simulator = await startSimulatorCommand()
    expect((await simulator.configure({ responseConfiguration })).status).toBe(200)
  })

  it('[SIM-4] accepts the claims of every ready user', async () => {
    const simulator = await startSimulatorCommand()
    for (const { identity } of readyUserNames.map(readyUser)) {
      const { names: name, birthDates, addresses, passports, drivingPermits } = identity ?? {}
      const birthDate = birthDates?.map((value) => ({ value }))
      const responseConfiguration = {
        coreIdentityVerifiableCredentials: { credentialSubject: { name, birthDate } },
        passportDetails: passports ?? null,
        drivingPermitDetails: drivingPermits ?? null,
        postalAddressDetails: addresses ?? null,
      }
      expect((await simulator.configure({ responseConfiguration })).status).toBe(200)
    }
  })

  it('[SIM-4] changes how the service authenticates, as GET /config shows it', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({ clientConfiguration: { token_auth_method: 'client_secret_post' } })
    const { clientConfiguration } = await simulator.configuration()
    expect(clientConfiguration.token_auth_method).toBe('client_secret_post')
  })

  it('[SIM-4] registers the published key pair, next to the printed one, if no key is set', async () => {
    const published = 'b55fcc2f08996963ba4e549cddc08573'
    const simulator = await startSimulatorCommand()
    const { clientConfiguration } = await simulator.configuration()
    expect(fingerprint(clientConfiguration.publicKey)).toBe(published)
    expect((await visit(simulator)).status).toBe(200)
    await simulator.configure({ clientConfiguration: { publicKey } })
    expect(await visit(simulator)).toMatchObject({ status: 400 })
    await simulator.configure({ clientConfiguration: { publicKey: clientConfiguration.publicKey } })
    expect((await visit(simulator)).status).toBe(200)
  })

  it('[SIM-3] registers a public key, or the JWKS that holds it', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({ clientConfiguration: { publicKey } })
    expect(await visit(simulator)).toMatchObject({ status: 400 })
    const { ONE_LOGIN_PRIVATE_KEY: privateKey = '' } = simulator.variables
    const [signer] = parseStrategyOptions({
      ...optionsFromEnvironment(simulator.variables),
      privateKey,
    }).signers
    await using published = await startScriptedServer(
      json({ keys: [{ ...signer?.publicJwk, kid: signer?.kid }] }),
    )
    await simulator.configure({ clientConfiguration: { publicKeySource: 'JWKS', jwksUrl: published.url } })
    expect((await visit(simulator)).status).toBe(200)
    await simulator.configure({ clientConfiguration: { publicKeySource: 'STATIC' } })
    expect(await visit(simulator)).toMatchObject({ status: 400 })
  })

  it('[SIM-3] changes the response, whatever level was requested', async () => {
    const simulator = await startSimulatorCommand()
    const vc = { type: ['VerifiableCredential'], credentialSubject: { name: [], birthDate: [1] } }
    await simulator.configure({
      responseConfiguration: {
        sub: 'urn:x',
        email: 'a@b.example',
        emailVerified: false,
        phoneNumber: null,
        phoneNumberVerified: false,
        maxLoCAchieved: 'P1',
        coreIdentityVerifiableCredentials: vc,
        postalAddressDetails: [],
        returnCodes: [{ code: 'A' }],
      },
    })
    const { idToken, userinfo, coreIdentity } = await pressButton(simulator)
    expect(idToken).toMatchObject({ sub: 'urn:x', vot: 'Cl.Cm' })
    expect(coreIdentity).toMatchObject({ iss: simulator.url, sub: 'urn:x', vot: 'P1', vc })
    expect(userinfo).toEqual({
      sub: 'urn:x',
      email: 'a@b.example',
      email_verified: false,
      phone_number_verified: false,
      [`${vocabulary}coreIdentityJWT`]: expect.any(String) as string,
      [`${vocabulary}address`]: [],
      [`${vocabulary}returnCode`]: [{ code: 'A' }],
    })
  })

  it('[SIM-3] leaves out the claims that are null', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({
      responseConfiguration: {
        coreIdentityVerifiableCredentials: null,
        postalAddressDetails: null,
        returnCodes: null,
      },
    })
    const { userinfo } = await pressButton(simulator)
    expect(Object.keys(userinfo).filter((name) => name.startsWith(vocabulary))).toEqual([])
  })

  it.each([
    ['INVALID_ISS', 'iss'],
    ['INVALID_AUD', 'aud'],
    ['INVALID_ALG_HEADER', 'alg'],
    ['INVALID_SIGNATURE', 'signature'],
    ['TOKEN_EXPIRED', 'exp'],
    ['TOKEN_NOT_VALID_YET', 'iat'],
    ['NONCE_NOT_MATCHING', 'nonce'],
    ['INCORRECT_VOT', 'vot'],
  ])('[SIM-3] %s breaks the %s of ID tokens and nothing else, until the next call', async (error, part) => {
    const simulator = await startSimulatorCommand()
    const broken = async () => wrongInIdToken(simulator, await pressButton(simulator))
    await simulator.configure({ errorConfiguration: { idTokenErrors: [error] } })
    expect([await broken(), await broken()]).toEqual([[part], [part]])
    expect((await visit(simulator)).body.code).toMatch(/id_token_invalid|authentication_level_too_low/)
    await simulator.configure({})
    expect(await broken()).toEqual([])
    expect((await visit(simulator)).status).toBe(200)
  })

  it.each([
    ['INVALID_ALG_HEADER', 'alg'],
    ['INVALID_SIGNATURE', 'signature'],
    ['INVALID_ISS', 'iss'],
    ['INVALID_AUD', 'aud'],
    ['INCORRECT_SUB', 'sub'],
    ['TOKEN_EXPIRED', 'exp'],
  ])(
    '[SIM-3] %s breaks the %s of core identities and nothing else, until the next call',
    async (error, part) => {
      const simulator = await startSimulatorCommand()
      const broken = async () => wrongInCoreIdentity(simulator, await pressButton(simulator))
      await simulator.configure({ errorConfiguration: { coreIdentityErrors: [error] } })
      expect(await broken()).toEqual([part])
      expect((await visit(simulator)).body.code).toBe('core_identity_invalid')
      await simulator.configure({ errorConfiguration: {} })
      expect(await broken()).toEqual([])
      expect((await visit(simulator)).status).toBe(200)
    },
  )

  it('[SIM-3] breaks several things at once', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({ errorConfiguration: { idTokenErrors: ['INVALID_AUD', 'TOKEN_EXPIRED'] } })
    const { idToken } = await pressButton(simulator)
    expect(idToken.aud).toBe('another-client')
    expect(idToken.exp).toBeLessThan(now())
  })

  it.each([
    [['ACCESS_DENIED'], 'access_denied', 'Access denied by resource owner or authorization server'],
    [['TEMPORARILY_UNAVAILABLE'], 'temporarily_unavailable', ''],
    [['TEMPORARILY_UNAVAILABLE', 'ACCESS_DENIED'], 'access_denied', expect.any(String) as string],
  ])(
    '[SIM-3] responds to sign-ins with the errors %j, until the next call',
    async (errors, code, description) => {
      const simulator = await startSimulatorCommand()
      await simulator.configure({ errorConfiguration: { authoriseErrors: errors } })
      expect(await errorOf(simulator)).toEqual([code, description, 'a-state'])
      await simulator.configure({ responseConfiguration: { email: 'a@b.example' } })
      expect((await errorOf(simulator))[0]).toBeNull()
    },
  )

  it('[SIM-1] publishes new keys, signs with them, and withdraws them while they sign', async () => {
    const simulator = await startSimulatorCommand()
    const kids = async () => {
      const { keys } = (await (await fetch(`${simulator.url}.well-known/jwks.json`)).json()) as {
        keys: { kid: string }[]
      }
      return keys.map(({ kid }) => kid).sort()
    }
    const before = await kids()
    const flags = async () => {
      const { publishNewIdTokenKeysEnabled, usingNewIdTokenSigningKeys } = await simulator.configuration()
      return [publishNewIdTokenKeysEnabled, usingNewIdTokenSigningKeys]
    }
    await simulator.configure({ publishNewIdTokenSigningKeys: true })
    const published = await kids()
    const added = published.filter((kid) => !before.includes(kid))
    expect(before).toContain((await pressButton(simulator)).idTokenHeader.kid)
    await simulator.configure({ publishNewIdTokenSigningKeys: true })
    expect([await kids(), await flags()]).toEqual([published, [true, false]])
    await simulator.configure({ useNewIdTokenSigningKeys: true })
    expect(added).toContain((await pressButton(simulator)).idTokenHeader.kid)
    await simulator.configure({ useNewIdTokenSigningKeys: true })
    await simulator.configure({})
    expect([await kids(), await flags()]).toEqual([published, [true, true]])
    expect(added).toContain((await pressButton(simulator)).idTokenHeader.kid)
    await simulator.configure({ publishNewIdTokenSigningKeys: 'false' })
    expect(await kids()).not.toContain((await pressButton(simulator)).idTokenHeader.kid)
    await simulator.configure({ useNewIdTokenSigningKeys: 'false' })
    expect((await visit(simulator)).status).toBe(200)
  })

  it('[SIM-1] moves to another address and keeps its configuration', async () => {
    const simulator = await startSimulatorCommand()
    await simulator.configure({
      responseConfiguration: { sub: 'urn:x' },
      clientConfiguration: { clientLoCs: ['P0', 'P1'] },
    })
    const url = `http://127.0.0.1:${simulator.port}/`
    await simulator.configure({ publishNewIdTokenSigningKeys: true, useNewIdTokenSigningKeys: true })
    const errorConfiguration = { idTokenErrors: ['TOKEN_EXPIRED'] }
    await simulator.configure({ simulatorUrl: url.slice(0, -1), errorConfiguration })
    expect(await simulator.configuration()).toMatchObject({
      simulatorUrl: url.slice(0, -1),
      errorConfiguration,
      publishNewIdTokenKeysEnabled: false,
      usingNewIdTokenSigningKeys: false,
    })
    const moved = { ...simulator, url }
    const { idToken, coreIdentity } = await pressButton(moved, { ...identityRequest, vtr: '["Cl.Cm.P1"]' })
    expect(idToken).toMatchObject({ iss: url, sub: 'urn:x' })
    expect(idToken.exp).toBeLessThan(now())
    expect(coreIdentity?.iss).toBe(url)
    const did = (await (await fetch(`${url}.well-known/did.json`)).json()) as { id: string }
    expect(did.id).toBe(`did:web:127.0.0.1%3A${simulator.port}`)
  })

  it('[SIM-3] accepts the output of GET /config, so that a suite can restore everything', async () => {
    const simulator = await startSimulatorCommand()
    const { clientConfiguration, responseConfiguration, errorConfiguration, simulatorUrl } =
      await simulator.configuration()
    await simulator.configure({
      clientConfiguration: { clientId: 'x' },
      responseConfiguration: { sub: 'urn:x' },
    })
    const back = { clientConfiguration, responseConfiguration, errorConfiguration, simulatorUrl }
    const jwks = async () => (await fetch(`${simulator.url}.well-known/jwks.json`)).text()
    const before = await jwks()
    expect((await simulator.configure(back)).status).toBe(200)
    expect(await simulator.configuration()).toMatchObject(back)
    expect(await jwks()).toBe(before)
  })

  it('[SIM-3] responds as a ready user until it is configured', async () => {
    const simulator = await startSimulatorCommand()
    expect((await pressButton(simulator)).coreIdentity?.vc).toMatchObject({
      credentialSubject: {
        name: readyUser('typical').identity?.names,
        birthDate: readyUser('typical').identity?.birthDates.map((value) => ({ value })),
      },
    })
  })
})

describe('an invalid POST /config', () => {
  it.each<[string, unknown, string]>([
    ['an unknown member', { nonsense: 1 }, 'nonsense'],
    [
      'an unknown level',
      { responseConfiguration: { maxLoCAchieved: 'P9' } },
      'responseConfiguration.maxLoCAchieved',
    ],
    [
      'an unknown fault',
      { errorConfiguration: { idTokenErrors: ['INVALID'] } },
      'errorConfiguration.idTokenErrors',
    ],
    ['text instead of a list', { clientConfiguration: { scopes: 'openid' } }, 'clientConfiguration.scopes'],
    [
      'an unknown algorithm',
      { clientConfiguration: { idTokenSigningAlgorithm: 'HS256' } },
      'clientConfiguration.idTokenSigningAlgorithm',
    ],
    [
      'text that is not a key',
      { clientConfiguration: { publicKey: 'abc' } },
      'clientConfiguration.publicKey',
    ],
    ['text that is not an address', { simulatorUrl: 'nowhere' }, 'simulatorUrl'],
    ['new keys that were not published', { useNewIdTokenSigningKeys: true }, 'useNewIdTokenSigningKeys'],
    ['a member that every object has', { constructor: {} }, 'constructor'],
    [
      'a member of a passport that every object has',
      { responseConfiguration: { passportDetails: [{ toString: 1 }] } },
      'responseConfiguration.passportDetails.0.toString',
    ],
    ['an empty text', { responseConfiguration: { sub: '' } }, 'responseConfiguration.sub'],
    [
      'a return code without a code',
      { responseConfiguration: { returnCodes: [{}] } },
      'responseConfiguration.returnCodes.0.code',
    ],
    ['a list', [], '_body'],
    ['null', null, '_body'],
    ['a list as the registration', { clientConfiguration: [] }, 'clientConfiguration'],
    ['a list as the response', { responseConfiguration: [] }, 'responseConfiguration'],
    ['a list as the errors', { errorConfiguration: [] }, 'errorConfiguration'],
    [
      'a list as a credential',
      { responseConfiguration: { coreIdentityVerifiableCredentials: [] } },
      'responseConfiguration.coreIdentityVerifiableCredentials',
    ],
    [
      'a list as a passport',
      { responseConfiguration: { passportDetails: [[]] } },
      'responseConfiguration.passportDetails.0',
    ],
    [
      'a misspelt member of the registration',
      { clientConfiguration: { redirectURLs: ['http://a.example/'] } },
      'clientConfiguration.redirectURLs',
    ],
    [
      'a misspelt member of the response',
      { responseConfiguration: { emailVerifed: false } },
      'responseConfiguration.emailVerifed',
    ],
    [
      'a misspelt kind of error',
      { errorConfiguration: { authorizeErrors: ['ACCESS_DENIED'] } },
      'errorConfiguration.authorizeErrors',
    ],
    [
      'a return code with more than a code',
      { responseConfiguration: { returnCodes: [{ code: 'A', reason: 'x' }] } },
      'responseConfiguration.returnCodes.0.reason',
    ],
  ])('is rejected with 400 and changes nothing: %s', async (_what, body, path) => {
    const simulator = await startSimulatorCommand({ ID_TOKEN_ERRORS: 'INVALID_ISS' })
    const before = await simulator.configuration()
    const response = await simulator.configure(body)
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as { errors: Record<string, unknown> }
    expect(Object.keys(errors).join()).toContain(path)
    expect(await simulator.configuration()).toEqual(before)
  })

  it('is rejected with the path, the problem and the value of each member', async () => {
    const simulator = await startSimulatorCommand()
    const response = await simulator.configure({
      responseConfiguration: { maxLoCAchieved: 'P9', returnCodes: [{ code: '' }, {}] },
      errorConfiguration: { authoriseErrors: 1 },
    })
    const error = (path: string, msg: string, value?: unknown) => ({
      [path]: { type: 'field', path, msg, ...(value !== undefined && { value }) },
    })
    expect(await response.json()).toEqual({
      errors: {
        ...error('responseConfiguration.maxLoCAchieved', 'must be P0 or P1 or P2 or P3', 'P9'),
        ...error('responseConfiguration.returnCodes.0.code', 'must not be empty', ''),
        ...error('responseConfiguration.returnCodes.1.code', 'is required'),
        ...error('errorConfiguration.authoriseErrors', 'must be a list', 1),
      },
    })
  })

  it('is rejected if it is not JSON, or comes from a page that may not send JSON', async () => {
    const simulator = await startSimulatorCommand()
    const post = (body: string, type: string) =>
      fetch(`http://127.0.0.1:${simulator.port}/config`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      })
    expect((await post('{', 'application/json')).status).toBe(400)
    expect((await post('{}', 'text/plain')).status).toBe(415)
  })
})
