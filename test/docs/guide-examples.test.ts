import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import type { OneLoginStrategy } from '../../lib/index.ts'
import { readyUser } from '../../lib/simulator/index.ts'
import { startPair } from '../support/simulator.ts'
import { mountApplication, type Applications } from './examples/in-person.ts'
import { languageOf } from './examples/language.ts'
import { visitWithFetch } from './examples/visit-with-fetch.ts'

function startApplications(): Applications {
  const pages = new Map<string, string>()
  return {
    notePage: (sub, path) => Promise.resolve(void pages.set(sub, path)),
    pageOf: (sub) => Promise.resolve(pages.get(sub)),
  }
}

describe('the guide to in-person journeys', () => {
  it('[F2F-1] returns a user, in another browser, to the page where they left', async () => {
    const applications = startApplications()
    await using pair = await startPair({
      routes: (app: Express, oneLogin: OneLoginStrategy) => {
        mountApplication(app, oneLogin, applications)
        return false
      },
    })
    // At the second request, for the identity, the user leaves One Login, and the browser with it.
    let requests = 0
    const left = await pair.browser().visit(`${pair.service.url}/apply?for=a+dragon`, {
      stopAt: (location) => location.startsWith(`${pair.op.url}authorize`) && ++requests === 2,
    })
    expect(left.url).toBe(`${pair.service.url}/apply?for=a+dragon`)
    const later = pair.browser()
    const welcome = await later.visit(`${pair.service.url}/landing`)
    expect(welcome.body).toContain('Welcome back')
    const page = await later.visit(`${pair.service.url}/landing`, { method: 'POST' })
    expect(page).toMatchObject({ url: `${pair.service.url}/apply?for=a+dragon`, body: 'Your application' })
  })

  it('[F2F-1] continues at the start for a user without an application', async () => {
    const applications = startApplications()
    await applications.notePage(readyUser('no-phone').sub, '/apply?for=somebody+else')
    await using pair = await startPair({
      routes: (app: Express, oneLogin: OneLoginStrategy) => {
        mountApplication(app, oneLogin, applications)
        return false
      },
    })
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/landing`)
    const page = await browser.visit(`${pair.service.url}/landing`, { method: 'POST' })
    expect(page.url).toBe(`${pair.service.url}/start`)
  })
})

describe('the guide to Welsh', () => {
  it.each([
    { cookie: 'lang=cy', sent: 'cy' },
    { cookie: 'other=1; lang=cy; more=2', sent: 'cy' },
    { cookie: 'lang=en', sent: 'en' },
    { cookie: 'notlang=cy', sent: 'en' },
  ])('[AUTHZ-8] sends $sent for the cookie "$cookie"', async ({ cookie, sent }) => {
    await using pair = await startPair({ options: { uiLocales: languageOf } })
    await pair.browser().visit(`${pair.service.url}/account`, { headers: { cookie } })
    const authorize = pair.op.requests.find(({ endpoint }) => endpoint === 'authorize')
    expect(authorize?.requestObject?.claims.ui_locales).toBe(sent)
  })
})

describe('the guide to testing', () => {
  it('[USE-2, SESS-5] signs a user in with fetch, and rejects a fetch that does not accept HTML', async () => {
    await using pair = await startPair()
    const page = await visitWithFetch(`${pair.service.url}/identity`)
    expect(await page.json()).toMatchObject({ identity: { proven: true } })
    const { status } = await fetch(`${pair.service.url}/identity`)
    expect(status).toBe(401)
  })
})
