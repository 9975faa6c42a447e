import { describe, expect, it } from 'vitest'
import {
  expectSignInRefused,
  signInAt,
  startAttackedService,
  type AttackedService,
} from '../support/attacked-service.ts'
import { Browser } from '../support/browser.ts'
import { compact, es256, honest, hs256, nothing, rs256, type Draft } from '../support/forged-tokens.ts'
import { ecKey, rsaKey, type HostileProvider } from '../support/hostile-provider.ts'
import { postLogout } from '../support/logout-tokens.ts'
import { startPair } from '../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../support/visitors.ts'

// Twins of the OpenID Foundation's relying-party test modules that apply to the code flow with signed ID tokens,
// by the same names. Those about other flows, dynamic registration, WebFinger, refresh tokens, aggregated and
// distributed claims, form post and client_secret_basic have none: One Login has nothing of the kind.

const accepted = async ({ service, provider }: AttackedService) => {
  const { code, user } = await signInAt(service)
  expect({ code, sub: user?.sub }).toEqual({ code: 'accepted', sub: provider.sub })
}

const withClaims =
  (claims: object) =>
  (draft: Draft): string =>
    honest({ ...draft, claims: { ...draft.claims, ...claims } })

const withHeader = (draft: Draft, header: object): Draft => ({
  ...draft,
  header: { ...draft.header, ...header },
})

const spoilt = (signature: Buffer): Buffer => {
  signature.writeUInt8(signature.readUInt8(5) ^ 0xff, 5)
  return signature
}

const rs256Token = ({ keys }: HostileProvider, draft: Draft): Draft =>
  withHeader({ ...draft, key: keys.rsa.privateKey }, { alg: 'RS256', kid: keys.rsa.kid })

describe('the tests of relying parties', () => {
  it('[IDT-1] oidcc-client-test: signs in with a good ID token', async () => {
    await using attacked = await startAttackedService()
    await accepted(attacked)
  })

  it('[IDT-1] oidcc-client-test-idtoken-sig-rs256: accepts RS256', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = (draft) => honest(rs256Token(attacked.provider, draft))
    await accepted(attacked)
  })

  const refusals: Readonly<Record<string, (draft: Draft, provider: HostileProvider) => string>> = {
    '[IDT-5] oidcc-client-test-nonce-invalid': withClaims({ nonce: 'another' }),
    '[IDT-3] oidcc-client-test-invalid-iss': withClaims({ iss: 'https://issuer.example/' }),
    '[IDT-3] oidcc-client-test-missing-sub': withClaims({ sub: undefined }),
    '[IDT-3] oidcc-client-test-invalid-aud': withClaims({ aud: 'another-service' }),
    '[IDT-3] oidcc-client-test-missing-aud': withClaims({ aud: undefined }),
    '[IDT-4] oidcc-client-test-missing-iat': withClaims({ iat: undefined }),
    '[IDT-8] oidcc-client-test-invalid-athash': withClaims({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
    '[IDT-2] oidcc-client-test-idtoken-sig-none': ({ header, claims }) =>
      compact({ ...header, alg: 'none', kid: undefined }, claims, nothing),
    '[IDT-1] oidcc-client-test-invalid-sig-es256': (draft) =>
      compact(draft.header, draft.claims, (input) => spoilt(es256(draft.key)(input))),
    '[IDT-1] oidcc-client-test-invalid-sig-rs256': (draft, provider) => {
      const { header, claims, key } = rs256Token(provider, draft)
      return compact(header, claims, (input) => spoilt(rs256(key)(input)))
    },
    '[IDT-2] oidcc-client-test-invalid-sig-hs256': ({ header, claims }) =>
      compact({ ...header, alg: 'HS256' }, claims, hs256('not the secret of this service')),
    // Both keys fit, and a relying party may try them. One Login requires a "kid".
    '[IDT-1] oidcc-client-test-kid-absent-multiple-jwks': (draft) =>
      honest(withHeader(draft, { kid: undefined })),
  }

  it.each(Object.entries(refusals))('%s: is rejected', async (_module, idToken) => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = (draft) => idToken(draft, attacked.provider)
    await expectSignInRefused(attacked)
  })

  it('[IDT-1] oidcc-client-test-kid-absent-single-jwks: is rejected, which the test allows, because One Login always sends a "kid"', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.documents.jwks.keys = [provider.keys.token.jwk]
    provider.idToken = (draft) => honest(withHeader(draft, { kid: undefined }))
    await expectSignInRefused(attacked)
  })

  it('[IDT-8] oidcc-client-test-missing-athash: signs in, because the code flow does not require one', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = withClaims({ at_hash: undefined })
    await accepted(attacked)
  })

  it('[UI-1] oidcc-client-test-userinfo-invalid-sub: is rejected', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.userinfo = (claims) => ({ ...claims, sub: 'urn:another' })
    await expectSignInRefused(attacked, 'userinfo_invalid')
  })

  it('[UI-1] oidcc-client-test-userinfo-bearer-header: sends the access token in the header, and only there', async () => {
    await using attacked = await startAttackedService()
    await accepted(attacked)
    const { method, url, headers, body } =
      attacked.provider.requests.find((request) => request.url.startsWith('/userinfo')) ?? {}
    expect({ method, url, body }).toEqual({ method: 'GET', url: '/userinfo', body: '' })
    expect(headers?.authorization).toMatch(/^Bearer [0-9a-f]{32}$/)
  })

  it('[UI-2] oidcc-client-test-scope-userinfo-claims: gets the claims of the requested scopes', async () => {
    await using attacked = await startAttackedService({ scope: ['openid', 'email', 'phone'] })
    attacked.provider.userinfo = (claims) => ({ ...claims, phone_number: '+441406946277' })
    const { user } = await signInAt(attacked.service)
    expect(user).toMatchObject({ email: 'somebody@example.com', phoneNumber: '+441406946277' })
    const authorize = attacked.provider.requests.find(({ url }) => url.startsWith('/authorize'))
    expect(new URLSearchParams(authorize?.url.split('?')[1]).get('scope')).toBe('openid email phone')
  })

  it('[CB-3] oidcc-client-test-redirect-error: passes an error in the callback to the app', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.callback = (params) => {
      params.delete('code')
      params.set('error', 'access_denied')
    }
    await expectSignInRefused(attacked, 'access_denied')
  })
})

