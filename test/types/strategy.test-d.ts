import { generateKeyPairSync, type webcrypto } from 'node:crypto'
import express, { type Request } from 'express'
import { MemoryStore } from 'express-session'
import passport from 'passport'
import {
  isOneLoginError,
  type OneLoginError,
  OneLoginStrategy,
  optionsFromEnvironment,
  type OneLoginAuthInfo,
  type OneLoginErrorCode,
  type OneLoginEvents,
  type OneLoginOptions,
  type OneLoginOptionsWithRequest,
  type OneLoginUser,
  type SignInOptions,
  type Signer,
} from 'passport-govuk-one-login'
import { assertType, expectTypeOf, it } from 'vitest'

declare const cryptoKey: webcrypto.CryptoKey
declare const thrown: unknown
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

const options = {
  environment: 'integration',
  clientId: process.env.ONE_LOGIN_CLIENT_ID,
  callbackURL: process.env.ONE_LOGIN_CALLBACK_URL,
  privateKey: process.env.ONE_LOGIN_PRIVATE_KEY,
} as const satisfies OneLoginOptions

it('[CONF-9] environment variables can be passed as they are', () => {
  new OneLoginStrategy({
    environment: 'integration',
    clientId: process.env.ONE_LOGIN_CLIENT_ID,
    callbackURL: process.env.ONE_LOGIN_CALLBACK_URL,
    privateKey: process.env.ONE_LOGIN_PRIVATE_KEY,
    clientSecret: process.env.ONE_LOGIN_CLIENT_SECRET,
    postLogoutRedirectURL: process.env.ONE_LOGIN_POST_LOGOUT_REDIRECT_URL,
    serviceURL: process.env.ONE_LOGIN_SERVICE_URL,
  })
  new OneLoginStrategy(optionsFromEnvironment(process.env))
  new OneLoginStrategy(optionsFromEnvironment(process.env), (user) => ({ id: user.sub }))
  new OneLoginStrategy({ ...optionsFromEnvironment(process.env), passReqToCallback: true }, (req) => ({
    ip: req.ip,
  }))
})

it('[KEY-1] a key can have every supported form', () => {
  for (const key of [
    '-----BEGIN PRIVATE KEY-----',
    privateKey.export({ format: 'jwk' }),
    privateKey,
    cryptoKey,
  ]) {
    assertType<OneLoginOptions>({ ...options, privateKey: key })
    assertType<OneLoginOptions>({ ...options, privateKey: [key, key] })
  }
  assertType<OneLoginOptions>({
    ...options,
    privateKey: undefined,
    signer: {
      kid: 'a',
      alg: 'PS256',
      publicJwk: { kty: 'RSA', n: 'a', e: 'AQAB' },
      sign: (data) => Promise.resolve(data),
    },
  })
  // @ts-expect-error One Login does not accept EC signatures
  assertType<Signer['alg']>('ES256')
  // @ts-expect-error a number is not a key
  assertType<OneLoginOptions>({ ...options, privateKey: 5 })
})

it('[CONF-9] every option has its own type', () => {
  assertType<OneLoginOptions>({
    ...options,
    environment: {
      issuer: 'http://127.0.0.1:3000/',
      didDocumentURL: 'http://127.0.0.1:3000/.well-known/did.json',
      didController: 'did:web:localhost',
      coreIdentityIssuer: 'http://127.0.0.1:3000/identity/',
      allowInsecureRequests: true,
    },
    scope: ['openid', 'email', 'phone', 'wallet-subject-id'],
    vtr: ['Cl.Cm'],
    claims: ['address', 'returnCode'],
    maxAge: 300,
    requestObject: false,
    uiLocales: (req) => (req.path.startsWith('/cy') ? 'cy' : undefined),
    timeout: '5s',
    clockTolerance: 30,
    transactionLifetime: '2h',
    session: { absolute: '12h', idle: '30m', onExpiry: 'reauthenticate' },
    signOutStore: new MemoryStore(),
    passReqToCallback: false,
  })
  // @ts-expect-error an unknown environment
  assertType<OneLoginOptions>({ ...options, environment: 'staging' })
  assertType<OneLoginOptions>({ ...options, environment: 'https://oidc.account.gov.uk/' })
  assertType<OneLoginOptions>({ ...options, environment: 'https://oidc.integration.account.gov.uk' })
  assertType<OneLoginOptions>({ ...options, environment: { issuer: 'https://op.example/' } })
  // @ts-expect-error a provider needs an issuer
  assertType<OneLoginOptions>({ ...options, environment: { didDocumentURL: 'https://op.example/' } })
  assertType<OneLoginOptions>({ ...options, maxAge: '5m' })
  // @ts-expect-error a misspelt option
  assertType<OneLoginOptions>({ ...options, clientID: 'a' })
  // @ts-expect-error offline_access is not supported
  assertType<OneLoginOptions>({ ...options, scope: ['openid', 'offline_access'] })
  // @ts-expect-error an unknown claim
  assertType<OneLoginOptions>({ ...options, claims: ['name'] })
  // @ts-expect-error One Login supports English and Welsh
  assertType<OneLoginOptions>({ ...options, uiLocales: 'fr' })
  // @ts-expect-error a function must return one of them as well
  assertType<OneLoginOptions>({ ...options, uiLocales: () => 'fr' })
  // @ts-expect-error text needs a unit
  assertType<OneLoginOptions>({ ...options, timeout: '5' })
  // @ts-expect-error an unknown rule
  assertType<OneLoginOptions>({ ...options, session: { onExpiry: 'explode' } })
  // @ts-expect-error a store needs methods to read and write
  assertType<OneLoginOptions>({ ...options, signOutStore: {} })
  // @ts-expect-error the client ID is required
  assertType<OneLoginOptions>({ environment: 'integration', callbackURL: 'https://a.example/cb' })
})

