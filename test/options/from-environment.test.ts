import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { environments } from '../../lib/options/environments.ts'
import { optionsFromEnvironment, optionVariables } from '../../lib/options/from-environment.ts'
import { OneLoginStrategy } from '../../lib/index.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The options from variables, without their names. */
const read = (env: Variables) => Object.fromEntries(Object.entries(optionsFromEnvironment(env)))

const right = {
  ONE_LOGIN_ENVIRONMENT: 'integration',
  ONE_LOGIN_CLIENT_ID: 'tax-your-dragon',
  ONE_LOGIN_CALLBACK_URL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
  ONE_LOGIN_CLIENT_SECRET: 'a-secret',
}

/** The message about a strategy with these variables, and these options over them. */
const message = async (env: Variables, options: object = {}) =>
  (
    await refusalOf(
      () => new OneLoginStrategy({ ...optionsFromEnvironment({ ...right, ...env }), ...options }),
    )
  ).message

describe('reading', () => {
  it('[CONF-2] reads a service of the integration environment', () => {
    expect(
      read({
        ONE_LOGIN_ENVIRONMENT: 'integration',
        ONE_LOGIN_CLIENT_ID: 'tax-your-dragon',
        ONE_LOGIN_CALLBACK_URL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
        ONE_LOGIN_PRIVATE_KEY: String.raw`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n`,
        PATH: '/usr/bin',
      }),
    ).toEqual({
      environment: 'integration',
      clientId: 'tax-your-dragon',
      callbackURL: 'https://tax-your-dragon.service.gov.uk/auth/callback',
      privateKey: String.raw`-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n`,
    })
  })

  it('[CONF-2] reads the addresses of a simulator', () => {
    expect(
      read({
        ONE_LOGIN_ISSUER: 'http://127.0.0.1:3000/',
        ONE_LOGIN_DID_DOCUMENT_URL: 'http://127.0.0.1:3000/.well-known/did.json',
        ONE_LOGIN_DID_CONTROLLER: 'did:web:localhost',
        ONE_LOGIN_CORE_IDENTITY_ISSUER: 'http://127.0.0.1:3000/identity/',
        ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
      }),
    ).toEqual({
      environment: {
        issuer: 'http://127.0.0.1:3000/',
        didDocumentURL: 'http://127.0.0.1:3000/.well-known/did.json',
        didController: 'did:web:localhost',
        coreIdentityIssuer: 'http://127.0.0.1:3000/identity/',
        allowInsecureRequests: true,
      },
    })
  })

  it('[CONF-9] reads every other option in its own type', () => {
    expect(
      read({
        ONE_LOGIN_CLIENT_SECRET: 'secret',
        ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: 'https://a.example/signed-out',
        ONE_LOGIN_SCOPE: ',openid email,,phone,',
        ONE_LOGIN_VTR: 'Cl.Cm.P2, Cl.Cm.P1',
        ONE_LOGIN_CLAIMS: 'address returnCode',
        ONE_LOGIN_REQUEST_OBJECT: 'false',
        ONE_LOGIN_UI_LOCALES: 'cy',
        ONE_LOGIN_WARM_UP: 'false',
        ONE_LOGIN_MAX_AGE: '0',
        ONE_LOGIN_SERVICE_URL: 'https://a.example',
        ONE_LOGIN_TIMEOUT: '2.25',
        ONE_LOGIN_CLOCK_TOLERANCE: '10s',
        ONE_LOGIN_TRANSACTION_LIFETIME: '1h',
        ONE_LOGIN_SESSION_ABSOLUTE: '43200',
        ONE_LOGIN_SESSION_IDLE: '30m',
        ONE_LOGIN_SESSION_ON_EXPIRY: 'continue',
      }),
    ).toEqual({
      clientSecret: 'secret',
      postLogoutRedirectURL: 'https://a.example/signed-out',
      scope: ['openid', 'email', 'phone'],
      vtr: ['Cl.Cm.P2', 'Cl.Cm.P1'],
      claims: ['address', 'returnCode'],
      requestObject: false,
      uiLocales: 'cy',
      warmUp: false,
      maxAge: 0,
      serviceURL: 'https://a.example',
      timeout: 2.25,
      clockTolerance: '10s',
      transactionLifetime: '1h',
      session: { absolute: 43200, idle: '30m', onExpiry: 'continue' },
    })
  })

  it('[CONF-9] treats empty variables as not set, and removes spaces', () => {
    expect(
      read({
        ONE_LOGIN_ENVIRONMENT: ' production\n',
        ONE_LOGIN_CLIENT_SECRET: '',
        ONE_LOGIN_MAX_AGE: '  ',
        ONE_LOGIN_VTR: undefined,
      }),
    ).toEqual({ environment: 'production' })
  })

  it('[CONF-9] reads a list without items as empty', () => {
    expect(read({ ONE_LOGIN_SCOPE: ', ,' })).toEqual({ scope: [] })
  })

  it('[CONF-14] has one variable for each option that text can set', () => {
    expect(optionVariables).toMatchObject({
      ONE_LOGIN_CLIENT_ID: 'clientId',
      ONE_LOGIN_SESSION_IDLE: 'session.idle',
      ONE_LOGIN_DID_DOCUMENT_URL: 'environment.didDocumentURL',
    })
    for (const variable of Object.keys(optionVariables)) expect(variable).toMatch(/^ONE_LOGIN_[A-Z_]+$/)
    expect(new Set(Object.values(optionVariables)).size).toBe(Object.keys(optionVariables).length)
  })
})

