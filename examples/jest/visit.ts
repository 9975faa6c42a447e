import type { Simulator } from 'passport-govuk-one-login/simulator'
import request from 'supertest'

/** Gets a page as a browser does: with the service's cookies, through One Login and back. */
export async function visit(agent: ReturnType<typeof request.agent>, simulator: Simulator, path: string) {
  const get = (who: Pick<typeof agent, 'get'>, address: string) =>
    who.get(address).set({ accept: 'text/html', 'user-agent': 'a browser' })
  let page = await get(agent, path)
  while (page.redirect) {
    const { origin, pathname, search } = new URL(page.headers.location ?? '', 'http://service.example')
    const isOneLogin = `${origin}/` === simulator.url
    page = await get(isOneLogin ? request(origin) : agent, pathname + search)
  }
  return page
}
