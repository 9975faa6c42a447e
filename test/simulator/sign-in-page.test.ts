import { decodeJwt } from 'jose'
import { readyUser, type Simulator, type SimulatorUser } from 'passport-govuk-one-login/simulator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stopClock } from '../support/stopped-clock.ts'
import {
  authorizationURL,
  Browser,
  exchange,
  identityRequest,
  location,
  paramsOf,
  requestObjectURL,
  start,
  tokensFor,
  userinfo,
  vocabulary,
} from './relying-party.ts'

afterEach(() => vi.useRealTimers())

/** Opens the page and returns its HTML and the ID that its form posts. */
async function openPage(browser: Browser, url: URL): Promise<{ html: string; journey: string }> {
  const response = await browser.get(url)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  const html = await response.text()
  return { html, journey: /name="journey" value="([^"]+)"/.exec(html)?.[1] ?? '' }
}

/** The terms of a page with their values. */
function factsOf(html: string): Record<string, string> {
  const terms = [...html.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g)]
  return Object.fromEntries(terms.map(([, name = '', value = '']) => [name, value]))
}

/** Submits the page and returns the parameters that the service gets. */
async function submitPage(op: Simulator, browser: Browser, form: Record<string, string>) {
  return paramsOf(location(await browser.post(`${op.issuer}sign-in`, form)))
}