describe('a variable', () => {
  it.each([
    ['ONE_LOGIN_ENVIRONMENT', 'staging', 'environment', 'received "staging"'],
    ['ONE_LOGIN_CALLBACK_URL', '/callback', 'callbackURL', 'received "/callback"'],
    ['ONE_LOGIN_SCOPE', 'openid offline_access', 'scope[1]', 'received "offline_access"'],
    ['ONE_LOGIN_VTR', 'Cl.Cm, Cl.Xx', 'vtr', '"Cl.Xx" is not a vector that One Login supports'],
    ['ONE_LOGIN_CLAIMS', 'name', 'claims[0]', 'received "name"'],
    ['ONE_LOGIN_MAX_AGE', 'an hour', 'maxAge', 'received "an hour"'],
    ['ONE_LOGIN_CLAIMS', 'address '.repeat(10) + 'name', 'claims[10]', 'received "name"'],
    ['ONE_LOGIN_MAX_AGE', '-1', 'maxAge', 'received "-1"'],
    ['ONE_LOGIN_MAX_AGE', 'in 5', 'maxAge', 'received "in 5"'],
    ['ONE_LOGIN_MAX_AGE', '5 or 6', 'maxAge', 'received "5 or 6"'],
    ['ONE_LOGIN_MAX_AGE', '1.5', 'maxAge', 'received 1.5'],
    ['ONE_LOGIN_REQUEST_OBJECT', 'yes', 'requestObject', 'received "yes"'],
    ['ONE_LOGIN_WARM_UP', 'no', 'warmUp', 'received "no"'],
    ['ONE_LOGIN_REQUEST_OBJECT', 'toString', 'requestObject', 'received "toString"'],
    ['ONE_LOGIN_REQUEST_OBJECT', 'true', 'requestObject', 'a request object is signed with a key'],
    ['ONE_LOGIN_TIMEOUT', '61', 'timeout', 'received 61'],
    ['ONE_LOGIN_SESSION_ABSOLUTE', '31d', 'session.absolute', 'received "31d"'],
    ['ONE_LOGIN_SESSION_IDLE', '13h', 'session.idle', 'it is longer than "session.absolute"'],
    ['ONE_LOGIN_PRIVATE_KEY', 'SECRET', 'privateKey', 'privateKey, clientSecret are set'],
  ])('[CONF-14] %s=%s is named in the message about its option', async (variable, value, option, found) => {
    const refusal = await message({ [variable]: value })
    expect(refusal).toContain(`Option "${option}" (variable ${variable}): ${found}`)
    expect(refusal).not.toContain('SECRET')
  })

  it.each([
    ['ONE_LOGIN_ENVIRONMENT', 'environment'],
    ['ONE_LOGIN_CLIENT_ID', 'clientId'],
    ['ONE_LOGIN_CALLBACK_URL', 'callbackURL'],
  ])('[CONF-14] %s is named when it is not set', async (variable, option) => {
    expect(await message({ [variable]: undefined })).toContain(
      `Option "${option}" (variable ${variable}) is missing. Use `,
    )
  })

  it('[CONF-14] is named for a key that cannot be used, and the key is not shown', async () => {
    const refusal = await message({ ONE_LOGIN_CLIENT_SECRET: undefined, ONE_LOGIN_PRIVATE_KEY: 'U0VDUkVU' })
    expect(refusal).toContain('Option "privateKey" (variable ONE_LOGIN_PRIVATE_KEY): this cannot be read')
    expect(refusal).not.toContain('U0VDUkVU')
  })

  it('[CONF-14] is named for a part of the environment', async () => {
    const env = { ONE_LOGIN_ENVIRONMENT: undefined, ONE_LOGIN_ISSUER: 'https://op.example/#' }
    expect(await message(env)).toContain(
      'Option "environment.issuer" (variable ONE_LOGIN_ISSUER): received "https://op.example/#". Use',
    )
    expect(await message({ ...env, ONE_LOGIN_ISSUER: 'http://op.example/' })).toContain(
      'Option "environment.issuer" (variable ONE_LOGIN_ISSUER): it is plain http',
    )
  })

  it('[CONF-14] is not named for a value that the app has set instead', async () => {
    const refusal = await message({ ONE_LOGIN_TIMEOUT: '5' }, { timeout: 61 })
    expect(refusal).toMatch(/^Option "timeout": received 61\./)
  })

  it('[CONF-14] is named also after the options were spread twice', async () => {
    const options = { ...{ ...optionsFromEnvironment({ ...right, ONE_LOGIN_TIMEOUT: '61' }) } }
    const refusal = await refusalOf(() => new OneLoginStrategy({ ...options, name: 'another' }))
    expect(refusal.message).toContain('ONE_LOGIN_TIMEOUT')
  })

  it('[CONF-14] keeps its value out of logs of the options', () => {
    const options = optionsFromEnvironment({ ONE_LOGIN_CLIENT_SECRET: 'SECRET' })
    const [note] = Object.getOwnPropertySymbols(options)
    expect(inspect(Reflect.get(options, note ?? ''), { depth: 9, showHidden: true })).not.toContain('SECRET')
  })

  it('[CONF-2] of a real environment and of a simulator are rejected together', async () => {
    const { option } = await expectRefused(
      () =>
        optionsFromEnvironment({
          ONE_LOGIN_ENVIRONMENT: 'production',
          ONE_LOGIN_ISSUER: 'http://127.0.0.1/',
        }),
      'invalid_option',
      /^ONE_LOGIN_ENVIRONMENT and ONE_LOGIN_ISSUER are both set\. Remove/,
    )
    expect(option).toBe('environment')
  })

  it('[CONF-13] ONE_LOGIN_ISSUER with a known issuer needs no DID settings', () => {
    const env = { ...right, ONE_LOGIN_ENVIRONMENT: undefined }
    const strategy = new OneLoginStrategy(
      optionsFromEnvironment({ ...env, ONE_LOGIN_ISSUER: 'https://oidc.account.gov.uk' }),
    )
    expect(strategy.relyingParty.settings.environment).toMatchObject(environments.production)
  })

  it('[CONF-9] ONE_LOGIN_MAX_AGE accepts a length of time', () => {
    const strategy = new OneLoginStrategy(optionsFromEnvironment({ ...right, ONE_LOGIN_MAX_AGE: '5m' }))
    expect(strategy.relyingParty.settings.signIn.maxAge).toBe(300)
  })
})
