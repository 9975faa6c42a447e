import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { OneLoginErrorCode } from '../../lib/index.ts'
import { json, startScriptedServer } from '../support/scripted-server.ts'
import {
  expectIdentityRefused,
  expectSignInRefused,
  signInAt,
  startAttackedService,
  type AttackedService,
} from '../support/attacked-service.ts'
import { Browser } from '../support/browser.ts'
import { compact, es256, honest, hs256, nothing, rs256, type Draft } from '../support/forged-tokens.ts'
import { ecKey, rsaKey, type HostileProvider } from '../support/hostile-provider.ts'
import { postLogout } from '../support/logout-tokens.ts'
import { whoIs } from '../support/visitors.ts'

/** A token that an attacker creates from valid claims: only its form is an attack. */
type Forgery = (draft: Draft, provider: HostileProvider) => string

const mallory = ecKey('mallory-key')
const pem = ({ key }: Draft) => createPublicKey(key).export({ type: 'spki', format: 'pem' })
const jwk = ({ key }: Draft) => createPublicKey(key).export({ format: 'jwk' })

const withoutSignature =
  (alg: string): Forgery =>
  ({ header, claims }) =>
    compact({ ...header, alg }, claims, nothing)

const withPublicKeyAsSecret =
  (secret: (draft: Draft) => string | Buffer): Forgery =>
  (draft) =>
    compact({ ...draft.header, alg: 'HS256' }, draft.claims, hs256(secret(draft)))

const withKeyInHeader =
  (header: object): Forgery =>
  (draft) =>
    compact({ ...draft.header, ...header }, draft.claims, es256(mallory.privateKey))

/** Signed with the right key: only its header is wrong. */
const withHeader =
  (header: (draft: Draft) => object): Forgery =>
  (draft) =>
    honest({ ...draft, header: { ...draft.header, ...header(draft) } })

const withSignature =
  (signature: Buffer): Forgery =>
  ({ header, claims }) =>
    compact(header, claims, () => signature)

/** The order of the curve: r and s are always less. */
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')

