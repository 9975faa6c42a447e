import { readyUser } from 'passport-govuk-one-login/simulator'
import { expect, it, vi } from 'vitest'
import type { StartedExample } from './started-example.ts'

/** The tests of each framework's example: `/dragons` needs a sign-in, and `/treasure` an identity at P2. */
export function provesTheJourneys(start: () => Promise<StartedExample>): void {
  it('signs a user in and returns them to the page they requested', async () => {
    await using example = await start()
    const page = await example.visit('/dragons?sort=age')
    expect(page).toMatchObject({ status: 200, body: 'Dragons of typical@example.com' })
    expect(page.url).toBe(`${example.url}/dragons?sort=age`)
    expect((await example.visit('/')).body).toBe('Hello typical@example.com')
  })

  it('proves the identity of a user in a second request', async () => {
    await using example = await start()
    example.op.respondWith({ user: 'family-name-first', level: 'P2' })
    const page = await example.visit('/treasure')
    expect(page).toMatchObject({ status: 200, body: 'Treasure of Nguyễn Thị Minh Khai' })
    expect(page.trail.filter((url) => url.includes('/authorize'))).toHaveLength(2)
  })

  it('refuses a user whose identity could not be proven', async () => {
    await using example = await start()
    example.op.respondWith({ user: 'not-proven' })
    const page = await example.visit('/treasure')
    expect(page).toMatchObject({ status: 403, body: 'Try again: identity_not_proven' })
    expect((await example.visit('/dragons')).status).toBe(200)
  })

  it('rejects a fetch from a visitor with a problem document, not a redirect', async () => {
    await using example = await start()
    const response = await example.browser.send(`${example.url}/dragons`, { headers: { accept: '*/*' } })
    expect(response.status).toBe(401)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(JSON.parse(response.body)).toMatchObject({ status: 401, code: 'not_signed_in' })
  })

  it('shows a page to a user whom One Login refused', async () => {
    await using example = await start()
    example.op.breakNext('authorize', 'access-denied')
    const page = await example.visit('/dragons')
    expect(page).toMatchObject({ status: 403, body: 'Try again: access_denied' })
  })

  it('shows a page and signs no user in if the ID token is wrong', async () => {
    await using example = await start()
    example.op.breakNext('id-token', 'wrong-audience')
    expect(await example.visit('/dragons')).toMatchObject({ status: 502, body: 'Sorry: id_token_invalid' })
    expect((await example.visit('/')).body).toBe('Nobody is signed in')
  })

  it('signs a user out of the service and of One Login', async () => {
    await using example = await start()
    await example.visit('/dragons')
    const page = await example.visit('/sign-out')
    expect(page).toMatchObject({ status: 200, url: `${example.url}/`, body: 'Nobody is signed in' })
    expect(page.trail.some((url) => url.startsWith(`${example.op.issuer}logout?`))).toBe(true)
    const after = await example.visit('/dragons', { stopAt: true })
    expect(after.headers.location).toContain(`${example.op.issuer}authorize?`)
  })

  it('ends the session of a user who signs out in another service', async () => {
    await using example = await start()
    await example.visit('/dragons')
    const [logout] = await example.op.signOut(readyUser('typical').sub)
    expect(logout?.delivered).toBe(true)
    expect((await example.visit('/')).body).toBe('Nobody is signed in')
  })

  it('sets a secure cookie in production, behind a load balancer', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await using example = await start()
    const headers = { accept: 'text/html', 'x-forwarded-proto': 'https' }
    const isCallback = (location: string) => location.startsWith(`${example.url}/auth/callback`)
    const page = await example.browser.visit(`${example.url}/dragons`, { headers, stopAt: isCallback })
    const callback = await example.browser.send(page.headers.location ?? '', { headers })
    vi.unstubAllEnvs()
    expect(callback.status).toBe(303)
    const session = callback.headers['set-cookie']?.find((line) => !line.startsWith('one-login'))
    expect(session).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  })

  it('publishes its key, and rejects a logout token that is not a JWT', async () => {
    await using example = await start()
    const { headers, body } = await example.browser.send(`${example.url}/.well-known/jwks.json`)
    expect(headers['content-type']).toContain('application/json')
    expect(JSON.parse(body)).toMatchObject({ keys: [{ kty: 'RSA', use: 'sig' }] })
    const refused = await example.browser.send(`${example.url}/back-channel-logout`, {
      method: 'POST',
      body: 'logout_token=forged',
    })
    expect(refused.status).toBe(400)
    expect(JSON.parse(refused.body)).toMatchObject({ error: 'invalid_request' })
  })
}