describe('the tests of configuration', () => {
  it('[CONF-1] oidcc-client-test-discovery-openid-config: uses its endpoints', async () => {
    await using attacked = await startAttackedService()
    await accepted(attacked)
    expect(attacked.provider.requests[0]?.url).toBe('/.well-known/openid-configuration')
  })

  it('[CONF-1] oidcc-client-test-discovery-issuer-mismatch: is rejected, and no part of it is used', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.documents.discovery.issuer = 'https://issuer.example/'
    await expectSignInRefused(attacked, 'provider_document_unusable')
    expect(new Set(provider.requests.map(({ url }) => url))).toEqual(
      new Set(['/.well-known/openid-configuration']),
    )
  })

  it('[IDT-1] oidcc-client-test-discovery-jwks-uri-keys: uses its keys', async () => {
    await using attacked = await startAttackedService()
    await accepted(attacked)
    expect(attacked.provider.requests.filter(({ url }) => url === '/jwks')).toHaveLength(1)
  })

  it('[IDT-1] oidcc-client-test-signing-key-rotation: downloads the keys again for a new one', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    await accepted(attacked)
    const fresh = ecKey('fresh-key')
    provider.documents.jwks.keys = [fresh.jwk]
    provider.idToken = (draft) => honest({ ...withHeader(draft, { kid: fresh.kid }), key: fresh.privateKey })
    await accepted(attacked)
  })

  it('[IDT-1] oidcc-client-test-signing-key-rotation-just-before-signing: accepts a key that was published with the token', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    await accepted(attacked)
    const fresh = rsaKey('fresh-key')
    provider.idToken = (draft) => {
      provider.documents.jwks.keys = [provider.keys.token.jwk, fresh.jwk]
      return honest({ ...withHeader(draft, { alg: 'RS256', kid: fresh.kid }), key: fresh.privateKey })
    }
    await accepted(attacked)
  })
})

describe('the tests of logout', () => {
  /** Signs a user in, delivers a logout token, and returns whether it signed them out. */
  async function deliver(make: (draft: Draft, provider: HostileProvider) => string) {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    const browser = new Browser()
    await signInAt(service, '/account', browser)
    const response = await postLogout(service.url, {
      logout_token: make(provider.logoutToken(provider.sub), provider),
    })
    return { status: response.status, signedOut: (await whoIs(service, browser)) === undefined }
  }

  it('[SESS-7] oidcc-client-test-rp-backchannel-rpinitlogout: signs the user out', async () => {
    expect(await deliver(honest)).toEqual({ status: 200, signedOut: true })
  })

  const refusals: Readonly<Record<string, (draft: Draft, provider: HostileProvider) => string>> = {
    '-alg-none': ({ header, claims }) => compact({ ...header, alg: 'none' }, claims, nothing),
    '-wrong-alg': (draft, provider) => honest(rs256Token(provider, draft)),
    '-wrong-aud': withClaims({ aud: 'another-service' }),
    '-wrong-iss': withClaims({ iss: 'https://issuer.example/' }),
    '-wrong-event': withClaims({ events: { 'http://schemas.openid.net/event/another': {} } }),
    '-no-event': withClaims({ events: undefined }),
    '-with-nonce': withClaims({ nonce: 'a-nonce' }),
  }

  it.each(Object.entries(refusals))(
    '[SESS-6] oidcc-client-test-rp-backchannel-rpinitlogout%s: does not sign the user out',
    async (_module, make) => {
      expect(await deliver(make)).toEqual({ status: 400, signedOut: false })
    },
  )

  it.each([
    ['oidcc-client-test-rp-init-logout', 'a-state'],
    ['oidcc-client-test-rp-init-logout-no-state', undefined],
  ])('[SESS-1] %s: ends the session at One Login', async (_module, state) => {
    await using pair = await startPair({
      routes: (app, oneLogin) => {
        app.use(oneLogin.routes(state === undefined ? {} : { state }))
        return false
      },
    })
    const browser = await visitorSignedIn(pair)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    const logout = new URL(page.trail[1] ?? '')
    expect(logout.searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(page.url).toBe(`${pair.service.url}/signed-out${state === undefined ? '' : `?state=${state}`}`)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })
})
