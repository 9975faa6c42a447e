import { generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { decodeJwt, exportJWK } from 'jose'
import { readyUser, type Simulator, type SimulatorUser } from 'passport-govuk-one-login/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startSimulator } from '../../lib/simulator/index.ts'
import {
  assertion,
  authorizationURL,
  Browser,
  callbackURL,
  claimsRequest,
  codeFor,
  exchange,
  identityFor,
  identityRequest,
  location,
  paramsOf,
  start,
  tokensFor,
  userinfo,
  vocabulary,
} from './relying-party.ts'
import { startService } from './service.ts'

let op: Simulator

beforeAll(async () => {
  op = await startSimulator({ callbackURL, client: { maxAgeEnabled: true } })
})

beforeEach(() => op.respondWith({}))

afterAll(() => op.close())

const userinfoWith = (authorization: string) =>
  fetch(`${op.issuer}userinfo`, { headers: { Authorization: authorization } })

describe('a userinfo request', () => {
  it.each([
    ['Bearer TOKEN', 200],
    ['bearer TOKEN', 200],
    ['Bearer  TOKEN', 200],
    ['xBearer TOKEN', 401],
    ['Basic Bearer TOKEN', 401],
    ['Bearer TOKEN x', 401],
    ['Bearer x TOKEN', 401],
    ['BearerTOKEN', 401],
    ['Basic TOKEN', 401],
    ['TOKEN', 401],
    ['Bearer', 401],
  ])('[SIM-2] [UI-1] with the header "%s" gets status %i', async (header, status) => {
    const { accessToken } = await tokensFor(op)
    expect((await userinfoWith(header.replace('TOKEN', accessToken))).status).toBe(status)
  })

  it('[SIM-2] [UI-3] gets a description of the error, and no body', async () => {
    const response = await userinfoWith('Bearer x')
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="Invalid access token"',
    )
    expect(await response.text()).toBe('')
  })

  it('[SIM-2] [UI-3] is rejected if the service may no longer request its scopes, or is no longer registered', async () => {
    const changing = await start()
    const { accessToken } = await tokensFor(changing, { scope: 'openid phone' })
    changing.register({ scopes: ['openid', 'email'] })
    const { status, headers } = await userinfo(changing, accessToken)
    expect([status, headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="invalid_scope", error_description="Invalid, unknown or malformed scope"',
    ])
    changing.register({ scopes: ['openid', 'phone'] })
    expect((await userinfo(changing, accessToken)).status).toBe(200)
    changing.register({ clientId: 'renamed' })
    const renamed = await userinfo(changing, accessToken)
    expect([renamed.status, renamed.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer error="invalid_token", error_description="Invalid access token"',
    ])
  })

  it('[SIM-2] [UI-2] gets no identity after the service lost the right to one', async () => {
    const changing = await start()
    const { accessToken } = await tokensFor(changing, identityRequest)
    changing.register({ identityEnabled: false })
    expect(Object.keys((await userinfo(changing, accessToken)).body)).toEqual([
      'sub',
      'email',
      'email_verified',
    ])
  })

  it('[SIM-1] [UI-2] may not be cached', async () => {
    const { accessToken } = await tokensFor(op)
    const { headers } = await userinfo(op, accessToken)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it('[SIM-3] [UI-2] gets the wallet subject of the user, or one that is made from the subject', async () => {
    const scope = 'openid wallet-subject-id'
    const walletOf = async () =>
      (await userinfo(op, (await tokensFor(op, { scope })).accessToken)).body.wallet_subject_id
    const derived = await walletOf()
    expect(await walletOf()).toBe(derived)
    op.respondWith({ user: 'no-phone' })
    expect(await walletOf()).not.toBe(derived)
    op.respondWith({ user: { ...readyUser('typical'), walletSubjectId: 'my-wallet' } })
    expect(await walletOf()).toBe('my-wallet')
  })

  it('[SIM-3] [UI-2] gets email_verified and phone_number_verified as false for a user without them', async () => {
    const user: SimulatorUser = { sub: 'nobody' }
    op.respondWith({ user })
    const { accessToken } = await tokensFor(op, { scope: 'openid email phone' })
    expect((await userinfo(op, accessToken)).body).toEqual({
      sub: 'nobody',
      email_verified: false,
      phone_number_verified: false,
    })
    op.respondWith({ user: { ...user, email: null } })
    const withNull = await tokensFor(op, { scope: 'openid email' })
    expect((await userinfo(op, withNull.accessToken)).body).toEqual({
      sub: 'nobody',
      email: null,
      email_verified: false,
    })
  })

  it('[SIM-2] [CID-7] gets an identity without evidence if the test sets a level for a user who has none', async () => {
    const user: SimulatorUser = { sub: 'nobody', email: 'nobody@example.com' }
    op.respondWith({ user, level: 'P2' })
    const body = await identityFor(op)
    const { vot, vc } = decodeJwt<{ vot: string; vc: object }>(String(body[`${vocabulary}coreIdentityJWT`]))
    expect(vot).toBe('P2')
    expect(vc).toMatchObject({ credentialSubject: { name: [], birthDate: [] } })
    expect(body[`${vocabulary}address`]).toEqual([])
  })

  it('[SIM-2] [CB-4] cannot follow a failed identity check without return codes, even if they were requested', async () => {
    op.respondWith({ level: 'P0', returnCodes: [] })
    const callback = await new Browser().redirect(authorizationURL(op, identityRequest))
    expect(callback.searchParams.get('error')).toBe('access_denied')
    op.respondWith({ level: 'P0', returnCodes: ['B'] })
    const claims = claimsRequest('address')
    const withoutCodes = await new Browser().redirect(authorizationURL(op, { ...identityRequest, claims }))
    expect(withoutCodes.searchParams.get('error')).toBe('access_denied')
  })
})

describe('the verifier of a token request', () => {
  it.each([
    [42, 400],
    [43, 200],
    [128, 200],
    [129, 400],
  ])('[SIM-2] [AUTHZ-4] with %i characters gets status %i', async (length, status) => {
    expect(await statusFor('~'.repeat(length))).toBe(status)
  })

  it.each(['.', '_', '~', '-', 'a', 'Z', '0'])('[SIM-2] [AUTHZ-4] can contain %s', async (character) => {
    expect(await statusFor(`${'a'.repeat(50)}${character}`)).toBe(200)
  })

  it.each(['+', '/', '=', ' ', 'é'])('[SIM-2] [AUTHZ-4] cannot contain "%s"', async (character) => {
    const verifier = 'a'.repeat(50)
    expect(await statusFor(`${verifier}${character}`)).toBe(400)
    expect(await statusFor(`${character}${verifier}`)).toBe(400)
  })

  async function statusFor(code_verifier: string): Promise<number> {
    const code_challenge = Buffer.from(
      await crypto.subtle.digest('SHA-256', Buffer.from(code_verifier)),
    ).toString('base64url')
    const code = await codeFor(op, { code_challenge, code_challenge_method: 'S256' })
    return (await exchange(op, code, { code_verifier })).status
  }
})

describe('the key of a service', () => {
  it('[SIM-2] [KEY-1] is refused for RS256 if it is an EC key, even if its signature is right', async () => {
    const changing = await start()
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    changing.register({ publicKeys: [publicKey.export({ type: 'spki', format: 'pem' }).toString()] })
    const [header = '', claims = ''] = (await assertion(changing)).split('.')
    const signature = signBytes('sha256', Buffer.from(`${header}.${claims}`), privateKey)
    const client_assertion = `${header}.${claims}.${signature.toString('base64url')}`
    const { body } = await exchange(changing, await codeFor(changing), { client_assertion })
    expect(body.error_description).toBe('Invalid signature in private_key_jwt')
  })

  it.each([
    ['RS256', '', undefined],
    ['RS256', '.further', 'Invalid private_key_jwt'],
    ['RS2560', '', 'Invalid signature in private_key_jwt'],
    ['RS256X', '', 'Invalid private_key_jwt'],
    [undefined, '', 'Invalid private_key_jwt'],
  ])(
    '[SIM-2] [KEY-5] signs an assertion with the algorithm %s and the end "%s": %s',
    async (alg, end, outcome) => {
      const [, claims = ''] = (await assertion(op)).split('.')
      const input = `${Buffer.from(JSON.stringify({ alg })).toString('base64url')}.${claims}`
      const signature = signBytes('sha256', Buffer.from(input), op.options.privateKey).toString('base64url')
      const form = { client_assertion: `${input}.${signature}${end}` }
      expect((await exchange(op, await codeFor(op), form)).body.error_description).toBe(outcome)
    },
  )

  it('[SIM-2] [KEY-3] is the RSA key of its kid, next to another key with the same kid', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ec = await exportJWK(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)
    const other = await exportJWK(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)
    const keys = [
      null,
      { ...other, kid: 'another' },
      { ...ec, kid: 'a-key' },
      { ...(await exportJWK(publicKey)), kid: 'a-key' },
    ]
    const jwks = await startService({ keys })
    const changing = await start({ client: { jwksURL: jwks.url } })
    const client_assertion = await assertion(changing, {}, { kid: 'a-key' }, privateKey)
    expect((await exchange(changing, await codeFor(changing), { client_assertion })).status).toBe(200)
    expect(jwks.calls[0]).toMatchObject({
      method: 'GET',
      agent: 'one-login-simulator/1',
      connection: 'close',
    })
  })

  it('[SIM-2] [KEY-4] is cached for each service and kid', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwk = await exportJWK(publicKey)
    const jwks = await startService({
      keys: [
        { ...jwk, kid: 'a' },
        { ...jwk, kid: 'b' },
      ],
    })
    const settings = { callbackURL, jwksURL: jwks.url }
    const changing = await start({ clients: [settings, settings] })
    for (const clientId of ['simulator-client', 'simulator-client-2', 'simulator-client']) {
      for (const kid of ['a', 'b', 'a']) {
        const claims = { iss: clientId, sub: clientId }
        const client_assertion = await assertion(changing, claims, { kid }, privateKey)
        const code = await codeFor(changing, { client_id: clientId })
        expect((await exchange(changing, code, { client_assertion })).status).toBe(200)
      }
    }
    expect(jwks.calls).toHaveLength(4)
  })
})

