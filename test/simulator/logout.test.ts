import { describe, expect, it } from 'vitest'
import { assertion, Browser, codeFor, exchange, paramsOf, start, tokensFor } from './relying-party.ts'
import type { Simulator } from 'passport-govuk-one-login/simulator'

const signedOutURL = 'http://127.0.0.1:3000/signed-out'

function logoutURL(op: Simulator, params: Record<string, string>): string {
  return `${op.issuer}logout?${new URLSearchParams(params).toString()}`
}

describe('logout', () => {
  it('[SIM-1] [SESS-1] redirects to the service with its state', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op, {}, browser)
    const state = 'a b&c'
    const destination = await browser.redirect(
      logoutURL(op, { id_token_hint: idToken, post_logout_redirect_uri: signedOutURL, state }),
    )
    expect(destination.href.startsWith(`${signedOutURL}?`)).toBe(true)
    expect(paramsOf(destination)).toEqual({ state })
  })

  it('[SIM-2] [SESS-2] accepts an ID token that has expired', async () => {
    const op = await start()
    const { idToken } = await tokensFor(op)
    op.clock.advance(86_400)
    const destination = await new Browser().redirect(
      logoutURL(op, { id_token_hint: idToken, post_logout_redirect_uri: signedOutURL }),
    )
    expect(destination.href).toBe(signedOutURL)
  })

  it('[SIM-2] [SESS-2] shows its own page if there is no hint, even if the service sent an address', async () => {
    const op = await start()
    const browser = new Browser()
    const destination = await browser.redirect(
      logoutURL(op, { post_logout_redirect_uri: signedOutURL, state: 's' }),
    )
    expect(destination.href).toBe(`${op.issuer}signed-out?state=s`)
    const page = await browser.get(destination)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('You have signed out')
  })

  it.each(['ES256', 'RS256'] as const)(
    '[SIM-2] [SESS-2] accepts an ID token signed with a %s key that is still published, and rejects one signed with a withdrawn key',
    async (idTokenSigningAlg) => {
      const op = await start({ client: { idTokenSigningAlg } })
      const { idToken } = await tokensFor(op)
      const ask = async () =>
        new Browser().redirect(
          logoutURL(op, { id_token_hint: idToken, post_logout_redirect_uri: signedOutURL }),
        )
      op.rotateKeys()
      expect((await ask()).href).toBe(signedOutURL)
      op.rotateKeys({ withdrawOld: true })
      expect(paramsOf(await ask())).toEqual({
        error_code: 'invalid_request',
        error_description: 'unable to validate id_token_hint',
      })
    },
  )

  it('[SIM-2] explains on its own page what is wrong, with every value escaped', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op)
    const errorOf = async (params: Record<string, string>) =>
      (await browser.redirect(logoutURL(op, params))).searchParams.get('error_description')
    for (const address of [
      'http://127.0.0.1:3000/elsewhere',
      `${signedOutURL}/`,
      signedOutURL.toUpperCase(),
    ]) {
      const unregistered = { id_token_hint: idToken, post_logout_redirect_uri: address }
      expect(await errorOf(unregistered)).toBe('client registry does not contain post_logout_redirect_uri')
    }
    expect(await errorOf({ id_token_hint: 'nonsense' })).toBe('unable to validate id_token_hint')
    expect(await errorOf({ id_token_hint: await assertion(op) })).toBe('unable to validate id_token_hint')

    op.register({ postLogoutRedirectUris: ['not a URL'] })
    const noURL = { id_token_hint: idToken, post_logout_redirect_uri: 'not a URL' }
    expect(await errorOf(noURL)).toBe('invalid post logout redirect URI')

    op.breakNext('id-token', 'wrong-audience')
    const { idToken: foreign } = await tokensFor(op)
    expect(await errorOf({ id_token_hint: foreign })).toBe('client not found')

    const page = await browser.get(`${op.issuer}signed-out?error_code=<b>&error_description="<i>"`)
    const html = await page.text()
    expect(html).not.toMatch(/<b>|<i>/)
  })

  it('[SIM-2] shows its own page without an error if the request has no address, or if the hint names no service or user', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op)
    expect((await browser.redirect(logoutURL(op, { id_token_hint: idToken }))).href).toBe(
      `${op.issuer}signed-out`,
    )
    for (const fault of ['missing-audience', 'missing-sub'] as const) {
      op.breakNext('id-token', fault)
      const params = { id_token_hint: (await tokensFor(op)).idToken, post_logout_redirect_uri: signedOutURL }
      expect((await browser.redirect(logoutURL(op, params))).href).toBe(`${op.issuer}signed-out`)
    }
  })

  it('[SIM-2] revokes the codes of the session that it ends, and no others', async () => {
    const op = await start()
    const browser = new Browser()
    const code = await codeFor(op, {}, browser)
    const codeOfAnother = await codeFor(op)
    await browser.get(`${op.issuer}logout`)
    expect((await exchange(op, code)).body).toMatchObject({ error: 'invalid_grant' })
    expect((await exchange(op, codeOfAnother)).status).toBe(200)
  })

  it('[SIM-2] ends the provider’s session even if the hint is wrong', async () => {
    const op = await start()
    const browser = new Browser()
    const code = await codeFor(op, {}, browser)
    await browser.get(logoutURL(op, { id_token_hint: 'nonsense' }))
    expect((await exchange(op, code)).status).toBe(400)
  })
})
