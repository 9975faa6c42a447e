import type { Express, RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import type { OneLoginStrategy, OneLoginUser } from '../../../lib/index.ts'
import { readyUser, type Simulator } from '../../../lib/simulator/index.ts'
import { startPair, type Pair } from '../../support/simulator.ts'
import { fetchFrom, visitorSignedIn, whoIs } from '../../support/visitors.ts'

const ok: RequestHandler = (_req, res) => void res.send('the page')
const identityPages = (app: Express, oneLogin: OneLoginStrategy) => {
  app.get('/treasure', oneLogin.requireIdentity({ level: 'P2', claims: ['address', 'returnCode'] }), ok)
  app.get('/passport', oneLogin.requireIdentity({ level: 'P2', claims: ['passport'] }), ok)
  app.get('/p1', oneLogin.requireIdentity({ level: 'P1' }), ok)
  app.get('/p3', oneLogin.requireIdentity({ level: 'P3' }), ok)
  app.all('/any', oneLogin.requireIdentity({ level: 'P2' }), ok)
  app.get('/note', (req, res) => {
    const session = req.session as unknown as { note?: string }
    if (typeof req.query.set === 'string') session.note = req.query.set
    res.json(session.note ?? null)
  })
}

/** The vectors that the service requested, in order. */
const vectors = ({ requests }: Simulator) =>
  requests
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ requestObject }) => requestObject?.claims.vtr)

const start = (parts: Parameters<typeof startPair>[0] = {}): Promise<Pair> =>
  startPair({
    routes: identityPages,
    simulator: { client: { levels: ['P0', 'P1', 'P2', 'P3'] } },
    ...parts,
  })