const forgeries: Readonly<Record<string, Forgery>> = {
  'that has "alg" none and no signature': withoutSignature('none'),
  'that has "alg" None': withoutSignature('None'),
  'that has "alg" NONE': withoutSignature('NONE'),
  'that has "alg" nOnE': withoutSignature('nOnE'),
  'that has an empty "alg"': withoutSignature(''),
  'that has "alg" none and the signature of a good token': (draft) =>
    compact({ ...draft.header, alg: 'none' }, draft.claims, () => signatureOf(honest(draft))),
  'that has no signature and the "alg" of its key': ({ header, claims }) => compact(header, claims, nothing),
  'of 2 parts': (draft) => honest(draft).split('.').slice(0, 2).join('.'),
  'signed HS256 with the public key as PEM': withPublicKeyAsSecret(pem),
  'signed HS256 with the public key as PEM without the last line break': withPublicKeyAsSecret((draft) =>
    pem(draft).toString().trim(),
  ),
  'signed HS256 with the public key as the text of its JWK': withPublicKeyAsSecret((draft) =>
    JSON.stringify(jwk(draft)),
  ),
  'signed HS256 with the public key as DER': withPublicKeyAsSecret(({ key }) =>
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
  ),
  'signed HS256 with an empty secret': withPublicKeyAsSecret(() => ''),
  'signed with a key in its own header': withKeyInHeader({ jwk: mallory.jwk }),
  'signed with a key in its own header, which its "kid" names': withKeyInHeader({
    jwk: mallory.jwk,
    kid: mallory.kid,
  }),
  'signed with a key that has the name of a good one': (draft) =>
    compact(draft.header, draft.claims, es256(mallory.privateKey)),
  'signed RS256 under the name of an EC key': (draft, { keys }) =>
    compact({ ...draft.header, alg: 'RS256' }, draft.claims, rs256(keys.rsa.privateKey)),
  'signed ES256 with "alg" ES384': withHeader(() => ({ alg: 'ES384' })),
  'signed ES256 with "alg" ES256K': withHeader(() => ({ alg: 'ES256K' })),
  'signed ES256 with "alg" as a list': withHeader(() => ({ alg: ['ES256'] })),
  'with "crit" that names an unknown member': withHeader(() => ({
    crit: ['exp-policy'],
    'exp-policy': 'no',
  })),
  'with "crit" that is empty': withHeader(() => ({ crit: [] })),
  'with "crit" that is a string': withHeader(() => ({ crit: 'exp' })),
  'with a payload that is not encoded, which "crit" announces': (draft) =>
    compact({ ...draft.header, b64: false, crit: ['b64'] }, draft.claims, (input) =>
      es256(draft.key)(`${input.slice(0, input.indexOf('.'))}.${JSON.stringify(draft.claims)}`),
    ),
  'with no "kid"': withHeader(() => ({ kid: undefined })),
  'with "kid" null': withHeader(() => ({ kid: null })),
  'with an empty "kid"': withHeader(() => ({ kid: '' })),
  'with "kid" as a list of the right one': withHeader(({ header }) => ({ kid: [header.kid] })),
  'with "kid" as an object': withHeader(({ header }) => ({ kid: { toString: header.kid } })),
  'with "kid" as a number': withHeader(() => ({ kid: 0 })),
  'with the signature of another token': (draft) =>
    compact(draft.header, draft.claims, () =>
      signatureOf(honest({ ...draft, claims: { ...draft.claims, sub: 'urn:fdc:gov.uk:2022:victim' } })),
    ),
  'with other claims under a good signature': (draft) => {
    const [header, , signature] = honest(draft).split('.')
    const claims = JSON.stringify({ ...draft.claims, exp: Number(draft.claims.exp) + 60 })
    return `${header}.${Buffer.from(claims).toString('base64url')}.${signature}`
  },
  'with a signature of zeros': withSignature(Buffer.alloc(64)),
  'with a signature of r and s that are the order of the curve': withSignature(Buffer.concat([order, order])),
  'with a signature of r and s that are one': withSignature(
    Buffer.concat([Buffer.alloc(31), Buffer.from([1]), Buffer.alloc(31), Buffer.from([1])]),
  ),
  'with a DER signature of zeros': withSignature(Buffer.from('3006020100020100', 'hex')),
  'with a DER signature instead of a raw one': (draft) =>
    compact(draft.header, draft.claims, es256(draft.key, 'der')),
  'with a signature that is too short': (draft) =>
    compact(draft.header, draft.claims, (input) => es256(draft.key)(input).subarray(0, 63)),
  'with a signature that is too long': (draft) =>
    compact(draft.header, draft.claims, (input) => Buffer.concat([es256(draft.key)(input), Buffer.alloc(1)])),
  'whose header names its "alg" twice, ES256 first': (draft) =>
    compact(twice(draft.header, 'alg', 'none'), draft.claims, nothing),
  'whose header names its "kid" twice, the right one first': (draft) =>
    compact(twice(draft.header, 'kid', 'rsa-key'), draft.claims, es256(draft.key)),
  'whose claims name "aud" twice, the right one first': (draft) =>
    honest({ ...draft, claims: twice(draft.claims, 'aud', 'a-stranger') as never }),
  'whose claims name "iss" twice, the right one first': (draft) =>
    honest({ ...draft, claims: twice(draft.claims, 'iss', 'https://stranger.example/') as never }),
  'whose claims name "exp" twice, the right one first': (draft) =>
    honest({ ...draft, claims: twice(draft.claims, 'exp', 1) as never }),
  'for this service and a stranger': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, aud: [claims.aud, 'a-stranger'] } }),
  'for a stranger and this service': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, aud: ['a-stranger', claims.aud] } }),
  'for a list in a list': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, aud: [[claims.aud]] } }),
  'whose issuer has no slash at the end': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, iss: String(claims.iss).replace(/\/$/, '') } }),
  'whose issuer is in capital letters': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, iss: String(claims.iss).toUpperCase() } }),
  'whose issuer is a list': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, iss: [claims.iss] } }),
  'whose "exp" is a string': ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, exp: String(claims.exp) } }),
  'whose "exp" is beyond all numbers': ({ claims, ...draft }) =>
    compact(draft.header, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":-1e999'), es256(draft.key)),
  'that holds a good token instead of claims': (draft) =>
    honest({ ...draft, header: { ...draft.header, cty: 'JWT' }, claims: honest(draft) as never }),
  'whose claims are a list': (draft) => honest({ ...draft, claims: [draft.claims] as never }),
  'whose claims are null': (draft) => honest({ ...draft, claims: 'null' as never }),
  'whose claims are not JSON': (draft) => honest({ ...draft, claims: '{"sub":' as never }),
  'of 5 parts, as encrypted tokens have': (draft) => `${honest(draft)}.AAAA.AAAA`,
  'signed inside an unsecured token': (draft) => compact({ alg: 'none', cty: 'JWT' }, honest(draft), nothing),
}