it('[UI-4] Passport accepts the strategy, with every kind of verify callback', () => {
  passport.use(new OneLoginStrategy(options))
  passport.use('another-name', new OneLoginStrategy(options))
  passport.use(new OneLoginStrategy(options, (user) => ({ id: user.sub })))
  passport.use(new OneLoginStrategy(options, (user) => Promise.resolve({ id: user.sub })))
  passport.use(new OneLoginStrategy(options, () => false))
  passport.use(new OneLoginStrategy(options, () => Promise.resolve(null)))
  passport.use(new OneLoginStrategy(options, (user, done) => done(null, { id: user.sub }, { info: 1 })))
  passport.use(new OneLoginStrategy(options, (_user, done) => done(new Error('No.'))))
  new OneLoginStrategy(options, (user, ...rest) => {
    expectTypeOf(user).toEqualTypeOf<OneLoginUser>()
    expectTypeOf(rest).toExtend<unknown[]>()
    return undefined
  })
  new OneLoginStrategy({ ...options, passReqToCallback: true }, (req, user) => ({ ip: req.ip, id: user.sub }))
  // @ts-expect-error the callback gets the request only with passReqToCallback
  new OneLoginStrategy(options, (req: Request) => ({ ip: req.ip }))
  // @ts-expect-error passReqToCallback needs a callback
  new OneLoginStrategy({ ...options, passReqToCallback: true })
})

it('[AUTHZ-8, AUTHZ-9, AUTHZ-16] a request has its own options', () => {
  assertType<SignInOptions>({
    vtr: ['Cl.Cm.P2'],
    claims: ['address'],
    uiLocales: 'cy',
    maxAge: 0,
    prompt: 'login',
    loginHint: 'a@b.example',
    channel: 'generic_app',
    returnTo: '/',
    state: { anything: [1] },
  })
  // @ts-expect-error One Login supports English and Welsh
  assertType<SignInOptions>({ uiLocales: 'fr' })
  // @ts-expect-error no other prompt is supported
  assertType<SignInOptions>({ prompt: 'none' })
  // @ts-expect-error no other channel is supported
  assertType<SignInOptions>({ channel: 'mobile' })
  // @ts-expect-error vtr must be a list
  assertType<SignInOptions>({ vtr: 'Cl.Cm' })
  // @ts-expect-error an unknown option
  assertType<SignInOptions>({ redirectUri: 'https://a.example/' })
  const info: OneLoginAuthInfo = {}
  expectTypeOf(info.returnTo).toEqualTypeOf<string | undefined>()
  expectTypeOf(info.state).toEqualTypeOf<unknown>()
})

it('[CID-5] guards declare what a page needs', () => {
  const app = express()
  const oneLogin = new OneLoginStrategy(options)
  app.use(oneLogin.session(), oneLogin.routes())
  app.get('/a', oneLogin.requireAuthentication())
  app.get('/b', oneLogin.requireAuthentication({ maxAge: 300, reauthenticateWithin: '5m' }))
  app.get('/c', oneLogin.requireIdentity({ level: 'P2', claims: ['address'] }))
  app.get('/d', oneLogin.logout({ state: (req) => req.ip }), oneLogin.jwks(), oneLogin.backChannelLogout())
  // @ts-expect-error a page that needs an identity must name the level
  oneLogin.requireIdentity()
  // @ts-expect-error P0 is not an identity
  oneLogin.requireIdentity({ level: 'P0' })
  // @ts-expect-error an unknown claim
  oneLogin.requireIdentity({ level: 'P2', claims: ['name'] })
  // @ts-expect-error level belongs to requireIdentity
  oneLogin.requireAuthentication({ level: 'P2' })
})

it('[USE-3] options typed as OneLoginOptions work with a verify callback', () => {
  const typed: OneLoginOptions = options
  new OneLoginStrategy(typed, (user) => {
    expectTypeOf(user).toEqualTypeOf<OneLoginUser>()
    return { id: user.sub }
  })
  const withRequest: OneLoginOptionsWithRequest = { ...typed, passReqToCallback: true }
  new OneLoginStrategy(withRequest, (req, user) => {
    expectTypeOf(req).toExtend<Request>()
    expectTypeOf(user).toEqualTypeOf<OneLoginUser>()
    return { id: user.sub }
  })
})

it('[CB-3] errors have a typed code', () => {
  if (isOneLoginError(thrown)) {
    expectTypeOf(thrown).toEqualTypeOf<OneLoginError>()
    expectTypeOf(thrown.code).toEqualTypeOf<OneLoginErrorCode>()
    expectTypeOf(thrown.returnCodes).toEqualTypeOf<readonly string[] | undefined>()
    expectTypeOf(thrown.providerError?.description).toEqualTypeOf<string | undefined>()
    // @ts-expect-error an unknown code
    expectTypeOf(thrown.code === 'made_up').toEqualTypeOf<boolean>()
  }
  expectTypeOf<'access_denied' | 'temporarily_unavailable'>().toExtend<OneLoginErrorCode>()
  expectTypeOf<OneLoginEvents['sign-in.failed']['code']>().toEqualTypeOf<OneLoginErrorCode | 'unexpected'>()
})
