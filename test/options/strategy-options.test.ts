import { generateKeyPairSync } from 'node:crypto'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'
import type { Signer } from '../../lib/options/signer.ts'
import { isSecure } from '../../lib/options/environments.ts'
import type { OneLoginOptions } from '../../lib/options/one-login-options.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { OneLoginStrategy } from '../../lib/index.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const privateKey = rsa()
const otherKey = rsa()
const signer: Signer = signerFromPrivateKey(privateKey)

const minimal = {
  environment: 'integration',
  clientId: 'tax-your-dragon',
  callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
  privateKey,
} as const satisfies OneLoginOptions

const simulator = {
  issuer: 'http://127.0.0.1:3000/',
  didDocumentURL: 'http://127.0.0.1:3000/.well-known/did.json',
  didController: 'did:web:localhost',
  coreIdentityIssuer: 'http://127.0.0.1:3000/identity/',
  allowInsecureRequests: true,
}

const { privateKey: _, ...withoutCredential } = minimal

/** The minimal options with other values of any type. */
const parse = (options: Readonly<Record<string, unknown>> = {}) =>
  parseStrategyOptions({ ...minimal, ...options })

const message = async (options: Readonly<Record<string, unknown>>) =>
  (await expectRefused(() => parse(options), 'invalid_option', /./)).message

describe('defaults', () => {
  it('[CONF-2] are those of the design', () => {
    expect(parse()).toMatchObject({
      clientId: 'tax-your-dragon',
      callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
      scope: ['openid', 'email'],
      signIn: {
        trust: { vtr: ['Cl.Cm'], credential: 'Cl.Cm' },
        claims: ['coreIdentityJWT', 'returnCode'],
        maxAge: undefined,
        requestObject: true,
        hasKey: true,
      },
      timeout: 5,
      clockTolerance: 30,
      transactionLifetime: 7200,
      session: { absolute: 43_200, onExpiry: 'sign-out' },
      warmUp: true,
      passReqToCallback: false,
      name: 'govuk-one-login',
    })
    const settings = parse()
    for (const name of ['postLogoutRedirectURL', 'uiLocales', 'serviceURL', 'signOutStore', 'clientSecret'])
      expect(settings).not.toHaveProperty(name, expect.anything())
    expect(settings.session.idle).toBeUndefined()
  })

  it('[CB-9] send no request objects without a key', () => {
    const settings = parseStrategyOptions({ ...withoutCredential, clientSecret: 'secret' })
    expect(settings).toMatchObject({
      clientSecret: 'secret',
      signers: [],
      signIn: { requestObject: false, hasKey: false },
    })
  })

  it('[CONF-9] cannot be changed afterwards', () => {
    const settings = parse()
    for (const part of [settings, settings.environment, settings.signIn, settings.signers])
      expect(Object.isFrozen(part)).toBe(true)
  })

  it('[CONF-9] apply to options that are undefined', () => {
    const unset = { scope: undefined, vtr: undefined, timeout: undefined, session: undefined }
    const withSecret = { privateKey: undefined, clientSecret: 'a-secret' }
    expect(parse({ ...withSecret, ...unset })).toEqual(parse(withSecret))
  })
})