const tokens: Readonly<Record<string, (attacked: AttackedService, forge: Forgery) => Promise<void>>> = {
  'an ID token': async (attacked, forge) => {
    attacked.provider.idToken = (draft) => forge(draft, attacked.provider)
    await expectSignInRefused(attacked)
  },
  'a core identity': async (attacked, forge) => {
    attacked.provider.coreIdentity = (draft) => forge(draft, attacked.provider)
    await expectIdentityRefused(attacked)
  },
  'a logout token': async (attacked, forge) => {
    const { provider, service } = attacked
    const browser = new Browser()
    await signInAt(service, '/account', browser)
    const response = await postLogout(service.url, {
      logout_token: forge(provider.logoutToken(provider.sub), provider),
    })
    expect(response.status).toBe(400)
    expect(await whoIs(service, browser)).toBe(provider.sub)
  },
}

describe('the hostile provider, before a test changes it', () => {
  it('[IDT-1] signs a user in', async () => {
    await using attacked = await startAttackedService()
    const { code, user } = await signInAt(attacked.service)
    expect({ code, sub: user?.sub }).toEqual({ code: 'accepted', sub: attacked.provider.sub })
  })

  it('[CID-2] proves an identity', async () => {
    await using attacked = await startAttackedService()
    const { code, user } = await signInAt(attacked.service, '/identity')
    expect(code).toBe('accepted')
    expect(user?.identity).toMatchObject({ proven: true, level: 'P2' })
  })

  it('[SESS-7] signs a user out', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    const browser = new Browser()
    await signInAt(service, '/account', browser)
    const response = await postLogout(service.url, {
      logout_token: honest(provider.logoutToken(provider.sub)),
    })
    expect(response.status).toBe(200)
    expect(await whoIs(service, browser)).toBeUndefined()
  })
})

const requirements: Readonly<Record<keyof typeof tokens, string>> = {
  'an ID token': '[IDT-1] [IDT-2]',
  'a core identity': '[CID-1] [CID-2]',
  'a logout token': '[SESS-6]',
}

describe.each(Object.entries(tokens))('%s', (token, attack) => {
  it.each(Object.entries(forgeries))(
    `${requirements[token] ?? ''} is rejected if it is %s`,
    async (_form, forge) => {
      await using attacked = await startAttackedService()
      await attack(attacked, forge)
    },
  )

  it.each(['jku', 'x5u', 'jwks_uri', 'iss'])(
    `${requirements[token] ?? ''} is rejected if its key is at an address that it names as "%s", which is never called`,
    async (parameter) => {
      await using recorder = await startScriptedServer(json({ keys: [mallory.jwk] }))
      await using attacked = await startAttackedService()
      await attack(attacked, (draft) =>
        compact(
          { ...draft.header, [parameter]: `${recorder.url}/keys` },
          draft.claims,
          es256(mallory.privateKey),
        ),
      )
      expect(recorder.requests).toEqual([])
    },
  )
})

