import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { startPair, type Pair } from '../support/simulator.ts'

/** A service whose strategy requests one level by default, and a route another. */
const startService = (byDefault: string[], route: string[]) =>
  startPair({
    options: { vtr: byDefault },
    simulator: { client: { levels: ['P0', 'P1', 'P2', 'P3'] } },
    routes: (app, oneLogin) => {
      app.use(oneLogin.routes())
      app.get('/route', oneLogin.signIn({ vtr: route, returnTo: '/whoami' }))
      return false
    },
  })

/** The result of the route for a user who signed in before. */
async function outcome({ service, op }: Pair, browser: Browser) {
  await browser.visit(`${service.url}/account`)
  return async (place: 'id-token' | 'core-identity', fault: 'incorrect-vot' | 'weaker-vot') => {
    op.breakUntilReset(place, fault)
    const { status, body } = await browser.visit(`${service.url}/route`)
    const { code = 'accepted' } = JSON.parse(body) as { code?: string }
    return { status, code }
  }
}

describe('the level that must be reached', () => {
  it.each([
    ["the request's, which is above the default", ['Cl'], ['Cl.Cm'], 'authentication_level_too_low'],
    ["the request's, which is below the default", ['Cl.Cm'], ['Cl'], 'id_token_invalid'],
    ['the weakest of several vectors', ['Cl.Cm'], ['Cl.Cm', 'Cl'], 'id_token_invalid'],
    [
      'the level of each vector if they are equal',
      ['Cl'],
      ['Cl.Cm', 'Cl.Cm.P0'],
      'authentication_level_too_low',
    ],
  ])('[IDT-6] is %s', async (_what, byDefault, route, code) => {
    await using pair = await startService(byDefault, route)
    const broken = await outcome(pair, pair.browser())
    // A weaker level than requested is Cl. For Cl it is an unknown one.
    expect((await broken('id-token', 'incorrect-vot')).code).toBe(code)
  })

  it('[IDT-6] is not the default, so a weaker request succeeds', async () => {
    await using pair = await startService(['Cl.Cm'], ['Cl'])
    const page = await pair.browser().visit(`${pair.service.url}/route`)
    expect(JSON.parse(page.body)).toMatchObject({ authentication: { level: 'Cl' } })
  })

  it.each([
    ['above', ['Cl.Cm.P1'], ['Cl.Cm.P2']],
    ['below', ['Cl.Cm.P3'], ['Cl.Cm.P2']],
    ['not in', ['Cl.Cm'], ['Cl.Cm.P2']],
    ['the weakest of several, unlike', ['Cl.Cm'], ['Cl.Cm.P3', 'Cl.Cm.P2']],
  ])("[CID-5] is the request's, which is %s the default", async (_what, byDefault, route) => {
    await using pair = await startService(byDefault, route)
    const broken = await outcome(pair, pair.browser())
    expect(await broken('core-identity', 'weaker-vot')).toEqual({
      status: 403,
      code: 'identity_level_too_low',
    })
  })

  it('[CID-5] is not the default, so a weaker identity is proven', async () => {
    await using pair = await startService(['Cl.Cm.P2'], ['Cl.Cm.P1'])
    const browser = pair.browser()
    await browser.visit(`${pair.service.url}/account`)
    const page = await browser.visit(`${pair.service.url}/route`)
    expect(JSON.parse(page.body)).toMatchObject({ identity: { proven: true, level: 'P1' } })
  })
})