describe('the sign-in page', () => {
  it('[SIM-1] is shown if the simulator is interactive, and signs in the chosen user', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const { html, journey } = await openPage(browser, authorizationURL(op))
    expect(html).toContain('Sign in to Tax your dragon')
    const { code = '', state } = await submitPage(op, browser, { journey, user: 'no-fixed-address' })
    expect(state).toBe('a-state')
    const { body } = await exchange(op, code)
    const claims = await userinfo(op, String(body.access_token))
    expect(claims.body.email).toBe('no-fixed-address@example.com')
  })

  it('[SIM-1] offers every ready user with a label, and preselects the configured one', async () => {
    const op = await start({ interactive: true })
    op.respondWith({ user: 'long-names' })
    const { html } = await openPage(new Browser(), authorizationURL(op))
    const inputs = [...html.matchAll(/<input[^>]+type="radio"[^>]+id="([^"]+)"/g)].map(([, id]) => id)
    const labels = [...html.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id)
    expect(inputs.length).toBeGreaterThan(12)
    expect(labels).toEqual(expect.arrayContaining(inputs))
    expect(/<input[^>]*checked[^>]*>/.exec(html)?.[0]).toContain('value="long-names"')
  })

  it('[SIM-1] also offers a user that the test defines, with every value escaped', async () => {
    const op = await start({ interactive: true, client: { clientName: '<script>alert(1)</script>' } })
    const user: SimulatorUser = { sub: 'me', email: '"><script>alert(2)</script>' }
    op.respondWith({ user })
    const browser = new Browser()
    const url = await requestObjectURL(op, { login_hint: '<img src=x>' })
    const { html, journey } = await openPage(browser, url)
    expect(html).not.toMatch(/<script|<img/)
    expect(/<input[^>]*checked[^>]*>/.exec(html)?.[0]).toContain('value="configured"')
    const { code = '' } = await submitPage(op, browser, { journey, user: 'configured' })
    const { body } = await exchange(op, code)
    expect(decodeJwt(String(body.id_token)).sub).toBe('me')
    const second = await openPage(browser, authorizationURL(op, identityRequest))
    expect(second.html).not.toMatch(/<script/)
    expect(second.html).toContain('value="signed-in" checked')
    expect(second.html).not.toContain('value="configured"')
  })

  it('[SIM-1] changes nothing unless a person does: no error, and the level of the user', async () => {
    const op = await start({ interactive: true })
    const { html } = await openPage(new Browser(), authorizationURL(op, identityRequest))
    const choices = [...html.matchAll(/<select[^>]*name="(.*?)"><option value="(.*?)">(.*?)<\/option>/g)]
    expect(choices.map(([, ...choice]) => choice)).toEqual([
      ['level', '', 'This person’s level'],
      ['error', '', 'No error'],
    ])
    expect(html).not.toContain('selected')
    expect(html).toContain('<option value="P0">P0 (not proven)</option><option value="P1">P1</option>')
    expect(html).toContain('<option value="session-lost">access_denied (session-lost)</option>')
    expect(html).toContain('<form method="post" action="/sign-in">')
    expect(html).toContain('<p>The service asks for an identity.</p>')
  })

  it('[SIM-1] [AUTHZ-8] shows what the service requested, and in which language', async () => {
    const op = await start({ interactive: true })
    const url = authorizationURL(op, { ...identityRequest, scope: 'openid phone', ui_locales: 'cy' })
    const { html } = await openPage(new Browser(), url)
    expect(factsOf(html)).toEqual({
      Requested: 'Cl.Cm.P2',
      Scopes: 'openid, phone',
      Claims: 'coreIdentityJWT, address, passport, drivingPermit, returnCode',
      Language: 'Welsh',
    })
    const hinted = await requestObjectURL(op, { login_hint: 'me & you', vtr: ['Cl', 'Cl.Cm'] })
    expect(factsOf((await openPage(new Browser(), hinted)).html)).toEqual({
      Requested: 'Cl, Cl.Cm',
      Scopes: 'openid, email',
      'Login hint': 'me &#38; you',
    })
  })

  it('[SIM-1] works without scripts and loads nothing from other sites', async () => {
    const op = await start({ interactive: true })
    const response = await new Browser().get(authorizationURL(op))
    const html = await response.text()
    expect(html).not.toMatch(/<script|src=|https?:\/\/(?!127)/)
    expect(html).toContain('<html lang="en">')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })

  it('[SIM-3] asks for the level and the return codes if the service requests an identity', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const authentication = await openPage(browser, authorizationURL(op))
    expect(authentication.html).not.toContain('name="level"')
    const { html, journey } = await openPage(browser, authorizationURL(op, identityRequest))
    expect(html).toContain('name="level"')
    const form = { journey, user: 'typical', level: 'P0', returnCodes: 'B, C' }
    const { code = '' } = await submitPage(op, browser, form)
    const { body } = await exchange(op, code)
    const claims = await userinfo(op, String(body.access_token))
    expect(claims.body[`${vocabulary}returnCode`]).toEqual([{ code: 'B' }, { code: 'C' }])
  })

  it('[SIM-3] uses the level and the return codes of the chosen user if the fields are empty', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const { journey } = await openPage(browser, authorizationURL(op, identityRequest))
    const { code = '' } = await submitPage(op, browser, {
      journey,
      user: 'not-proven',
      level: '',
      returnCodes: '',
    })
    const { body } = await exchange(op, code)
    const claims = await userinfo(op, String(body.access_token))
    expect(claims.body[`${vocabulary}returnCode`]).toEqual([{ code: 'B' }, { code: 'C' }])
  })

  it('[SIM-3] can return an error to the service', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const { journey } = await openPage(browser, authorizationURL(op))
    expect(
      await submitPage(op, browser, { journey, user: 'typical', error: 'server-error-without-description' }),
    ).toEqual({
      error: 'server_error',
      state: 'a-state',
    })
  })

  it('[SIM-5] does not offer a deactivated client, because One Login reports that before it shows a page', async () => {
    const op = await start({ interactive: true })
    const page = await (await new Browser().get(await requestObjectURL(op))).text()
    expect(page).toContain('value="access-denied"')
    expect(page).not.toContain('client-deactivated')
  })

  it('[SIM-2] is not shown to a signed-in user, unless the service requests an identity or a new sign-in', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const { journey } = await openPage(browser, authorizationURL(op))
    await submitPage(op, browser, { journey, user: 'no-phone' })
    const { idToken } = await tokensFor(op, {}, browser)
    expect(decodeJwt(idToken).nonce).toBe('a-nonce')
    op.respondWith({ user: 'typical' })
    const { accessToken } = await tokensFor(op, {}, browser)
    expect((await userinfo(op, accessToken)).body.email).toBe('no-phone@example.com')
    op.respondWith({ claims: { email: 'set@example.com' } })
    const { body } = await userinfo(op, (await tokensFor(op, { prompt: 'none' }, browser)).accessToken)
    expect(body).toMatchObject({ sub: readyUser('no-phone').sub, email: 'set@example.com' })
    await openPage(browser, authorizationURL(op, { prompt: 'login' }))
    await openPage(browser, authorizationURL(op, identityRequest))
  })

  it('[SIM-1] preselects the signed-in user, so that they stay the same if nothing is changed', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const first = await openPage(browser, authorizationURL(op))
    await submitPage(op, browser, { journey: first.journey, user: 'no-phone' })
    const { html } = await openPage(browser, authorizationURL(op, identityRequest))
    expect(/<input[^>]*checked[^>]*>/.exec(html)?.[0]).toContain('value="no-phone"')
  })

  it('[SIM-1] preselects a signed-in user that the test defined', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const user: SimulatorUser = { sub: 'me', email: 'me@example.com' }
    op.respondWith({ user })
    const first = await openPage(browser, authorizationURL(op))
    await submitPage(op, browser, { journey: first.journey, user: 'configured' })
    op.respondWith({})
    const { html, journey } = await openPage(browser, authorizationURL(op, { prompt: 'login' }))
    expect(/<input[^>]*checked[^>]*>/.exec(html)?.[0]).toContain('value="signed-in"')
    expect(html.match(/checked/g)).toHaveLength(1)
    const { code = '' } = await submitPage(op, browser, { journey, user: 'signed-in' })
    const { body } = await exchange(op, code)
    expect(decodeJwt(String(body.id_token)).sub).toBe('me')
  })

  it('[SIM-2] [CB-4] redirects with access_denied if another browser submits it', async () => {
    const op = await start({ interactive: true })
    const another = new Browser()
    await openPage(another, authorizationURL(op, { state: 'another-state' }))
    for (const browser of [new Browser(), another]) {
      const { journey } = await openPage(new Browser(), authorizationURL(op))
      expect(await submitPage(op, browser, { journey, user: 'typical' })).toEqual({
        error: 'access_denied',
        error_description:
          'Access denied for security reasons, a new authentication request may be successful',
        state: 'a-state',
      })
    }
  })

  it('[SIM-2] can be submitted once', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const { journey } = await openPage(browser, authorizationURL(op))
    await submitPage(op, browser, { journey, user: 'typical' })
    const again = await browser.post(`${op.issuer}sign-in`, { journey, user: 'typical' })
    expect(again.status).toBe(400)
    expect((await browser.post(`${op.issuer}sign-in`, {})).status).toBe(400)
  })

  it('[SIM-2] can be submitted for an hour', async () => {
    stopClock()
    const op = await start({ interactive: true })
    const browser = new Browser()
    const pages = [
      await openPage(browser, authorizationURL(op)),
      await openPage(browser, authorizationURL(op)),
    ]
    const submit = (index: number) =>
      browser.post(`${op.issuer}sign-in`, { journey: pages[index]?.journey ?? '', user: 'typical' })
    op.clock.advance(3599)
    expect((await submit(0)).status).toBe(302)
    op.clock.advance(1)
    const late = await submit(1)
    expect([late.status, await late.text()]).toEqual([
      400,
      'This page was submitted already, or is too old. Go back to the service and sign in again.',
    ])
  })

  it('[SIM-3] applies the faults of the redirect to the service', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    op.breakNext('authorize', 'wrong-state')
    const { journey } = await openPage(browser, authorizationURL(op))
    expect((await submitPage(op, browser, { journey, user: 'typical' })).state).toBe('another-value')
  })

  it('[SIM-2] [CB-5] redirects with login_required if another user signs in again', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const first = await openPage(browser, authorizationURL(op))
    await submitPage(op, browser, { journey: first.journey, user: 'typical' })
    const { idToken } = await tokensFor(op, {}, browser)
    const again = await requestObjectURL(op, { prompt: 'login', id_token_hint: idToken })
    const { html, journey } = await openPage(browser, again)
    expect(html).toContain('Must sign in again')
    const { error } = await submitPage(op, browser, { journey, user: 'no-phone' })
    expect(error).toBe('login_required')
  })
})