describe('a "kid"', () => {
  const names: Readonly<Record<string, string>> = {
    'that is a path': '../../../../../../dev/null',
    'that is a file': '/etc/passwd',
    'that is an address': 'https://mallory.example/jwks.json',
    'of 10 kB': 'k'.repeat(10_240),
    'that every object has': '__proto__',
    'that is the name of a method': 'constructor',
    'with the right one after a line break': 'x\ntoken-key',
    'with a zero after the right one': 'token-key\0',
    'that is the right one in capital letters': 'TOKEN-KEY',
    'that is an SQL injection': "' UNION SELECT 'secret' --",
  }

  it.each(Object.entries(names))('[IDT-1, IDT-9] %s finds no key of an ID token', async (_what, kid) => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = (draft) => honest({ ...draft, header: { ...draft.header, kid } })
    await expectSignInRefused(attacked, 'id_token_key_unknown')
  })

  it.each(Object.entries(names))('[CID-2] %s finds no key of a core identity', async (_what, kid) => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = (draft) => honest({ ...draft, header: { ...draft.header, kid } })
    await expectIdentityRefused(attacked)
  })

  it('[IDT-1] that is unknown downloads the JWKS once more, however many tokens have one', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    await signInAt(service)
    const tokens = Array.from({ length: 20 }, (_, at) => {
      const draft = provider.logoutToken(provider.sub)
      return honest({ ...draft, header: { ...draft.header, kid: `invented-${at}` } })
    })
    const responses = await Promise.all(
      tokens.map((token) => postLogout(service.url, { logout_token: token })),
    )
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([400]))
    expect(provider.requests.filter(({ url }) => url === '/jwks')).toHaveLength(2)
  })
})

describe('the keys', () => {
  it('[IDT-1] of core identities do not sign ID tokens', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    const { identity } = provider.keys
    for (const kid of [identity.kid, 'identity-key', provider.keys.token.kid]) {
      provider.idToken = ({ header, claims }) =>
        compact({ ...header, kid }, claims, es256(identity.privateKey))
      await expectSignInRefused(attacked)
    }
  })

  it('[CID-2] of ID tokens do not sign core identities', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    const { token, identity } = provider.keys
    const codes: Record<string, OneLoginErrorCode> = {
      [token.kid]: 'core_identity_invalid',
      [`${provider.didController}#${token.kid}`]: 'core_identity_key_unknown',
      [identity.kid]: 'core_identity_invalid',
    }
    for (const [kid, code] of Object.entries(codes)) {
      provider.coreIdentity = ({ header, claims }) =>
        compact({ ...header, kid }, claims, es256(token.privateKey))
      await expectIdentityRefused(attacked, code)
    }
  })

  it('[IDT-1] with the same ID in the JWKS are not used', async () => {
    for (const order of [1, -1]) {
      await using attacked = await startAttackedService()
      const { documents, keys } = attacked.provider
      documents.jwks.keys = [
        ...[keys.token.jwk, { ...mallory.jwk, kid: keys.token.kid }].slice().sort(() => order),
        keys.rsa.jwk,
      ]
      await expectSignInRefused(attacked)
    }
  })

  it('[CID-2] with the same ID in the DID document are not used', async () => {
    await using attacked = await startAttackedService()
    const { documents, keys } = attacked.provider
    const [method] = documents.did.assertionMethod as object[]
    const spare = ecKey('spare')
    documents.did.assertionMethod = [
      method,
      { ...method, publicKeyJwk: mallory.jwk },
      { ...method, id: keys.identity.kid.replace('identity-key', 'spare'), publicKeyJwk: spare.jwk },
    ]
    await expectIdentityRefused(attacked, 'core_identity_key_unknown')
  })

  it('[IDT-2] of the JWKS are not used as secrets, although it contains one', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    const secret = Buffer.alloc(32, 7)
    const oct = { kty: 'oct', kid: 'secret', alg: 'HS256', k: secret.toString('base64url') }
    provider.documents.jwks.keys = [provider.keys.token.jwk, oct]
    provider.idToken = ({ header, claims }) =>
      compact({ ...header, alg: 'HS256', kid: 'secret' }, claims, hs256(secret))
    await expectSignInRefused(attacked)
  })

  it.each([512, 1024])('[IDT-2] of %d bits RSA are too short', async (bits) => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    const weak = rsaKey('weak', bits)
    provider.documents.jwks.keys = [provider.keys.token.jwk, weak.jwk]
    provider.idToken = ({ header, claims }) =>
      compact({ ...header, alg: 'RS256', kid: 'weak' }, claims, rs256(weak.privateKey))
    await expectSignInRefused(attacked)
  })

  it.each([
    ['for encryption', { use: 'enc' }],
    ['for another algorithm', { alg: 'ES384' }],
  ])('[IDT-1] %s verify no ID token', async (_what, members) => {
    await using attacked = await startAttackedService()
    const { documents, keys } = attacked.provider
    documents.jwks.keys = [{ ...keys.token.jwk, ...members }, keys.rsa.jwk]
    await expectSignInRefused(attacked)
  })

  it.each([
    ['P-384', 'ES384', 'sha384'],
    ['P-521', 'ES512', 'sha512'],
    ['secp256k1', 'ES256K', 'sha256'],
  ])('[IDT-2] on the curve %s sign no ID token', async (namedCurve, alg, hash) => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
    provider.documents.jwks.keys = [
      provider.keys.token.jwk,
      { ...publicKey.export({ format: 'jwk' }), kid: 'other-curve', alg },
    ]
    provider.idToken = ({ header, claims }) =>
      compact({ ...header, alg, kid: 'other-curve' }, claims, (input) =>
        sign(hash, Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      )
    await expectSignInRefused(attacked)
  })
})