describe('environment', () => {
  it.each([
    [
      'integration',
      {
        issuer: 'https://oidc.integration.account.gov.uk/',
        didDocumentURL: 'https://identity.integration.account.gov.uk/.well-known/did.json',
        didController: 'did:web:identity.integration.account.gov.uk',
        coreIdentityIssuer: 'https://identity.integration.account.gov.uk/',
        homeURL: 'https://home.integration.account.gov.uk/',
        allowInsecureRequests: false,
      },
    ],
    [
      'production',
      {
        issuer: 'https://oidc.account.gov.uk/',
        didDocumentURL: 'https://identity.account.gov.uk/.well-known/did.json',
        didController: 'did:web:identity.account.gov.uk',
        coreIdentityIssuer: 'https://identity.account.gov.uk/',
        homeURL: 'https://home.account.gov.uk/',
        allowInsecureRequests: false,
      },
    ],
  ])('[CONF-2] knows %s', (environment, addresses) => {
    expect(parse({ environment }).environment).toMatchObject(addresses)
  })

  it('[CONF-2] accepts the addresses of another provider', () => {
    expect(parse({ environment: simulator }).environment).toEqual(simulator)
  })

  it.each([
    'https://oidc.integration.account.gov.uk/',
    'https://oidc.integration.account.gov.uk',
    { issuer: 'https://oidc.integration.account.gov.uk/' },
    { issuer: 'https://oidc.integration.account.gov.uk', didController: undefined },
  ])('[CONF-13] knows integration by its issuer: %j', (environment) => {
    expect(parse({ environment }).environment).toEqual(parse({ environment: 'integration' }).environment)
  })

  it.each([
    'https://oidc.account.gov.uk//',
    'https://oidc.account.gov.uk/path',
    'http://oidc.account.gov.uk/',
    'https://op.example/',
  ])('[CONF-13] rejects %s as an environment', async (environment) => {
    expect(await message({ environment })).toContain(`Option "environment": received "${environment}". Use`)
  })

  it('[CONF-7] rejects a plain http callback with the issuer of production', async () => {
    const options = { environment: 'https://oidc.account.gov.uk/', callbackURL: 'http://a.example/callback' }
    expect(await message(options)).toContain('Option "callbackURL": it is plain http')
  })

  it('[CONF-13] of another provider needs no DID settings if no identity is requested', async () => {
    const environment = { issuer: 'https://op.example/' }
    expect(parse({ environment })).toMatchObject({ environment, signIn: { hasDid: false } })
    expect(await message({ environment, vtr: ['Cl.Cm.P2'] })).toBe(
      'Option "environment": "vtr" requests an identity, which cannot be verified without didDocumentURL, didController, coreIdentityIssuer. Set them, or use a "vtr" without identity.',
    )
  })

  it.each(['didDocumentURL', 'didController', 'coreIdentityIssuer'])(
    '[CONF-13] of another provider is rejected with some DID settings, and without %s',
    async (name) => {
      expect(await message({ environment: { ...simulator, [name]: undefined } })).toContain(
        `Option "environment.${name}": it is missing. Set all of didDocumentURL,`,
      )
    },
  )

  it.each(['didDocumentURL', 'didController', 'coreIdentityIssuer'] as const)(
    '[CONF-13] of another provider is rejected with no other DID setting than %s',
    async (name) => {
      const environment = {
        issuer: 'https://op.example/',
        [name]: simulator[name].replace('http:', 'https:'),
      }
      expect(await message({ environment })).toMatch(/^Option "environment\.\w+": it is missing\. Set all of/)
    },
  )

  it('[CONF-9, CONF-13] with a known issuer uses its own settings where it has them', () => {
    const didDocumentURL = 'https://mirror.example/did.json'
    const { environment } = parse({ environment: { issuer: 'https://oidc.account.gov.uk/', didDocumentURL } })
    expect(environment).toMatchObject({ didDocumentURL, didController: 'did:web:identity.account.gov.uk' })
  })

  it('[CONF-13] without DID settings lets no guard request an identity', async () => {
    const oneLogin = new OneLoginStrategy({ ...minimal, environment: { issuer: 'https://op.example/' } })
    for (const make of [
      () => oneLogin.requireIdentity({ level: 'P2' }),
      () => oneLogin.signIn({ vtr: ['Cl.Cm.P2'] }),
      () => oneLogin.landing({ page: '/', level: 'P2', returnTo: '/' }),
      () => oneLogin.routes({ signIn: { vtr: ['Cl.Cm.P1'] } }),
    ])
      await expectRefused(
        make,
        'invalid_option',
        /it requests an identity, which cannot be verified without didDocumentURL/,
      )
  })

  it.each(['issuer', 'didDocumentURL'])(
    '[CONF-7] rejects a plain http %s if it is not allowed',
    async (name) => {
      const environment = {
        ...simulator,
        issuer: 'https://op.example/',
        didDocumentURL: 'https://op.example/did.json',
        [name]: 'http://127.0.0.1:3000/',
      }
      for (const allowInsecureRequests of [false, undefined])
        expect(await message({ environment: { ...environment, allowInsecureRequests } })).toBe(
          `Option "environment.${name}": it is plain http. Use https, or for a simulator on a loopback host set "allowInsecureRequests".`,
        )
      expect(() => parse({ environment: { ...environment, allowInsecureRequests: true } })).not.toThrow()
    },
  )

  it.each([
    'http://op.example/',
    'http://127.0.0.1.op.example/',
    'http://localhost.op.example/',
    'http://10.0.0.1/',
  ])('[CONF-7] rejects %s, which is not a loopback host, even if plain http is allowed', async (issuer) => {
    expect(await message({ environment: { ...simulator, issuer } })).toContain('it is plain http')
  })

  it.each(['http://localhost:3000/', 'http://127.8.19.201/', 'http://[::1]:3000/'])(
    '[CONF-7] accepts %s if plain http is allowed',
    (issuer) => {
      expect(() => parse({ environment: { ...simulator, issuer } })).not.toThrow()
    },
  )

  it.each([
    ['https://op.example/', false, true],
    ['http://127.0.0.1/', true, true],
    ['http://127.0.0.1/', false, false],
    ['http://op.example/', true, false],
    ['ftp://127.0.0.1/', true, false],
    ['file:///etc/passwd', true, false],
    ['httpsx://op.example/', true, false],
  ])('[CONF-7] says whether %s is safe to call, insecure requests allowed %s: %s', (url, allowed, safe) => {
    expect(isSecure(new URL(url), allowed)).toBe(safe)
  })

  it('[CONF-7] rejects a plain http callback in production', async () => {
    const callbackURL = 'http://tax-your-dragon.service.gov.uk/auth/callback'
    expect(await message({ environment: 'production', callbackURL })).toBe(
      'Option "callbackURL": it is plain http, which production rejects. Use https.',
    )
    expect(() => parse({ environment: 'integration', callbackURL })).not.toThrow()
  })

  it('[CONF-7] reads the scheme of a callback in capitals or not', async () => {
    const [plain, secure] = ['HTTP://a.example/callback', 'HTTPS://a.example/callback']
    expect(await message({ environment: 'production', callbackURL: plain })).toContain('it is plain http')
    expect(parse({ environment: 'production', callbackURL: secure }).callbackURL).toBe(secure)
  })
})

