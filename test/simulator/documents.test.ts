import { describe, expect, it } from 'vitest'
import { start } from './relying-party.ts'

describe('the documents', () => {
  it('[SIM-1] [CONF-1] list every endpoint', async () => {
    const op = await start()
    const response = await fetch(`${op.issuer}.well-known/openid-configuration`)
    expect(response.headers.get('content-type')).toContain('application/json')
    expect(await response.json()).toMatchObject({
      issuer: op.issuer,
      authorization_endpoint: `${op.issuer}authorize`,
      token_endpoint: `${op.issuer}token`,
      userinfo_endpoint: `${op.issuer}userinfo`,
      end_session_endpoint: `${op.issuer}logout`,
      jwks_uri: `${op.issuer}.well-known/jwks.json`,
      trustmarks: `${op.issuer}trustmark`,
      code_challenge_methods_supported: ['S256'],
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: false,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'],
      ui_locales_supported: ['en', 'cy'],
    })
  })

  it('[SIM-1] [SIM-2] list the scopes and claims that One Login lists, and not all that it supports', async () => {
    const op = await start()
    const document = (await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json()) as {
      scopes_supported: string[]
      claims_supported: string[]
    }
    expect(document.scopes_supported).toEqual(['openid', 'email', 'phone', 'offline_access'])
    const names = [
      'address',
      'passport',
      'drivingPermit',
      'coreIdentityJWT',
      'returnCode',
      'inheritedIdentityJWT',
    ]
    const account = [
      'sub',
      'email',
      'email_verified',
      'phone_number',
      'phone_number_verified',
      'wallet_subject_id',
    ]
    expect(document.claims_supported.toSorted()).toEqual(
      [...account, ...names.map((name) => `https://vocab.account.gov.uk/v1/${name}`)].toSorted(),
    )
  })

  it('[SIM-1] do not announce an iss parameter in the callback', async () => {
    const op = await start()
    const document: unknown = await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json()
    expect(document).not.toHaveProperty('authorization_response_iss_parameter_supported')
  })

  it.each([
    ['.well-known/openid-configuration', 'max-age=86400'],
    ['.well-known/jwks.json', 'max-age=86400'],
    ['.well-known/did.json', 'max-age=3600, private'],
  ])('[SIM-1] [CONF-3] allow %s to be cached: %s', async (path, lifetime) => {
    const op = await start()
    const response = await fetch(`${op.issuer}${path}`)
    expect(response.headers.get('cache-control')).toBe(lifetime)
  })

  it('[SIM-1] [CID-2] list the core identity key under the controller', async () => {
    const op = await start()
    const { didController } = op.options.environment
    const document: unknown = await (await fetch(op.options.environment.didDocumentURL)).json()
    expect(document).toMatchObject({
      '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/jwk/v1'],
      id: didController,
      assertionMethod: [
        {
          id: expect.stringMatching(new RegExp(`^${didController}#[0-9a-f]{64}$`)) as string,
          type: 'JsonWebKey',
          controller: didController,
          publicKeyJwk: {
            kty: 'EC',
            crv: 'P-256',
            x: expect.any(String) as string,
            y: expect.any(String) as string,
          },
        },
      ],
    })
    expect(JSON.stringify(document)).not.toContain('"d":')
  })

  it('[SIM-1] list the levels in the trustmark', async () => {
    const op = await start()
    expect(await (await fetch(`${op.issuer}trustmark`)).json()).toEqual({
      idp: op.issuer,
      trustmark_provider: op.issuer,
      C: ['Cl', 'Cl.Cm'],
      P: ['P0', 'P1', 'P2', 'P3'],
    })
  })

  it('[SIM-1] return 404 at any other address', async () => {
    const op = await start()
    expect((await fetch(`${op.issuer}elsewhere`)).status).toBe(404)
  })
})