describe('the start page', () => {
  it('[SIM-1] shows the settings that a service needs', async () => {
    const redirectUris = ['http://127.0.0.1:3000/<a>', 'http://127.0.0.1:3000/b']
    const op = await start({ clients: [{ redirectUris }, {}] })
    const html = await (await fetch(op.url)).text()
    expect(factsOf(html)).toEqual({
      Issuer: op.issuer,
      'DID document': `${op.issuer}.well-known/did.json`,
      'DID controller': op.options.environment.didController,
      'Core identity issuer': `${op.issuer}identity/`,
      'Service simulator-client': 'http://127.0.0.1:3000/&#60;a&#62;, http://127.0.0.1:3000/b',
      'Service simulator-client-2': 'http://127.0.0.1:3000/auth/callback',
    })
  })
})

describe('the pages of an interactive simulator', () => {
  it('[SIM-1] show that an identity is requested, and who is already signed in', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const first = await openPage(browser, authorizationURL(op))
    expect(first.html).not.toContain('asks for an identity')
    await submitPage(op, browser, { journey: first.journey, user: 'typical' })
    const second = await openPage(browser, authorizationURL(op, identityRequest))
    expect(second.html).toContain('<h1>Prove an identity to Tax your dragon</h1>')
    expect(second.html).toContain('typical@example.com is signed in. The service now asks for an identity.')
  })

  it('[SIM-1] ask who signs in, and in the identity request of a signed-in user who proves their identity', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    const legend = async (params: Record<string, string>) => {
      const { html, journey } = await openPage(browser, authorizationURL(op, params))
      return { journey, legend: /<legend>(.*)<\/legend>/.exec(html)?.[1] }
    }
    expect((await legend(identityRequest)).legend).toBe('Who signs in?')
    const first = await legend({})
    expect(first.legend).toBe('Who signs in?')
    await submitPage(op, browser, { journey: first.journey, user: 'typical' })
    expect((await legend(identityRequest)).legend).toBe('Who proves their identity?')
    expect((await legend({ prompt: 'login' })).legend).toBe('Who signs in?')
  })

  it('[SIM-2] show what is wrong with a rejected request, with every value escaped', async () => {
    const op = await start({ interactive: true })
    const url = authorizationURL(op, { redirect_uri: 'http://a.example/<b>' })
    const response = await new Browser().get(url)
    const html = await response.text()
    expect([response.status, html.includes('<h1>Invalid request</h1>')]).toEqual([400, true])
    expect(html).toContain('redirect_uri http://a.example/&#60;b&#62; is not registered')
    const plain = await start()
    expect(await (await new Browser().get(authorizationURL(plain, { redirect_uri: 'x' }))).text()).toBe(
      'Invalid request',
    )
  })

  it('[SIM-3] sign in the user that a link chose, in that browser only', async () => {
    const op = await start({ interactive: true })
    const browser = new Browser()
    expect((await browser.get(new URL(`${op.issuer}choose?user=no-phone`))).status).toBe(200)
    const { code = '' } = paramsOf(location(await browser.get(authorizationURL(op, identityRequest))))
    const { body } = await exchange(op, code)
    expect((await userinfo(op, String(body.access_token))).body.email).toBe('no-phone@example.com')
    expect((await new Browser().get(authorizationURL(op))).status).toBe(200)
    expect((await browser.get(new URL(`${op.issuer}choose?user=nobody`))).status).toBe(400)
  })
})