describe('repeated claims', () => {
  it('[UI-1] count as the last one everywhere: no user is signed in as the first', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    provider.idToken = ({ claims, ...draft }) => {
      const { sub, ...others } = claims
      return honest({ ...draft, claims: twice({ sub: 'urn:victim', ...others }, 'sub', sub) as never })
    }
    const { code, user } = await signInAt(service)
    expect({ code, sub: user?.sub }).toEqual({ code: 'accepted', sub: provider.sub })
  })

  it('[UI-1] count as the last one everywhere: it must match the userinfo', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = ({ claims, ...draft }) =>
      honest({ ...draft, claims: twice(claims, 'sub', 'urn:victim') as never })
    await expectSignInRefused(attacked, 'userinfo_invalid')
  })

  it('[IDT-5] are rejected if the last nonce is not the one that was sent', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = ({ claims, ...draft }) =>
      honest({ ...draft, claims: twice(claims, 'nonce', 'another') as never })
    await expectSignInRefused(attacked)
  })

  it('[CID-4] are rejected if the last sub of a core identity is another user', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = ({ claims, ...draft }) =>
      honest({ ...draft, claims: twice(claims, 'sub', 'urn:victim') as never })
    await expectIdentityRefused(attacked)
  })
})

describe('a time beyond all dates', () => {
  it.each([-1, -1e20, -1e300])('[IDT-7] is rejected as "auth_time": %d', async (auth_time) => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = ({ claims, ...draft }) =>
      honest({ ...draft, claims: { ...claims, auth_time } })
    await expectSignInRefused(attacked)
  })

  it.each([
    ['exp', '1e999', true],
    ['exp', '1e300', true],
    ['exp', '-1e999', false],
    ['exp', '-1e300', false],
    ['exp', '1e-300', false],
    ['exp', '"1"', false],
    ['iat', '-1e999', false],
    ['iat', '-1e300', true],
    ['iat', '1e-300', true],
    ['iat', '1e999', false],
    ['iat', '1e300', false],
    ['iat', '"1"', false],
  ])('[IDT-4] as "%s" is %s, and lets the user in: %s', async (name, time, isAccepted) => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = ({ header, claims, key }) =>
      compact(
        header,
        JSON.stringify({ ...claims, [name]: 0 }).replace(`"${name}":0`, `"${name}":${time}`),
        es256(key),
      )
    if (isAccepted) {
      const { code, user } = await signInAt(attacked.service)
      expect(code).toBe('accepted')
      expect(user?.sub).toBe(attacked.provider.sub)
    } else await expectSignInRefused(attacked)
  })
})