describe('keys', () => {
  it('[KEY-4] accepts a list, of which the first signs', () => {
    const { signers } = parse({ privateKey: [otherKey, privateKey] })
    expect(signers.map(({ kid }) => kid)).toEqual([signerFromPrivateKey(otherKey).kid, signer.kid])
  })

  it('[KEY-1] accepts a signer, or a list of signers', () => {
    const { kid, alg, publicJwk } = signer
    const described = { kid, alg, publicJwk }
    expect(parse({ privateKey: undefined, signer }).signers).toMatchObject([described])
    const second = { ...signer, kid: 'second' }
    expect(parse({ privateKey: undefined, signer: [signer, second] }).signers).toMatchObject([
      described,
      { ...described, kid: 'second' },
    ])
  })

  it('[KEY-1] names the key of a list that is rejected', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    expect(await message({ privateKey: [privateKey, ec] })).toMatch(
      /^Option "privateKey\[1\]": this is an EC key/,
    )
    expect(await message({ privateKey: [ec] })).toMatch(/^Option "privateKey": this is an EC key/)
  })

  it.each([
    ['privateKey', { privateKey: [privateKey, privateKey] }],
    ['signer', { privateKey: undefined, signer: [signer, signer] }],
  ])('[KEY-4] rejects a %s twice', async (name, options) => {
    expect(await message(options)).toBe(
      `Option "${name}": two keys have the same "kid". Give each key its own.`,
    )
  })

  it.each([
    ['without kid', { kid: undefined }],
    ['with an empty kid', { kid: '' }],
    ['with a numeric kid', { kid: 5 }],
    ['without alg', { alg: undefined }],
    ['with an alg that One Login does not accept', { alg: 'ES256' }],
    ['that cannot sign', { sign: 'no function' }],
    ['without a public key', { publicJwk: undefined }],
    ['with the private key', { publicJwk: privateKey.export({ format: 'jwk' }) }],
    ['with a damaged public key', { publicJwk: { kty: 'RSA', n: 5, e: 'AQAB' } }],
    ['with an EC key', { publicJwk: { kty: 'EC', crv: 'P-256', x: 'a', y: 'b' } }],
    [
      'with a key of 1024 bits',
      { publicJwk: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }) },
    ],
  ])('[KEY-1, KEY-5] rejects a signer %s', async (_what, part) => {
    for (const bad of [{ ...signer, ...part }, [signer, { ...signer, kid: 'second', ...part }]])
      expect(await message({ privateKey: undefined, signer: bad })).toMatch(
        /^Option "signer": received an? (object|list)\. Use \{ kid, alg, publicJwk, sign \} or a list of them. alg is one of RS256, RS384, RS512, PS256, PS384, PS512, and publicJwk is an RSA public key of 2048 bits or more\.$/,
      )
  })
})

