import { once } from 'node:events'
import type { Request } from 'express'
import { MemoryStore } from 'express-session'
import { describe, expect, it } from 'vitest'
import { isNavigation, isPageLoad } from '../../lib/express/responses.ts'
import { startPair } from '../support/simulator.ts'

const html = 'text/html,application/xhtml+xml;q=0.9'

const byFetch = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }

describe('the purpose of a request', () => {
  it.each<[what: string, method: string, headers: Request['headers'], navigation: boolean, page: boolean]>([
    ['a link', 'GET', { accept: html, 'sec-fetch-mode': 'navigate' }, true, true],
    ['a link in an old browser', 'GET', { accept: html }, true, true],
    [
      'a link in a new browser',
      'GET',
      { accept: html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      true,
      true,
    ],
    ['a form post', 'POST', { accept: html, 'sec-fetch-mode': 'navigate' }, false, true],
    ['a form post in an old browser', 'POST', { accept: html }, false, false],
    ['a fetch', 'GET', { accept: '*/*', ...byFetch }, false, false],
    ['a fetch of a page', 'GET', { accept: html, ...byFetch }, false, false],
    ['a request of Cypress for a page', 'GET', { accept: html }, true, true],
    ['a request of Cypress', 'GET', { accept: '*/*' }, false, false],
    ['a fetch of a page by Node', 'GET', { accept: html, 'sec-fetch-mode': 'cors' }, true, true],
    ['a fetch by Node', 'GET', { accept: '*/*', 'sec-fetch-mode': 'cors' }, false, false],
    [
      'an image',
      'GET',
      { accept: html, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      false,
      false,
    ],
    ['a link to data', 'GET', { accept: 'application/json', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a form post for data', 'POST', { accept: '*/*', 'sec-fetch-mode': 'navigate' }, false, false],
    ['a program', 'GET', {}, false, false],
    ['a program that posts', 'POST', {}, false, false],
  ])('[SESS-5] %s: whether it can be redirected, and whether it shows a page', (...row) => {
    const [, method, headers, navigation, page] = row
    const req = Object.assign(Object.create(null), { method, headers }) as Request
    expect([isNavigation(req), isPageLoad(req)]).toEqual([navigation, page])
  })
})

/** A store that writes only when a test lets it. */
class WaitingStore extends MemoryStore {
  override set(...session: Parameters<MemoryStore['set']>): void {
    this.emit('set', () => {
      super.set(...session)
    })
  }
}

describe('a redirect', () => {
  it('[CB-12] is sent only after the session is stored, so the next request finds it', async () => {
    const store = new WaitingStore()
    await using pair = await startPair({ store })
    const { url } = pair.service
    const asked = once(store, 'set') as Promise<[write: () => void]>
    let isAnswered = false
    const response = fetch(`${url}/sign-in`, { redirect: 'manual' }).then(({ status }) => {
      isAnswered = true
      return status
    })
    const [write] = await asked
    await fetch(`${url}/whoami`)
    expect(isAnswered).toBe(false)
    write()
    expect(await response).toBe(303)
  })

  it('encodes the address for an HTTP header', async () => {
    await using pair = await startPair({
      routes: (app, oneLogin) =>
        app.get('/landing', oneLogin.landing({ page: '/croeso-nôl', level: 'P2', returnTo: '/' })),
    })
    const stopAt = (next: string) => new URL(next).pathname.startsWith('/croeso')
    const { headers } = await pair.browser().visit(`${pair.service.url}/landing`, { stopAt })
    expect(headers.location).toBe('/croeso-n%C3%B4l')
  })
})