describe('the session cookie', () => {
  const cookieOf = async (interactive: boolean) => {
    const changing = await start({ interactive })
    const { headers } = await new Browser().get(authorizationURL(changing))
    return { changing, cookie: headers.get('set-cookie') ?? '' }
  }

  it.each([true, false])(
    '[SIM-2] is for the whole simulator, for an hour and not for scripts, if interactive is %j',
    async (interactive) => {
      const { changing, cookie } = await cookieOf(interactive)
      const { port } = new URL(changing.url)
      const [pair, ...attributes] = cookie.split('; ')
      expect(pair).toMatch(new RegExp(`^one-login-simulator-127-0-0-1-${port}=[\\w-]{27}$`))
      expect(attributes).toEqual(['Path=/', 'Max-Age=3600', 'HttpOnly', 'SameSite=Lax'])
    },
  )

  it.each(['xCOOKIE; COOKIE', 'a=1; COOKIE', 'a=1;COOKIE', 'a=1;   COOKIE;b=2', 'COOKIE'])(
    '[SIM-2] is found in the header "%s"',
    async (header) => {
      const [pair = ''] =
        (await new Browser().get(authorizationURL(op))).headers.getSetCookie()[0]?.split(';') ?? []
      const Cookie = header.replaceAll('COOKIE', pair)
      const response = await fetch(authorizationURL(op), { headers: { Cookie }, redirect: 'manual' })
      expect(response.headers.get('set-cookie')).toContain(pair)
    },
  )

  it('[SIM-2] is not found under a name that only ends like it', async () => {
    const [pair = ''] =
      (await new Browser().get(authorizationURL(op))).headers.getSetCookie()[0]?.split(';') ?? []
    const headers = { Cookie: `x${pair}` }
    const response = await fetch(authorizationURL(op), { headers, redirect: 'manual' })
    expect(response.headers.get('set-cookie')).not.toContain(pair)
  })
})

