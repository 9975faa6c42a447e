import { createRequire } from 'node:module'
import express5 from 'express'
import express4 from 'express4'
import type { RequestHandler } from 'express'
import passport07 from 'passport'
import passport06 from 'passport06'
import { describe, expect, it } from 'vitest'
import type { OneLoginUser } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../support/visitors.ts'

const versionOf = (name: string) =>
  (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version

const supported = [
  { express: 5, framework: express5, passport: 0.7, authentication: passport07 },
  { express: 5, framework: express5, passport: 0.6, authentication: passport06 },
  { express: 4, framework: express4, passport: 0.7, authentication: passport07 },
  { express: 4, framework: express4, passport: 0.6, authentication: passport06 },
]

describe('the versions that are tested', () => {
  it('are the named ones', () => {
    expect(['express', 'express4', 'passport', 'passport06'].map(versionOf)).toEqual([
      expect.stringMatching(/^5\./),
      expect.stringMatching(/^4\./),
      expect.stringMatching(/^0\.7\./),
      expect.stringMatching(/^0\.6\./),
    ])
  })
})

describe.each(supported)('Express $express with Passport $passport', ({ framework, authentication }) => {
  const start = () => startPair({ framework, authentication })

  it('signs a user in under a new session, proves the identity, and keeps what the guards need', async () => {
    await using pair = await start()
    const browser = pair.browser()
    const { headers } = await browser.visit(`${pair.service.url}/identity`, { stopAt: true })
    await browser.visit(`${pair.service.url}/account`)
    const before = browser.jar(new URL(pair.service.url).host).get('connect.sid')
    expect(headers.location).toContain(`${pair.op.issuer}authorize?`)
    const page = await browser.visit(`${pair.service.url}/identity`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
    expect((JSON.parse(page.body) as OneLoginUser).identity).toMatchObject({ proven: true, level: 'P2' })
    expect([...browser.jar(new URL(pair.service.url).host).values()]).not.toContain(before)
  })

  it('signs a user out of the service and of One Login', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const page = await browser.visit(`${pair.service.url}/sign-out`)
    expect(page.trail.some((url) => url.startsWith(`${pair.op.issuer}logout?`))).toBe(true)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('ends the session of a user who signs out in another service', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const [logout] = await pair.op.signOut((await whoIs(pair.service, browser)) ?? '')
    expect(logout?.delivered).toBe(true)
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it('passes a rejection to the error handler, and returns a problem document to a fetch', async () => {
    await using pair = await start()
    pair.op.breakNext('authorize', 'access-denied')
    const page = await pair.browser().visit(`${pair.service.url}/account`)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'access_denied' })
    const response = await pair.browser().send(`${pair.service.url}/account`, { headers: { accept: '*/*' } })
    expect(response).toMatchObject({ status: 401, body: expect.stringContaining('not_signed_in') as string })
  })

  it('works with Passport alone, by passport.authenticate', async () => {
    await using pair = await startPair({
      framework,
      authentication,
      routes: (app, _oneLogin, passport) => {
        app.get(
          '/sign-in',
          passport.authenticate('govuk-one-login', { returnTo: '/whoami' }) as RequestHandler,
        )
        app.get(
          '/auth/callback',
          passport.authenticate('govuk-one-login', {
            successReturnToOrRedirect: '/',
            failureRedirect: '/whoami?refused',
          }) as RequestHandler,
        )
        return false
      },
    })
    pair.op.breakNext('authorize', 'access-denied')
    const browser = pair.browser()
    const refused = await browser.visit(`${pair.service.url}/sign-in`)
    expect(refused).toMatchObject({ url: `${pair.service.url}/whoami?refused`, body: 'null' })
    const page = await browser.visit(`${pair.service.url}/sign-in`)
    expect(page.url).toBe(`${pair.service.url}/whoami`)
    expect(JSON.parse(page.body)).toMatchObject({ sub: expect.stringMatching(/^urn:fdc:gov\.uk/) as string })
  })
})
