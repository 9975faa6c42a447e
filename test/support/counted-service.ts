import type { Store } from 'express-session'
import { startPair } from './simulator.ts'

/** Starts a service and counts the calls to its store. It has a page that writes the session, and one browser. */
export async function startCountedService(store: Store, idle?: '10m') {
  const pair = await startPair({
    store,
    ...(idle && { options: { session: { idle } } }),
    routes: (app) => {
      app.get('/write', (req, res) => {
        Object.assign(req.session, { at: Math.random() })
        res.end()
      })
    },
  })
  const browser = pair.browser()
  const { url } = pair.service
  return {
    browser,
    url,
    /** Visits a page and returns the address of the callback, which the browser does not follow. */
    callbackOf: async (path: string): Promise<string> => {
      const page = await browser.visit(url + path, { stopAt: (to) => to.startsWith(`${url}/auth/callback`) })
      return page.headers.location ?? ''
    },
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}