describe('the age of a session', () => {
  it('[SIM-2] [AUTHZ-9] can be exactly max_age', async () => {
    const browser = new Browser()
    const authTime = async (max_age?: string) =>
      Number(decodeJwt((await tokensFor(op, { max_age }, browser)).idToken).auth_time)
    const first = await authTime()
    op.clock.set(new Date((first + 60) * 1000))
    expect(await authTime('60')).toBe(first)
    op.clock.set(new Date((first + 61) * 1000))
    expect(await authTime('60')).toBe(first + 61)
    op.clock.reset()
  })
})

describe('the form of the sign-in page', () => {
  const submit = async (
    changing: Simulator,
    form: Record<string, string>,
    params: Record<string, string> = {},
    browser = new Browser(),
  ) => {
    const html = await (await browser.get(authorizationURL(changing, params))).text()
    const journey = /name="journey" value="([^"]+)"/.exec(html)?.[1] ?? ''
    return paramsOf(location(await browser.post(`${changing.issuer}sign-in`, { journey, ...form })))
  }

  const claimsAfter = async (changing: Simulator, form: Record<string, string>) => {
    const { code = '' } = await submit(changing, form, identityRequest)
    const { body } = await exchange(changing, code)
    return (await userinfo(changing, String(body.access_token))).body
  }

  it('[SIM-3] signs in a ready user as they are, whatever a test has set for another user', async () => {
    const changing = await start({ interactive: true })
    changing.respondWith({ level: 'P0', returnCodes: ['Z'], claims: { email: 'set@example.com' } })
    const ready = await claimsAfter(changing, { user: 'typical' })
    expect(ready).toHaveProperty([`${vocabulary}coreIdentityJWT`])
    expect([ready.email, ready[`${vocabulary}returnCode`]]).toEqual(['typical@example.com', []])
    const configured = await claimsAfter(changing, { user: 'configured' })
    expect(configured).not.toHaveProperty([`${vocabulary}coreIdentityJWT`])
    expect([configured.email, configured[`${vocabulary}returnCode`]]).toEqual([
      'set@example.com',
      [{ code: 'Z' }],
    ])
  })

  it.each([
    ['B,C', ['B', 'C']],
    [' AB  c1; ', ['AB', 'c1']],
    ['-', []],
  ])('[SIM-3] reads the return codes %j', async (returnCodes, codes) => {
    const changing = await start({ interactive: true })
    const body = await claimsAfter(changing, { user: 'typical', returnCodes })
    expect(body[`${vocabulary}returnCode`]).toEqual(codes.map((code) => ({ code })))
  })

  it('[SIM-3] ignores an unknown level, an unknown error and an error that comes before the page', async () => {
    const changing = await start({ interactive: true })
    for (const form of [{ level: 'P9' }, { error: 'nothing' }, { error: 'client-deactivated' }])
      expect(await submit(changing, { user: 'typical', ...form })).toHaveProperty('code')
    expect(await submit(changing, { user: 'typical', error: 'toString' })).toHaveProperty('code')
    const body = await claimsAfter(changing, { user: 'typical', level: 'P9' })
    expect(body).toHaveProperty([`${vocabulary}coreIdentityJWT`])
  })

  it('[SIM-3] signs in the configured user if "signed-in" is chosen in a browser without a user', async () => {
    const changing = await start({ interactive: true })
    changing.respondWith({ user: 'no-phone' })
    const { code = '' } = await submit(changing, { user: 'signed-in' })
    const { body } = await exchange(changing, code)
    expect(decodeJwt(String(body.id_token)).sub).toBe(readyUser('no-phone').sub)
  })
})

