import { describe, expect, it } from 'vitest'
import { optionsFromEnvironment } from '../../lib/options/from-environment.ts'
import { expectRefused } from '../support/refusal.ts'

describe('reading', () => {
  it('[CONF-2] reads a service of the integration environment', () => {
    expect(
      optionsFromEnvironment({
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
      optionsFromEnvironment({
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

  it('[CONF-9] reads each other option in its own type', () => {
    expect(
      optionsFromEnvironment({
        ONE_LOGIN_CLIENT_SECRET: 'secret',
        ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: 'https://a.example/signed-out',
        ONE_LOGIN_SCOPE: 'openid email,phone',
        ONE_LOGIN_VTR: 'Cl.Cm.P2, Cl.Cm.P1',
        ONE_LOGIN_CLAIMS: 'address returnCode',
        ONE_LOGIN_REQUEST_OBJECT: 'false',
        ONE_LOGIN_UI_LOCALES: 'cy',
        ONE_LOGIN_MAX_AGE: '0',
        ONE_LOGIN_SERVICE_URL: 'https://a.example',
        ONE_LOGIN_TIMEOUT: '2.5',
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
      maxAge: 0,
      serviceURL: 'https://a.example',
      timeout: 2.5,
      clockTolerance: '10s',
      transactionLifetime: '1h',
      session: { absolute: 43200, idle: '30m', onExpiry: 'continue' },
    })
  })

  it('[CONF-9] takes empty variables as not set, and cuts off spaces', () => {
    expect(
      optionsFromEnvironment({
        ONE_LOGIN_ENVIRONMENT: ' production\n',
        ONE_LOGIN_CLIENT_SECRET: '',
        ONE_LOGIN_MAX_AGE: '  ',
        ONE_LOGIN_VTR: undefined,
      }),
    ).toEqual({ environment: 'production' })
  })
})

describe('refusals', () => {
  it.each([
    ['ONE_LOGIN_MAX_AGE', 'an hour', /^ONE_LOGIN_MAX_AGE must be a number\.$/],
    ['ONE_LOGIN_MAX_AGE', '-1', /^ONE_LOGIN_MAX_AGE must be a number\.$/],
    ['ONE_LOGIN_MAX_AGE', '1e3', /^ONE_LOGIN_MAX_AGE must be a number\.$/],
    ['ONE_LOGIN_REQUEST_OBJECT', 'yes', /^ONE_LOGIN_REQUEST_OBJECT must be "true" or "false"\.$/],
    [
      'ONE_LOGIN_ALLOW_INSECURE_REQUESTS',
      '1',
      /^ONE_LOGIN_ALLOW_INSECURE_REQUESTS must be "true" or "false"/,
    ],
  ])('[CONF-9] refuses %s=%s, naming the variable', async (variable, value, message) => {
    await expectRefused(() => optionsFromEnvironment({ [variable]: value }), 'invalid_option', message)
  })

  it('[CONF-2] refuses a real environment and a simulator at once', async () => {
    await expectRefused(
      () =>
        optionsFromEnvironment({
          ONE_LOGIN_ENVIRONMENT: 'production',
          ONE_LOGIN_ISSUER: 'http://127.0.0.1/',
        }),
      'invalid_option',
      /^ONE_LOGIN_ISSUER describes a simulator, and ONE_LOGIN_ENVIRONMENT names a real environment/,
    )
  })
})
