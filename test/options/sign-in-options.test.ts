import { describe, expect, it } from 'vitest'
import { parseSignInOptions, type SignInDefaults } from '../../lib/options/sign-in-options.ts'
import { parseVectors } from '../../lib/vectors-of-trust.ts'
import { expectRefused } from '../support/refusal.ts'

const defaults: SignInDefaults = {
  trust: parseVectors(['Cl.Cm']),
  claims: ['coreIdentityJWT', 'returnCode'],
  requestObject: true,
  hasKey: true,
  hasDid: true,
}

const parse = (options: object, overrides: Partial<SignInDefaults> = {}) =>
  parseSignInOptions(options, { ...defaults, ...overrides })

describe('defaults', () => {
  it('[AUTHZ-5] are the vectors of the strategy', () => {
    expect(parse({})).toStrictEqual({ trust: { vtr: ['Cl.Cm'], credential: 'Cl.Cm' }, claims: [] })
  })

  it('[AUTHZ-9] are the max_age of the strategy, which a request overrides', () => {
    expect(parse({}, { maxAge: 300 }).maxAge).toBe(300)
    expect(parse({ maxAge: 0 }, { maxAge: 300 }).maxAge).toBe(0)
    expect(parse({})).not.toHaveProperty('maxAge')
  })

  it('[AUTHZ-17] have no max_age in an identity request, unless it asks for one', () => {
    expect(parse({ vtr: ['Cl.Cm.P2'] }, { maxAge: 300 })).not.toHaveProperty('maxAge')
    expect(parse({ vtr: ['Cl.Cm.P2'], maxAge: 60 }, { maxAge: 300 }).maxAge).toBe(60)
    expect(parse({ vtr: ['Cl.Cm.P0'] }, { maxAge: 300 }).maxAge).toBe(300)
  })

  it('[AUTHZ-5] are replaced by the vectors of a request', () => {
    expect(parse({ vtr: ['Cl'] }).trust).toStrictEqual({ vtr: ['Cl'], credential: 'Cl' })
  })
})

describe('claims', () => {
  it('[AUTHZ-7] are sent only with identity requests', () => {
    expect(parse({ vtr: ['Cl.Cm'], claims: ['address'] }).claims).toEqual([])
    expect(parse({ vtr: ['Cl.Cm.P0'], claims: ['address'] }).claims).toEqual([])
    expect(parse({ vtr: ['Cl.Cm.P2'] }).claims).toEqual(['coreIdentityJWT', 'returnCode'])
  })

  it('[AUTHZ-7] always contain the core identity in an identity request, and each claim once', () => {
    expect(parse({ vtr: ['Cl.Cm.P2'], claims: ['address', 'address'] }).claims).toEqual([
      'coreIdentityJWT',
      'address',
    ])
    expect(parse({ vtr: ['Cl.Cm.P1'], claims: [] }).claims).toEqual(['coreIdentityJWT'])
    expect(parse({ vtr: ['Cl.Cm.P2'] }, { claims: ['passport'] }).claims).toEqual([
      'coreIdentityJWT',
      'passport',
    ])
  })
})