describe('a link that chooses the user', () => {
  it('[SIM-3] lists the ready users if the user is unknown or missing', async () => {
    for (const query of ['?user=nobody', '']) {
      const response = await fetch(`${op.issuer}choose${query}`)
      expect([response.status, response.headers.get('content-type')]).toEqual([
        400,
        'text/plain; charset=utf-8',
      ])
      expect(await response.text()).toMatch(/^There is no ready user (nobody)?\. Use one of typical, /)
    }
  })

  it('[SIM-3] keeps the session of the browser', async () => {
    const changing = await start({ interactive: true })
    const browser = new Browser()
    const first = await browser.get(`${changing.issuer}choose?user=typical`)
    const second = await browser.get(`${changing.issuer}choose?user=no-phone`)
    expect(second.headers.get('set-cookie')).toBe(first.headers.get('set-cookie'))
    expect(await second.text()).toContain('This browser signs in as no-phone.')
  })

  it('[SIM-3] is used instead of the response that a test set, errors included', async () => {
    const changing = await start()
    changing.respondWith({ error: { error: 'access_denied' } })
    const browser = new Browser()
    await browser.get(`${changing.issuer}choose?user=no-phone`)
    const { idToken } = await tokensFor(changing, { prompt: 'login' }, browser)
    expect(decodeJwt(idToken).sub).toBe(readyUser('no-phone').sub)
  })
})

describe('the documents', () => {
  it('[SIM-1] [CONF-1] list the response type and the algorithms of One Login', async () => {
    const document: unknown = await (await fetch(`${op.issuer}.well-known/openid-configuration`)).json()
    expect(document).toMatchObject({
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code'],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
      token_endpoint_auth_signing_alg_values_supported: [
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
      ],
      claim_types_supported: ['normal'],
      service_documentation: 'https://docs.sign-in.service.gov.uk/',
      op_policy_uri: 'https://signin.account.gov.uk/privacy-notice',
      op_tos_uri: 'https://signin.account.gov.uk/terms-and-conditions',
    })
  })
})