describe('requireIdentity', () => {
  it('[AUTHZ-14, AUTHZ-18] signs the user in first, then asks for the identity in a second request, and returns', async () => {
    await using pair = await start()
    const page = await pair.browser().visit(`${pair.service.url}/treasure?chest=2`)
    expect(page).toMatchObject({
      status: 200,
      body: 'the page',
      url: `${pair.service.url}/treasure?chest=2`,
    })
    expect(vectors(pair.op)).toEqual([['Cl.Cm'], ['Cl.Cm.P2']])
  })

  it('[AUTHZ-14] asks a user who is signed in for the identity only', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/treasure`)
    expect(vectors(pair.op)).toEqual([['Cl.Cm'], ['Cl.Cm.P2']])
  })

  it('[AUTHZ-14] signs in a user with a weak credential at Cl.Cm before it asks for the identity', async () => {
    await using pair = await start({ options: { vtr: ['Cl'] } })
    const browser = await visitorSignedIn(pair)
    expect((await browser.visit(`${pair.service.url}/treasure`)).body).toBe('the page')
    expect(vectors(pair.op)).toEqual([['Cl'], ['Cl.Cm'], ['Cl.Cm.P2']])
  })

  it('lets through a user with a proven identity, without asking One Login', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/treasure`)
    expect((await browser.visit(`${pair.service.url}/treasure`)).trail).toHaveLength(1)
  })

  it('[AUTHZ-7] asks for the claims that the route needs and the core identity', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/treasure`)
    const { claims } = pair.op.requests.filter(({ endpoint }) => endpoint === 'authorize').at(-1)
      ?.requestObject?.claims as { claims: string }
    expect(Object.keys((JSON.parse(claims) as { userinfo: object }).userinfo).sort()).toEqual(
      ['address', 'coreIdentityJWT', 'returnCode'].map((name) => `https://vocab.account.gov.uk/v1/${name}`),
    )
  })

  it('asks again if a route needs a claim that was not requested', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/treasure`)
    expect((await browser.visit(`${pair.service.url}/passport`)).body).toBe('the page')
    expect(vectors(pair.op)).toHaveLength(3)
  })

  it('[AUTHZ-7] also requests what an earlier route needed, so 2 routes do not alternate', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    for (const path of ['/treasure', '/passport']) await browser.visit(pair.service.url + path)
    expect((await browser.visit(`${pair.service.url}/treasure`)).trail).toHaveLength(1)
  })

  it('asks again if a route needs a higher level than was proven', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'high-confidence')
    await browser.visit(`${pair.service.url}/p1`)
    expect((await browser.visit(`${pair.service.url}/p3`)).body).toBe('the page')
    expect(vectors(pair.op)).toEqual([['Cl.Cm'], ['Cl.Cm.P1'], ['Cl.Cm.P3']])
  })

  it('accepts a higher level than the route needs', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'high-confidence')
    await browser.visit(`${pair.service.url}/p3`)
    expect((await browser.visit(`${pair.service.url}/p1`)).trail).toHaveLength(1)
  })

  it('keeps the app’s session data through a step-up, under a new session ID', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    const { host } = new URL(pair.service.url)
    await browser.send(`${pair.service.url}/note?set=step%203%20of%20the%20form`)
    const before = browser.jar(host).get('connect.sid')
    expect((await browser.visit(`${pair.service.url}/treasure`)).body).toBe('the page')
    expect((await browser.send(`${pair.service.url}/note`)).body).toBe('"step 3 of the form"')
    const after = browser.jar(host).get('connect.sid')
    expect([before, after]).toEqual([expect.stringMatching(/^s%3A/), expect.stringMatching(/^s%3A/)])
    expect(after).not.toBe(before)
  })

  it('takes over no data of the old session when a user signs in', async () => {
    await using pair = await start()
    const browser = pair.browser()
    await browser.send(`${pair.service.url}/note?set=of%20somebody%20before`)
    await browser.visit(`${pair.service.url}/account`)
    expect((await browser.send(`${pair.service.url}/note`)).body).toBe('null')
  })

  it('keeps what was proven when the user signs in again without an identity', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/treasure`)
    await browser.visit(`${pair.service.url}/sign-in`)
    expect((await browser.visit(`${pair.service.url}/treasure`)).trail).toHaveLength(1)
    const user = JSON.parse((await browser.send(`${pair.service.url}/whoami`)).body) as object
    expect(user).toMatchObject({ identity: { proven: true, level: 'P2' } })
  })

  it('[CID-5] replaces an earlier identity with the last proven one', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'high-confidence')
    for (const level of ['P1', 'P3']) {
      await browser.visit(`${pair.service.url}/${level.toLowerCase()}`)
      const user = JSON.parse((await browser.send(`${pair.service.url}/whoami`)).body) as object
      expect(user).toMatchObject({ identity: { proven: true, level } })
    }
  })

  it('does not use the `identity` of the app’s own user', async () => {
    const users: OneLoginUser[] = []
    await using pair = await start({
      verify: (user) => {
        users.push(user)
        return { sub: 'the-app-s-own', identity: { proven: true } }
      },
    })
    const browser = await visitorSignedIn(pair)
    await browser.visit(`${pair.service.url}/sign-in`)
    expect(users).toHaveLength(2)
    for (const user of users) expect(user).not.toHaveProperty('identity')
  })

  it('[CID-7] rejects an unproven identity with 403 and the return codes, for a page of the app', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'not-proven')
    const page = await browser.visit(`${pair.service.url}/treasure`)
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'identity_not_proven', returnCodes: ['B', 'C'] })
    expect(pair.service.errors.at(-1)).toMatchObject({
      code: 'identity_not_proven',
      returnCodes: ['B', 'C'],
    })
  })

  it('[CID-7] does not loop if the user could not prove the identity', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'not-proven')
    await browser.visit(`${pair.service.url}/treasure`)
    for (const again of [1, 2, 3]) {
      const page = await browser.visit(`${pair.service.url}/treasure?again=${again}`)
      expect(page).toMatchObject({ status: 403, trail: [page.url] })
    }
    expect(vectors(pair.op)).toHaveLength(2)
  })

  it('[CID-7] leaves a user signed in if their identity could not be proven', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'not-proven')
    await browser.visit(`${pair.service.url}/treasure`)
    expect((await browser.visit(`${pair.service.url}/account`)).status).toBe(200)
    expect(await whoIs(pair.service, browser)).toBe(readyUser('not-proven').sub)
  })

  it('[CID-7] lets a user try again from the sign-in route', async () => {
    await using pair = await start({
      routes: (app, oneLogin) => {
        identityPages(app, oneLogin)
        app.get('/try-again', oneLogin.signIn({ vtr: ['Cl.Cm.P2'], claims: ['address', 'returnCode'] }))
      },
    })
    const browser = await visitorSignedIn(pair, 'not-proven')
    await browser.visit(`${pair.service.url}/treasure`)
    pair.op.respondWith({ user: 'not-proven', level: 'P2', returnCodes: [] })
    const page = await browser.visit(`${pair.service.url}/try-again?returnTo=/treasure`)
    expect(page.body).toBe('the page')
  })

  it('[CID-5] rejects an identity of a lower level than requested, once, without a loop', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    pair.op.breakNext('core-identity', 'weaker-vot')
    const page = await browser.visit(`${pair.service.url}/treasure`)
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'identity_level_too_low' })
    expect(vectors(pair.op)).toHaveLength(2)
  })

  it('[CB-4] does not loop if One Login returns access_denied', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    pair.op.respondWith({ user: 'typical', error: { error: 'access_denied' } })
    const page = await browser.visit(`${pair.service.url}/treasure`)
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'access_denied' })
    expect(await whoIs(pair.service, browser)).toBe(readyUser('typical').sub)
  })

  it('responds to a fetch of a signed-in user with 403, a problem document and no redirect', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair)
    for (const method of ['GET', 'POST']) {
      const response = await fetchFrom(browser, `${pair.service.url}/any`, method)
      expect(response).toMatchObject({
        status: 403,
        location: undefined,
        type: expect.stringMatching(/^application\/problem\+json/) as string,
      })
      expect(JSON.parse(response.body)).toMatchObject({ status: 403, code: 'identity_required' })
    }
  })

  it('responds to a form with 401 if no user is signed in, and does not ask for an identity', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) => app.post('/form', oneLogin.requireIdentity({ level: 'P2' }), ok),
    })
    const headers = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    const answer = await pair.browser().send(`${pair.service.url}/form`, { method: 'POST', headers })
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'not_signed_in' })
  })

  it('responds to a fetch with 401 if no user is signed in', async () => {
    await using pair = await start()
    const response = await fetchFrom(pair.browser(), `${pair.service.url}/any`)
    expect(response).toMatchObject({ status: 401, location: undefined })
    expect(JSON.parse(response.body)).toMatchObject({ code: 'not_signed_in' })
  })

  it('[CID-14] responds to a fetch with 403, without the return codes, if the identity could not be proven', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'not-proven')
    await browser.visit(`${pair.service.url}/any`)
    const response = await fetchFrom(browser, `${pair.service.url}/any`)
    expect(response.status).toBe(403)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'identity_not_proven' })
    expect(response.body).not.toMatch(/returnCodes|"[BC]"/)
  })

  it('ends the session if another user returns from the identity journey', async () => {
    await using pair = await start()
    const browser = await visitorSignedIn(pair, 'typical')
    pair.op.respondWith({ user: 'every-document' })
    const page = await browser.visit(`${pair.service.url}/treasure`)
    expect(page.status).toBe(403)
    expect(JSON.parse(page.body)).toMatchObject({ code: 'subject_mismatch' })
    expect(await whoIs(pair.service, browser)).toBeUndefined()
  })

  it.each([
    [{ level: 'P0' as const }, 'level'],
    [{}, 'level'],
    [{ level: 'P2', claims: ['name'] }, 'claims'],
    [{ level: 'P2', vtr: ['Cl'] }, 'vtr'],
  ])('[CONF-9] rejects %o when it is created, and names the option', async (needs, option) => {
    await using pair = await start()
    const { oneLogin } = pair.service
    expect(() => oneLogin.requireIdentity(needs as Parameters<typeof oneLogin.requireIdentity>[0])).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringContaining(`"${option}`) as string,
      }) as Error,
    )
  })

  it('[CB-9] is rejected when it is created, if the service has a client secret', async () => {
    await using pair = await startPair({ clientSecret: true })
    expect(() => pair.service.oneLogin.requireIdentity({ level: 'P2' })).toThrow(/clientSecret|key/)
  })
})
