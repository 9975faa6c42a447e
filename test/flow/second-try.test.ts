import type { RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import type { SignInOptions } from '../../lib/options/sign-in-options.ts'
import { startPair } from '../support/simulator.ts'
import { visitorSignedIn, whoIs } from '../support/visitors.ts'

/** The members of a request that must be new each time. */
const newEachTime = ['state', 'nonce', 'code_challenge', 'iat', 'exp', 'jti']

/**
 * Starts a sign-in of a signed-in user, at which One Login first ignores max_age.
 *
 * @param broken - how many of its ID tokens are too old
 */
async function signInTwice(options: SignInOptions, broken = 1) {
  const pair = await startPair({
    simulator: { client: { maxAgeEnabled: true } },
    routes: (app, oneLogin, passport) => {
      app.get('/start', oneLogin.signIn(options))
      const authenticate = passport.authenticate('govuk-one-login') as RequestHandler
      app.get('/auth/callback', authenticate, (req, res) => void res.json(req.authInfo))
    },
  })
  const browser = await visitorSignedIn(pair)
  const before = pair.op.requests.length
  for (let count = 0; count < broken; count++) pair.op.breakNext('id-token', 'auth-time-too-old')
  const page = await browser.visit(`${pair.service.url}/start`)
  const requests = pair.op.requests
    .slice(before)
    .filter(({ endpoint }) => endpoint === 'authorize')
    .map(({ requestObject }) =>
      Object.fromEntries(
        Object.entries(requestObject?.claims ?? {}).filter(([name]) => !newEachTime.includes(name)),
      ),
    )
  return {
    page,
    requests,
    user: await whoIs(pair.service, browser),
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}

describe('the second try after a sign-in that is too old', () => {
  it.each<{ options: SignInOptions }>([
    { options: { maxAge: 600 } },
    { options: { maxAge: 600, vtr: ['Cl'] } },
    { options: { maxAge: 600, prompt: 'login' } },
    { options: { maxAge: 600, vtr: ['Cl.Cm.P2'], claims: ['coreIdentityJWT', 'returnCode'] } },
  ])('[IDT-7] requests the same as the first: $options', async ({ options }) => {
    await using done = await signInTwice(options)
    expect(done.page.status).toBe(200)
    const [first, second, ...more] = done.requests
    expect(first).toMatchObject({ max_age: 600, ...(options.prompt && { prompt: options.prompt }) })
    expect(second).toEqual(first)
    expect(more).toEqual([])
  })

  it.each<{ options: SignInOptions }>([
    { options: { maxAge: 600, state: { draft: 7 } } },
    { options: { maxAge: 600, returnTo: '/dragons?colour=green' } },
    { options: { maxAge: 600, returnTo: '/dragons', state: 'green' } },
  ])('[CB-12, IDT-7] ends with the app’s state and page: $options', async ({ options }) => {
    await using done = await signInTwice(options)
    const { state, returnTo } = options
    expect(JSON.parse(done.page.body)).toEqual({
      ...(returnTo !== undefined && { returnTo }),
      ...(state !== undefined && { state }),
    })
  })

  it('[IDT-7] is the last', async () => {
    await using done = await signInTwice({ maxAge: 600 }, 2)
    expect(done.page.status).toBe(401)
    expect(done.requests).toHaveLength(2)
    expect(done.user).toBeDefined()
  })
})
