import { decodeJwt } from 'jose'
import { readyUser, type Simulator } from 'passport-govuk-one-login/simulator'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startPair } from '../support/simulator.ts'
import { stopClock } from '../support/stopped-clock.ts'
import {
  authorizationURL,
  Browser,
  exchange,
  identityRequest,
  now,
  requestObjectURL,
  start,
  tokensFor,
  userinfo,
  vocabulary,
} from './relying-party.ts'

afterEach(() => vi.useRealTimers())

const day = 24 * 60 * 60
const user = readyUser('typical')
const { sub } = user

/** A simulator with a user who has started an identity check in person. */
async function pendingUser(): Promise<{ op: Simulator; browser: Browser }> {
  stopClock()
  const op = await start()
  op.respondWith({ user, inPerson: 'pending' })
  const browser = new Browser()
  expect(await visit(op, browser)).toBe('Go to a Post Office to prove your identity')
  return { op, browser }
}

/** Requests an identity. Returns the heading of the page at the simulator, or the code that the service gets. */
async function visit(op: Simulator, browser = new Browser()): Promise<string> {
  const address = await browser.redirect(authorizationURL(op, identityRequest))
  const code = address.searchParams.get('code')
  if (code !== null) return code
  const page = await (await browser.get(address)).text()
  return /<h1>(.*)<\/h1>/.exec(page)?.[1] ?? page
}

const tooEarly = 'You have not completed your identity check'

async function identityOf(op: Simulator, code: string) {
  const { body } = await exchange(op, code)
  return (await userinfo(op, String(body.access_token))).body
}

describe('an identity check in person', () => {
  it('[F2F-3] keeps the user at the simulator, and lets them sign in without an identity', async () => {
    const { op, browser } = await pendingUser()
    const begin = now(op)
    op.clock.advance(600)
    const { idToken } = await tokensFor(op, {}, browser)
    expect(decodeJwt(idToken)).toMatchObject({ sub, auth_time: begin })
  })

  it('[F2F-3] does not start for another user than the one who must sign in again', async () => {
    const op = await start()
    const browser = new Browser()
    const { idToken } = await tokensFor(op, {}, browser)
    op.respondWith({ user: 'every-document', inPerson: 'pending' })
    const params = { prompt: 'login', id_token_hint: idToken, vtr: ['Cl.Cm.P2'] }
    const callback = await browser.redirect(await requestObjectURL(op, params))
    expect(callback.searchParams.get('error')).toBe('login_required')
  })

  it.each([0, 1, 16 - 1 / day])(
    '[F2F-3] is not complete for a user who returns after %d days',
    async (days) => {
      stopClock()
      const { op, browser } = await pendingUser()
      op.clock.advance(days * day)
      expect(await visit(op, browser)).toBe(tooEarly)
      expect(await visit(op)).toBe(tooEarly)
    },
  )

  it("[F2F-3] stays pending if the simulator's response changes afterwards", async () => {
    const { op } = await pendingUser()
    op.respondWith({ user })
    expect(await visit(op)).toBe(tooEarly)
    op.respondWith({ user: 'every-document' })
    expect(await visit(op)).not.toBe(tooEarly)
  })

  it('[F2F-3] is complete when the user returns, in the same browser or another', async () => {
    const { op } = await pendingUser()
    op.completeInPerson(sub)
    const claims = await identityOf(op, await visit(op, new Browser()))
    expect(claims[`${vocabulary}coreIdentityJWT`]).toEqual(expect.any(String))
  })

  it("[F2F-3] reaches the user's level if the test sets none", async () => {
    const op = await start()
    const unproven = readyUser('low-confidence')
    op.respondWith({ user: unproven, inPerson: 'pending' })
    await visit(op)
    op.completeInPerson(unproven.sub)
    const claims = await identityOf(op, await visit(op))
    expect(claims[`${vocabulary}returnCode`]).toEqual([{ code: 'A' }])
  })

  it('[F2F-3] keeps the results of several users', async () => {
    const op = await start()
    const users = [user, readyUser('every-document')]
    for (const each of users) {
      op.respondWith({ user: each, inPerson: 'pending' })
      await visit(op)
    }
    for (const each of users) op.completeInPerson(each.sub, { level: 'P0', returnCodes: ['B'] })
    for (const each of users) {
      op.respondWith({ user: each })
      const claims = await identityOf(op, await visit(op))
      expect([claims.sub, claims[`${vocabulary}returnCode`]]).toEqual([each.sub, [{ code: 'B' }]])
    }
  })

  it('[F2F-3] returns its result once', async () => {
    const { op } = await pendingUser()
    op.completeInPerson(sub, { level: 'P0', returnCodes: ['B'] })
    const claims = await identityOf(op, await visit(op))
    expect(claims).not.toHaveProperty([`${vocabulary}coreIdentityJWT`])
    expect(claims[`${vocabulary}returnCode`]).toEqual([{ code: 'B' }])
    expect(await visit(op)).toBe('Go to a Post Office to prove your identity')
  })

  it('[F2F-3] keeps the result for a user who returns after the 16 days', async () => {
    const { op } = await pendingUser()
    op.clock.advance(15 * day)
    op.completeInPerson(sub)
    op.clock.advance(5 * day)
    expect(await identityOf(op, await visit(op))).toHaveProperty([`${vocabulary}coreIdentityJWT`])
  })

  it('[F2F-3] expires after 16 days and must be started again', async () => {
    const { op } = await pendingUser()
    op.clock.advance(16 * day)
    expect(() => op.completeInPerson(sub)).toThrow(/No identity check in person is pending.*16 days/)
    expect(await visit(op)).toBe('Go to a Post Office to prove your identity')
    op.completeInPerson(sub)
    expect(await identityOf(op, await visit(op))).toHaveProperty([`${vocabulary}coreIdentityJWT`])
  })

  it('[F2F-3] cannot be completed for a user who has not started one', async () => {
    const op = await start()
    expect(() => op.completeInPerson(sub)).toThrow(/No identity check in person is pending/)
  })
})

describe('a service whose user proves their identity in person', () => {
  it('[F2F-1, F2F-3] gets the identity when the user visits its page again', async () => {
    await using pair = await startPair()
    const { op, service } = pair
    op.respondWith({ user, inPerson: 'pending' })
    const away = await pair.browser().visit(`${service.url}/identity`)
    expect(away.url).toBe(`${op.issuer}in-person?check=started`)
    const early = await pair.browser().visit(`${service.url}/identity`)
    expect(early.url).toBe(`${op.issuer}in-person?check=too-early`)
    op.completeInPerson(sub)
    const back = await pair.browser().visit(`${service.url}/identity`)
    expect(back).toMatchObject({ status: 200, url: `${service.url}/identity` })
    expect(back.body).toContain('"proven":true')
  })
})