describe('a token of 1 MB', () => {
  const big: Forgery = ({ claims, ...draft }) =>
    honest({ ...draft, claims: { ...claims, padding: 'x'.repeat(1024 * 1024) } })

  it('[CONF-6] is rejected as an ID token', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.idToken = (draft) => big(draft, attacked.provider)
    await expectSignInRefused(attacked, 'provider_answer_invalid')
  })

  it('[CONF-6] is rejected as a core identity', async () => {
    await using attacked = await startAttackedService()
    attacked.provider.coreIdentity = (draft) => big(draft, attacked.provider)
    await expectIdentityRefused(attacked, 'provider_answer_invalid')
  })

  it('[SESS-8] is rejected as a logout token', async () => {
    await using attacked = await startAttackedService()
    await tokens['a logout token']?.(attacked, big)
  })
})

describe('a token of another kind', () => {
  it('[SESS-6] signs no user out: an ID token', async () => {
    await using attacked = await startAttackedService()
    const { provider, service } = attacked
    let idToken = ''
    provider.idToken = (draft) => (idToken = honest(draft))
    const browser = new Browser()
    await signInAt(service, '/account', browser)
    expect((await postLogout(service.url, { logout_token: idToken })).status).toBe(400)
    expect(await whoIs(service, browser)).toBe(provider.sub)
  })

  it('[IDT-5] signs no user in: a logout token', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.idToken = () => honest(provider.logoutToken(provider.sub))
    await expectSignInRefused(attacked)
  })

  it('[CID-4] proves nothing: an ID token, signed with the key of identities', async () => {
    await using attacked = await startAttackedService()
    const { provider } = attacked
    provider.coreIdentity = ({ header, claims, key }) =>
      honest({ header, claims: { ...claims, iss: provider.issuer }, key })
    await expectIdentityRefused(attacked)
  })
})

describe('the token response', () => {
  it.each<[what: string, idToken: (jwt: string) => unknown]>([
    ['a list of one', (jwt) => [jwt]],
    ['an object in the JSON form of signatures', (jwt) => inJsonForm(jwt)],
    ['null', () => null],
    ['an empty string', () => ''],
    ['a number', () => 1],
  ])('[CB-11] signs no user in if its ID token is %s', async (_what, idToken) => {
    await using attacked = await startAttackedService()
    attacked.provider.tokenResponse = (response) => ({
      ...response,
      id_token: idToken(String(response.id_token)),
    })
    const { status, user } = await signInAt(attacked.service)
    expect({ status, user }).toEqual({ status: 502, user: null })
  })
})

describe('a token response that is not JSON', () => {
  it.each<[what: string, body: (token: string) => string]>([
    ['a form', (token) => new URLSearchParams({ access_token: token, token_type: 'bearer' }).toString()],
    ['the bare token', (token) => token],
    ['JSON with the wrong quotes', (token) => `{"access_token": '${token}'}`],
    ['JSON that stops after the token', (token) => `{"access_token": "${token}"`],
  ])('[CB-11] shows no part of it in the error: %s', async (_what, body) => {
    await using attacked = await startAttackedService()
    let token = ''
    attacked.provider.tokenResponse = ({ access_token }) => body((token = String(access_token)))
    await expectSignInRefused(attacked, 'provider_answer_invalid')
    const shown = inspect(attacked.service.errors, { depth: 10, showHidden: true })
    for (const excerpt of [token.slice(0, 6), token.slice(-6)]) expect(shown).not.toContain(excerpt)
  })
})

function inJsonForm(jwt: string) {
  const [header, payload, signature] = jwt.split('.')
  return { payload, signatures: [{ protected: header, signature }] }
}

function signatureOf(jwt: string): Buffer {
  return Buffer.from(jwt.split('.')[2] ?? '', 'base64url')
}

/** The JSON of an object with one member repeated at the end, with another value. */
function twice(object: object, member: string, value: unknown): string {
  return `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(member)}:${JSON.stringify(value)}}`
}