describe('options of one request', () => {
  it('[AUTHZ-8, AUTHZ-16] are used unchanged', () => {
    const options = {
      uiLocales: 'cy',
      prompt: 'login',
      loginHint: 'a@b.example',
      channel: 'generic_app',
      returnTo: '/dragons',
      state: { basket: 5 },
    }
    expect(parse(options)).toStrictEqual({ trust: defaults.trust, claims: [], ...options })
  })

  it('[AUTHZ-19] are copied, so the app can change its object for the next request', () => {
    const options = { state: { basket: 5 }, vtr: ['Cl.Cm.P2'], claims: ['address'] }
    const parsed = parse(options)
    options.state.basket = 6
    options.vtr.push('Cl.Cm.P1')
    options.claims.push('passport')
    expect(parsed).toMatchObject({
      state: { basket: 5 },
      trust: { vtr: ['Cl.Cm.P2'] },
      claims: ['coreIdentityJWT', 'address'],
    })
  })

  it('[CONF-9] may be undefined', () => {
    expect(Object.keys(parse({ uiLocales: undefined, state: undefined, vtr: undefined })).sort()).toEqual([
      'claims',
      'trust',
    ])
  })

  it('[AUTHZ-15] leave Passport’s options to Passport, and never become a response mode', () => {
    const passportOptions = {
      failureRedirect: '/',
      session: false,
      response_mode: 'fragment',
      scope: ['email'],
    }
    expect(parse(passportOptions)).toStrictEqual(parse({}))
  })

  it.each([
    ['vtr', 'Cl.Cm', 'a list of vectors of trust, for example ["Cl.Cm"]'],
    ['claims', ['name'], 'a list of coreIdentityJWT, address, passport, drivingPermit, returnCode'],
    ['maxAge', -1, 'a whole number of seconds, 0 or more, or a length of time such as "5m"'],
    ['maxAge', 0.5, 'a whole number of seconds, 0 or more, or a length of time such as "5m"'],
    ['uiLocales', 'fr', '"en" or "cy"'],
    ['uiLocales', 'en cy', '"en" or "cy"'],
    ['prompt', 'none', '"login", the only prompt that One Login supports'],
    ['prompt', 'select_account', '"login", the only prompt that One Login supports'],
    ['loginHint', '', 'text of 1 to 256 characters'],
    ['loginHint', 'x'.repeat(257), 'text of 1 to 256 characters'],
    ['channel', 'mobile', '"web" or "generic_app"'],
    ['returnTo', 5, 'a path of this site'],
    ['state', () => 'basket', 'a value that JSON can hold'],
  ])(
    '[AUTHZ-8, AUTHZ-9, AUTHZ-16, CONF-9] are rejected if One Login does not support them: %s %j',
    async (name, value, allowed) => {
      const { message } = await expectRefused(() => parse({ [name]: value }), 'invalid_option', /^Option "/)
      expect(message.startsWith(`Option "${name}`)).toBe(true)
      expect(message.endsWith(`Use ${allowed}.`)).toBe(true)
    },
  )

  it.each([[[]], [['Cl.P2']], [['Cl.Cm', 'Cl.Cm.P2']], [['Cl.Cm.P1.P2']], [['Xx']]])(
    '[AUTHZ-6] are rejected with the vectors %j',
    async (vtr) => {
      await expectRefused(() => parse({ vtr }), 'invalid_option', /^Option "vtr": .*\. Use Cl or Cl\.Cm/)
    },
  )

  it('[CONF-9] are rejected with a state that JSON cannot contain', async () => {
    await expectRefused(() => parse({ state: { basket: 5n } }), 'invalid_option', /^Option "state"/)
  })

  it.each(['web', 'generic_app'])('[AUTHZ-16] accept the channel %s', (channel) => {
    expect(parse({ channel }).channel).toBe(channel)
  })

  it.each(['en', 'cy'])('[AUTHZ-8] accept the language %s', (uiLocales) => {
    expect(parse({ uiLocales }).uiLocales).toBe(uiLocales)
  })

  it('[AUTHZ-9] accept the largest whole number of seconds, and no larger one', async () => {
    expect(parse({ maxAge: Number.MAX_SAFE_INTEGER }).maxAge).toBe(Number.MAX_SAFE_INTEGER)
    for (const maxAge of [Number.MAX_SAFE_INTEGER + 1, Infinity])
      await expectRefused(() => parse({ maxAge }), 'invalid_option', /^Option "maxAge"/)
  })

  it.each(['toString', 'constructor', 'hasOwnProperty'])(
    '[CONF-9] leave a member to Passport that has the name of one of every object: %s',
    (name) => {
      expect(parse({ [name]: 'x' })).toStrictEqual(parse({}))
    },
  )

  it('[AUTHZ-16] accept a login hint of 256 characters', () => {
    expect(parse({ loginHint: 'x'.repeat(256) }).loginHint).toHaveLength(256)
  })
})

describe('what the service cannot do', () => {
  it.each([[['Cl.Cm.P1']], [['Cl.Cm.P2']], [['Cl.Cm.P3']], [['P1.Cl.Cm']], [['Cl.Cm.P2', 'Cl.Cm.P1']]])(
    '[CB-9] includes a request for an identity with a client secret: %j',
    async (vtr) => {
      await expectRefused(
        () => parse({ vtr }, { hasKey: false, requestObject: false }),
        'invalid_option',
        /^Option "vtr": it requests an identity, .* Use "privateKey" or "signer" instead of "clientSecret"/,
      )
      for (const plain of [['Cl.Cm'], ['Cl'], ['Cl.Cm.P0']])
        expect(parse({ vtr: plain }, { hasKey: false, requestObject: false }).claims).toEqual([])
    },
  )

  it('[CONF-13] includes a request for an identity without the DID settings', async () => {
    await expectRefused(
      () => parse({ vtr: ['Cl.Cm.P2'] }, { hasDid: false }),
      'invalid_option',
      /^Option "vtr": it requests an identity, .* without didDocumentURL, didController, coreIdentityIssuer\. Set them/,
    )
    expect(parse({ vtr: ['Cl.Cm'] }, { hasDid: false }).claims).toEqual([])
  })

  it('[AUTHZ-16] includes a login hint without request objects', async () => {
    await expectRefused(
      () => parse({ loginHint: 'a@b.example' }, { requestObject: false }),
      'invalid_option',
      /^Option "loginHint": .* Set "requestObject" to true/,
    )
  })

  it('[AUTHZ-11] includes a re-authentication without request objects', async () => {
    await expectRefused(
      () => parse({ prompt: 'login' }, { requestObject: false }),
      'reauthentication_impossible',
      /^Option "prompt": .* Set "requestObject" to true/,
    )
  })
})