describe('a bad option', () => {
  const anEnvironment =
    '"integration", "production", the issuer of one of them, or { issuer, didDocumentURL, didController, coreIdentityIssuer }'
  const anAddress = 'an absolute https URL (http on a loopback host with "allowInsecureRequests")'
  const aCallback = 'an absolute URL that is registered as a redirect URI, without query or fragment'
  const aKey = 'an RSA private key (PEM, JWK, KeyObject or CryptoKey) or a list of them'
  const aScope = 'a list of "openid" and any of "email", "phone", "wallet-subject-id"'
  const aLocale = '"en", "cy", or a function of the request that returns one of them'
  const claims = 'a list of coreIdentityJWT, address, passport, drivingPermit, returnCode'
  const aLength = 'a whole number of seconds, 0 or more, or a length of time such as "5m"'
  const asGiven = undefined
  const days = '1 minute to 30 days, for example'

  it.each([
    ['environment', undefined, 'is missing', anEnvironment],
    ['environment', null, 'is null', anEnvironment],
    ['environment', 'staging', asGiven, anEnvironment],
    ['environment', '', 'is an empty string', anEnvironment],
    ['environment', 5, asGiven, anEnvironment],
    ['clientId', undefined, 'is missing', 'your client ID, from the One Login admin tool'],
    ['clientId', '', 'is an empty string', 'your client ID'],
    ['clientId', '  ', asGiven, 'your client ID'],
    ['clientId', 5, asGiven, 'your client ID'],
    ['callbackURL', undefined, 'is missing', aCallback],
    ['callbackURL', '', 'is an empty string', aCallback],
    ['callbackURL', '/auth/callback', asGiven, aCallback],
    ['callbackURL', 'ftp://a.example/', asGiven, aCallback],
    ['callbackURL', 'https:a.example', asGiven, aCallback],
    ['callbackURL', 'https://a.example/?a=b', asGiven, aCallback],
    ['callbackURL', 'https://a.example/?', asGiven, aCallback],
    ['callbackURL', 'https://a.example/#a', asGiven, aCallback],
    ['callbackURL', 'https://a.example/#', asGiven, aCallback],
    ['callbackURL', ' https://a.example/', asGiven, aCallback],
    ['callbackURL', 'https://a.example/\n', asGiven, aCallback],
    ['callbackURL', 'xhttps://a.example/', asGiven, aCallback],
    ['callbackURL', 'https://a:SECRET@a.example/', 'received a string', aCallback],
    ['callbackURL', 'https://:SECRET@a.example/', 'received a string', aCallback],
    ['callbackURL', 'https://a@a.example/', 'received a string', aCallback],
    ['privateKey', '', 'is an empty string', aKey],
    ['privateKey', 5, 'received a number', aKey],
    ['privateKey', null, 'is null', aKey],
    ['privateKey', [], 'is an empty list', aKey],
    ['privateKey', ['SECRET', ''], 'received a list', aKey],
    ['privateKey', ['SECRET', undefined], 'received a list', aKey],
    ['privateKey', [['SECRET']], 'received a list', aKey],
    ['signer', {}, 'received an object', '{ kid, alg, publicJwk, sign } or a list of them'],
    ['signer', [], 'is an empty list', '{ kid, alg, publicJwk, sign } or a list of them'],
    ['signer', null, 'is null', '{ kid, alg, publicJwk, sign } or a list of them'],
    ['clientSecret', '', 'is an empty string', 'your client secret'],
    ['clientSecret', 5, 'received a number', 'your client secret'],
    [
      'postLogoutRedirectURL',
      '/signed-out',
      asGiven,
      'an absolute URL that is registered as a post-logout redirect URI',
    ],
    ['scope', 'openid email', asGiven, aScope],
    ['scope', [], 'is an empty list', aScope],
    ['scope', ['email'], asGiven, aScope],
    ['scope', ['openid', 'openid'], asGiven, aScope],
    ['vtr', 'Cl.Cm', asGiven, 'a list of vectors of trust, for example ["Cl.Cm"]'],
    ['claims', 'address', asGiven, claims],
    ['maxAge', -1, asGiven, aLength],
    ['maxAge', 1.5, asGiven, aLength],
    ['maxAge', NaN, asGiven, aLength],
    ['maxAge', '300', asGiven, aLength],
    ['maxAge', '5ms', asGiven, aLength],
    ['requestObject', 'true', asGiven, 'true or false'],
    ['uiLocales', 'fr', asGiven, aLocale],
    ['uiLocales', 'en cy', asGiven, aLocale],
    ['serviceURL', 'tax-your-dragon', asGiven, 'an absolute URL'],
    ['serviceURL', 'https://a.example/ŵ', asGiven, 'an absolute URL'],
    ['serviceURL', 'https://[', asGiven, 'an absolute URL'],
    ['serviceURL', 'https://a.example:65536/', asGiven, 'an absolute URL'],
    ['serviceURL', 'https://a.example/#a', asGiven, 'an absolute URL'],
    ['serviceURL', 'https://a.example/\r\nX: y', asGiven, 'an absolute URL'],
    ['timeout', 0, asGiven, 'more than 0 and at most 60 seconds, for example 5 or "5s"'],
    ['timeout', 61, asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', NaN, asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '5', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '', 'is an empty string', 'more than 0 and at most 60 seconds'],
    ['timeout', ['5s'], asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', true, 'received true', 'more than 0 and at most 60 seconds'],
    ['timeout', '+5s', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '1.5s', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '5ms', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '5S', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '5w', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', 's', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', 60.001, asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', 0.0009, asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '5 s', asGiven, 'more than 0 and at most 60 seconds'],
    ['timeout', '2m', asGiven, 'more than 0 and at most 60 seconds'],
    ['clockTolerance', -1, asGiven, '0 to 300 seconds, for example 30 or "30s"'],
    ['clockTolerance', '6m', asGiven, '0 to 300 seconds'],
    ['clockTolerance', 301, asGiven, '0 to 300 seconds'],
    ['transactionLifetime', 59, asGiven, '1 minute to 1 day, for example "2h"'],
    ['transactionLifetime', 86_401, asGiven, '1 minute to 1 day'],
    ['transactionLifetime', '2d', asGiven, '1 minute to 1 day'],
    ['session', 5, asGiven, '{ absolute, idle, onExpiry }'],
    ['session', null, 'is null', '{ absolute, idle, onExpiry }'],
    ['signOutStore', {}, 'received an object', 'an express-session store: an object with get(id, callback)'],
    ['signOutStore', { get: () => undefined }, 'received an object', 'an express-session store'],
    ['signOutStore', { set: () => undefined }, 'received an object', 'an express-session store'],
    ['signOutStore', null, 'is null', 'an express-session store'],
    ['warmUp', 'yes', asGiven, 'true or false'],
    ['passReqToCallback', 'yes', asGiven, 'true or false'],
    ['name', '', 'is an empty string', 'a name without spaces'],
    ['name', 'one login', asGiven, 'a name without spaces'],
    ['name', null, 'is null', 'a name without spaces'],
    ['dispatcher', {}, 'received an object', 'a dispatcher of the package undici'],
    ['dispatcher', 'http://proxy.example', asGiven, 'a dispatcher of the package undici'],
    ['dispatcher', null, 'is null', 'a dispatcher of the package undici'],
  ])(
    '[CONF-9] is named with what was received and what to use: %s %j',
    async (name, value, found, allowed) => {
      const shown = typeof value === 'number' ? String(value) : JSON.stringify(value)
      const words = found ?? `received ${shown}`
      const colon = words.startsWith('received') ? ':' : ''
      const refusal = await message({ [name]: value })
      expect(refusal).toContain(`Option "${name}"${colon} ${words}. Use ${allowed}`)
      expect(refusal).not.toContain('SECRET')
    },
  )

  it.each([
    ['scope[1]', { scope: ['openid', 'offline_access'] }, aScope],
    ['vtr[0]', { vtr: [5] }, 'a list of vectors of trust'],
    ['claims[1]', { claims: ['address', 'name'] }, claims],
    ['session.absolute', { session: { absolute: '31d' } }, `${days} "12h"`],
    ['session.absolute', { session: { absolute: 2_592_001 } }, `${days} "12h"`],
    ['session.idle', { session: { idle: 2_592_001 } }, `${days} "30m"`],
    ['session.absolute', { session: { absolute: 59 } }, `${days} "12h"`],
    ['session.idle', { session: { idle: 0 } }, `${days} "30m"`],
    ['session.idle', { session: { idle: 59 } }, `${days} "30m"`],
    ['session.onExpiry', { session: { onExpiry: 'explode' } }, '"sign-out", "reauthenticate" or "continue"'],
    ['environment.issuer', { environment: { ...simulator, issuer: undefined } }, anAddress],
    ['environment.issuer', { environment: { ...simulator, issuer: 'oidc' } }, anAddress],
    ['environment.didDocumentURL', { environment: { ...simulator, didDocumentURL: 'did.json' } }, anAddress],
    [
      'environment.didController',
      { environment: { ...simulator, didController: 'web:a' } },
      'a DID, such as did:web:identity.account.gov.uk',
    ],
    [
      'environment.didController',
      { environment: { ...simulator, didController: 'didx:web:a' } },
      'a DID, such as did:web:identity.account.gov.uk',
    ],
    [
      'environment.coreIdentityIssuer',
      { environment: { ...simulator, coreIdentityIssuer: '' } },
      'the issuer of core identities',
    ],
    [
      'environment.allowInsecureRequests',
      { environment: { ...simulator, allowInsecureRequests: 'yes' } },
      'true or false',
    ],
  ])('[CONF-9] is named with its whole path: %s', async (name, options, allowed) => {
    const refusal = await message(options)
    expect(refusal.startsWith(`Option "${name}"`)).toBe(true)
    expect(refusal).toContain(`. Use ${allowed}`)
  })

  it.each([
    ['clientID', { clientID: 'tax-your-dragon' }],
    ['redirectUri', { redirectUri: 'https://a.example/' }],
    ['session.absoluteLifetime', { session: { absoluteLifetime: '1h' } }],
    ['environment.jwksURL', { environment: { ...simulator, jwksURL: 'https://a.example/' } }],
  ])('[CONF-9] is named if it does not exist: %s', async (name, options) => {
    expect(await message(options)).toBe(`Option "${name}" does not exist. Check its spelling.`)
  })

  it.each([null, undefined, 'integration', 5])('[CONF-9] is %j instead of options', async (options) => {
    const parsing = () => parseStrategyOptions(options as unknown as OneLoginOptions)
    await expectRefused(parsing, 'invalid_option', /^The options must be an object, but /)
  })

  it('[CONF-9] is rejected when the strategy is created, not at a sign-in', async () => {
    const make = () => new OneLoginStrategy({ ...minimal, timeout: 0 })
    await expectRefused(make, 'invalid_option', /^Option "timeout"/)
  })

  it.each([
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7',
    '-----BEGIN PRIVATE KEY-----',
    'https://user:SECRET@a.example/',
    'x '.repeat(101),
  ])('[CONF-14] is not shown if it looks like a secret: %s', async (value) => {
    for (const name of ['serviceURL', 'timeout', 'scope', 'uiLocales', 'requestObject', 'vtr'])
      for (const wrong of [value, [value]]) {
        const refusal = await message({ [name]: wrong })
        expect(refusal).toMatch(/received a (?:string|list)/)
        expect(refusal).not.toContain(value)
      }
  })

  it('[CONF-14] is shown in full up to 200 characters, and not at all beyond', async () => {
    const [longest, longer] = ['x '.repeat(100), `${'x '.repeat(100)}x`]
    expect(await message({ serviceURL: longest })).toContain(`received "${longest}". Use`)
    expect(await message({ serviceURL: longer })).toContain('received a string. Use')
  })

  it('[CONF-14] is not shown if one item of a list looks like a secret', async () => {
    const refusal = await message({ uiLocales: ['en', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC'] })
    expect(refusal).toContain('Option "uiLocales": received a list. Use')
  })

  it('[CONF-9] shows no part of a secret', async () => {
    const options = { privateKey: 'SECRET!', clientSecret: 'SECRET', clientId: 'SECRET' }
    for (const clientSecret of [undefined, 'SECRET'])
      expect(
        JSON.stringify(await refusalOf(() => parse({ ...options, clientSecret })), ['message', 'stack']),
      ).not.toContain('SECRET')
  })
})

describe('bounds of times', () => {
  it.each([
    [{ timeout: 0.001 }, { timeout: 0.001 }],
    [{ timeout: '60s' }, { timeout: 60 }],
    [{ timeout: '1m' }, { timeout: 60 }],
    [{ clockTolerance: 0 }, { clockTolerance: 0 }],
    [{ clockTolerance: '5m' }, { clockTolerance: 300 }],
    [{ transactionLifetime: '1m' }, { transactionLifetime: 60 }],
    [{ transactionLifetime: '1d' }, { transactionLifetime: 86_400 }],
    [{ session: { absolute: '30d' } }, { session: { absolute: 2_592_000 } }],
    [{ session: { absolute: '30d', idle: '30d' } }, { session: { idle: 2_592_000 } }],
    [{ session: { absolute: '60s', idle: 60 } }, { session: { absolute: 60, idle: 60 } }],
    [{ maxAge: 0 }, { signIn: { maxAge: 0 } }],
    [{ maxAge: '5m' }, { signIn: { maxAge: 300 } }],
  ])('[CONF-9] are allowed: %j', (options, settings) => {
    expect(parse(options)).toMatchObject(settings)
  })
})

describe('options that contradict each other', () => {
  it.each([
    ['none of the 3', { privateKey: undefined }, 'none is set'],
    ['a key and a secret', { clientSecret: 'SECRET' }, 'privateKey, clientSecret are set'],
    ['a key and a signer', { signer }, 'privateKey, signer are set'],
    [
      'a signer and a secret',
      { privateKey: undefined, signer, clientSecret: 'SECRET' },
      'signer, clientSecret are set',
    ],
    ['all three', { signer, clientSecret: 'SECRET' }, 'privateKey, signer, clientSecret are set'],
  ])('[CONF-9] are rejected: %s', async (_what, options, found) => {
    const [named] = found.startsWith('none') ? ['privateKey'] : found.split(/\W/)
    expect(await message(options)).toBe(
      `Option "${named}": ${found}. Set exactly one of "privateKey", "signer", "clientSecret".`,
    )
  })

  it('[CONF-9] are rejected: request objects without a key', async () => {
    expect(await message({ privateKey: undefined, clientSecret: 'SECRET', requestObject: true })).toBe(
      'Option "requestObject": a request object is signed with a key. Set "privateKey" or "signer", or set this option to false.',
    )
    expect(() => parse({ privateKey: undefined, clientSecret: 'a', requestObject: false })).not.toThrow()
  })

  it.each([[['Cl.Cm.P1']], [['Cl.Cm.P2']], [['Cl.Cm.P3']], [['P1.Cl.Cm']], [['Cl.Cm.P2', 'Cl.Cm.P1']]])(
    '[CB-9] are rejected: an identity with a client secret, %j',
    async (vtr) => {
      expect(await message({ privateKey: undefined, clientSecret: 'SECRET', vtr })).toBe(
        'Option "clientSecret": One Login returns no identity to a service with a client secret. Use "privateKey", or a "vtr" without identity.',
      )
      expect(() => parse({ vtr })).not.toThrow()
      expect(() => parse({ privateKey: undefined, clientSecret: 'a', vtr: ['Cl.Cm.P0'] })).not.toThrow()
    },
  )

  it('[CONF-9] are rejected: an idle limit longer than the absolute one', async () => {
    expect(await message({ session: { absolute: '1h', idle: '61m' } })).toBe(
      'Option "session.idle": it is longer than "session.absolute", so no session would reach it. Set a shorter time.',
    )
    expect(await message({ session: { idle: '13h' } })).toContain('Option "session.idle"')
  })

  it('[AUTHZ-6] are rejected: vectors that One Login would reject', async () => {
    expect(await message({ vtr: ['Cl.P2'] })).toMatch(/^Option "vtr": an identity needs Cl\.Cm\. Use/)
    expect(await message({ vtr: [] })).toMatch(/^Option "vtr": the list is empty\. Use/)
  })
})

describe('options that go together', () => {
  it('[KEY-1] allow plain requests with a key', () => {
    expect(parse({ requestObject: false }).signIn.requestObject).toBe(false)
  })

  it('[AUTHZ-1] allow every scope that One Login has', () => {
    const scope = ['openid', 'email', 'phone', 'wallet-subject-id']
    expect(parse({ scope }).scope).toEqual(scope)
    expect(parse({ scope: ['openid'] }).scope).toEqual(['openid'])
  })

  it.each([[['email']], [['phone', 'email']], [['wallet-subject-id']], [[]], [['openid', 'offline_access']]])(
    '[AUTHZ-1] reject the scope %j: without openid, or with one that One Login does not have',
    (scope) => {
      expect(() => parse({ scope })).toThrow(/^Option "scope/)
    },
  )

  it.each(['sign-out', 'reauthenticate', 'continue'])(
    '[SESS-5, SESS-20] allow each thing to do when a session ends: %s',
    (onExpiry) => {
      expect(parse({ session: { onExpiry } }).session.onExpiry).toBe(onExpiry)
    },
  )

  it.each(['warmUp', 'passReqToCallback', 'requestObject'])('[CONF-9] allow true and false as %s', (name) => {
    for (const value of [true, false]) {
      const { signIn, ...settings } = parse({ [name]: value })
      expect({ ...settings, ...signIn }).toHaveProperty(name, value)
    }
  })

  it('[AUTHZ-8] allow a language, or a function of the request', () => {
    const byRequest = () => 'cy'
    for (const locale of ['en', 'cy']) expect(parse({ uiLocales: locale }).uiLocales).toBe(locale)
    expect(parse({ uiLocales: byRequest }).uiLocales).toBe(byRequest)
  })

  it('[SESS-7] allow a store of the app’s own', () => {
    const signOutStore = new MemoryStore()
    expect(parse({ signOutStore }).signOutStore).toBe(signOutStore)
  })

  it('[CONF-9] allow a name of the strategy’s own', () => {
    expect(new OneLoginStrategy(minimal).name).toBe('govuk-one-login')
    expect(new OneLoginStrategy({ ...minimal, name: 'one-login-for-agents' }).name).toBe(
      'one-login-for-agents',
    )
  })

  it('[CONF-10] allow a dispatcher of the app’s own', () => {
    const dispatcher = { dispatch: () => true }
    expect(parse({ dispatcher }).dispatcher).toBe(dispatcher)
  })
})
